import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "./api.js";
import { liveUpdates } from "./live-updates.js";
import type { DashboardUpdate } from "./types.js";

/** Updates that arrive within this time cause one reload. */
const RELOAD_DELAY_MS = 250;

/** The page's location: `#/events/log_1` is `["events", "log_1"]`. */
export function useRoute(): readonly string[] {
  const read = () => location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const onChange = () => setRoute(read());
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  return route;
}

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

/** The time now, epoch milliseconds; drawn again in each interval. */
export function useNow(intervalMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs]);
  return now;
}

/** A result or an error message below a form or a button. */
export interface Notice {
  readonly text: string;
  readonly isError: boolean;
}

/** Runs one action at a time, and holds the notice about the last one. */
export function useAction() {
  const [notice, setNotice] = useState<Notice>();
  const [busy, setBusy] = useState(false);
  /** @param action returns the text of the notice */
  const run = async (action: () => Promise<string>) => {
    setBusy(true);
    try {
      setNotice({ text: await action(), isError: false });
    } catch (thrown) {
      setNotice({ text: errorMessage(thrown), isError: true });
    }
    setBusy(false);
  };
  return { run, busy, notice };
}

export function errorMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
