import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "./api.js";
import { live } from "./live.js";
import type { Sight } from "./types.js";

/** Where the page is: `#/events/log_1` is `["events", "log_1"]`. */
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

/** What a call answers, asked again whenever `wants` says that something it shows has changed. */
export function useAnswer<Answer>(path: string, wants: (sight: Sight) => boolean) {
  const [answer, setAnswer] = useState<Answer>();
  const [error, setError] = useState<string>();
  const wanted = useRef(wants);
  wanted.current = wants;
  const load = useCallback(async () => {
    try {
      setAnswer(await api<Answer>("GET", path));
      setError(undefined);
    } catch (thrown) {
      setError(messageOf(thrown));
    }
  }, [path]);
  useEffect(() => {
    setAnswer(undefined);
    void load();
    let timer = 0;
    const off = live.on((sights) => {
      if (timer !== 0 || !sights.some((sight) => sight.type === "connected" || wanted.current(sight))) return;
      timer = window.setTimeout(() => {
        timer = 0;
        void load();
      }, 250);
    });
    return () => {
      off();
      clearTimeout(timer);
    };
  }, [load]);
  return { answer, error, reload: load };
}

/** Does something, and says what came of it. */
export function useAct() {
  const [note, setNote] = useState<{ readonly text: string; readonly bad: boolean }>();
  const [busy, setBusy] = useState(false);
  const act = async (what: () => Promise<string>) => {
    setBusy(true);
    try {
      setNote({ text: await what(), bad: false });
    } catch (thrown) {
      setNote({ text: messageOf(thrown), bad: true });
    }
    setBusy(false);
  };
  return { act, busy, note };
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
