import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "./api.js";
import { errorMessage } from "./hooks.js";
import { liveUpdates } from "./live-updates.js";
import type { DashboardUpdate } from "./types.js";

/** Updates that arrive within this time cause one reload. */
const RELOAD_DELAY_MS = 250;

/**
 * The response of a GET call, loaded again after a reconnect and after each update that affects it.
 *
 * @param isAffectedBy whether an update changes the response
 */
export function useQuery<Data>(path: string, isAffectedBy: (update: DashboardUpdate) => boolean) {
  const [data, setData] = useState<Data>();
  const [error, setError] = useState<string>();
  const isAffected = useRef(isAffectedBy);
  isAffected.current = isAffectedBy;
  const reload = useCallback(async () => {
    try {
      setData(await api<Data>("GET", path));
      setError(undefined);
    } catch (thrown) {
      setError(errorMessage(thrown));
    }
  }, [path]);
  useEffect(() => {
    setData(undefined);
    void reload();
    let timer = 0;
    const unsubscribe = liveUpdates.subscribe((updates) => {
      if (timer !== 0) return;
      if (!updates.some((update) => update.type === "connected" || isAffected.current(update))) return;
      timer = window.setTimeout(() => {
        timer = 0;
        void reload();
      }, RELOAD_DELAY_MS);
    });
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, [reload]);
  return { data, error, reload };
}
