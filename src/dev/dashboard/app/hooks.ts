import { useEffect, useState } from "react";
import { systemClock } from "../../../base/clock.js";

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

/** The time now, epoch milliseconds; drawn again in each interval. */
export function useNow(intervalMs = 1_000): number {
  const [now, setNow] = useState(() => systemClock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(systemClock.now()), intervalMs);
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
