import type { Clock } from "../../src/base/clock.js";

/** A clock that moves when it is told to. */
export interface ManualClock extends Clock {
  /** Moves on, running what falls due on the way, each at its own time. */
  advance(byMs: number): void;
  /** Sets the wall clock alone, as an administrator or a suspended machine does. */
  setNow(epochMs: number): void;
  /** Sleep as most machines have it: the wall clock runs on by `byMs`, timers and the monotonic clock stand. */
  jump(byMs: number): void;
  /** Sleep or a blocked loop: both clocks run on by `byMs`, and what fell due meanwhile runs late. */
  stall(byMs: number): void;
  /** How many timers are set. */
  pending(): number;
}

export function manualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let wall = startMs;
  let elapsed = 0;
  const timers = new Set<{ readonly at: number; readonly fn: () => void }>();
  return {
    now: () => wall,
    monotonic: () => elapsed,
    after(delayMs, fn) {
      const timer = { at: elapsed + Math.max(0, delayMs), fn };
      timers.add(timer);
      return { clear: () => timers.delete(timer) };
    },
    advance(byMs) {
      const until = elapsed + byMs;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers.delete(next);
        wall += Math.max(0, next.at - elapsed);
        elapsed = Math.max(elapsed, next.at);
        next.fn();
      }
      wall += until - elapsed;
      elapsed = until;
    },
    setNow(epochMs) {
      wall = epochMs;
    },
    jump(byMs) {
      wall += byMs;
    },
    stall(byMs) {
      wall += byMs;
      elapsed += byMs;
      this.advance(0);
    },
    pending: () => timers.size,
  };
}
