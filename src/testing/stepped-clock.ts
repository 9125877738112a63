import type { Clock } from "../base/clock.js";

/** A clock that stands still until it is told to move. */
export interface SteppedClock extends Clock {
  /** Moves on, and calls what falls due on the way, each at its own time. */
  advance(byMs: number): void;
}

/** @param startMs epoch milliseconds */
export function steppedClock(startMs = Date.UTC(2026, 0, 1)): SteppedClock {
  let elapsedMs = 0;
  const timers = new Set<{ readonly atMs: number; readonly fn: () => void }>();
  const next = (untilMs: number) => {
    let first: { readonly atMs: number; readonly fn: () => void } | undefined;
    for (const timer of timers) {
      if (timer.atMs <= untilMs && (first === undefined || timer.atMs < first.atMs)) first = timer;
    }
    return first;
  };
  return {
    now: () => startMs + elapsedMs,
    monotonic: () => elapsedMs,
    after(delayMs, fn) {
      const timer = { atMs: elapsedMs + Math.max(0, delayMs), fn };
      timers.add(timer);
      return { clear: () => void timers.delete(timer) };
    },
    advance(byMs) {
      const untilMs = elapsedMs + byMs;
      for (let timer = next(untilMs); timer !== undefined; timer = next(untilMs)) {
        timers.delete(timer);
        elapsedMs = timer.atMs;
        timer.fn();
      }
      elapsedMs = untilMs;
    },
  };
}
