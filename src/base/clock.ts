/** A pending timer of a {@link Clock}. */
export interface Timer {
  /** Cancels the timer. Harmless once it has fired. */
  clear(): void;
}

/**
 * The only source of time, so that a test can step it.
 * `now` may jump (the machine's clock is set, the machine sleeps); `monotonic` never goes back.
 */
export interface Clock {
  /** Wall time, epoch milliseconds. */
  now(): number;
  /** Milliseconds since an arbitrary start, never going back. */
  monotonic(): number;
  /** Calls `fn` once, `delayMs` milliseconds from now. */
  after(delayMs: number, fn: () => void): Timer;
}

/** setTimeout's limit (a signed 32-bit number of milliseconds); beyond it Node fires at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The machine's own time. Timers keep the process alive, as sockets do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, fn) {
    if (delayMs > LONGEST_DELAY_MS) return longTimer(delayMs, fn);
    const handle = setTimeout(fn, Math.max(0, delayMs));
    return { clear: () => clearTimeout(handle) };
  },
};

/** A timer of more than 24 days, in parts that setTimeout can hold. */
function longTimer(delayMs: number, fn: () => void): Timer {
  const part = () => {
    const rest = Math.min(leftMs, LONGEST_DELAY_MS);
    leftMs -= rest;
    handle = setTimeout(leftMs > 0 ? part : fn, rest);
  };
  let leftMs = delayMs;
  let handle: ReturnType<typeof setTimeout> | undefined;
  part();
  return { clear: () => clearTimeout(handle) };
}

/**
 * Waits `delayMs` milliseconds of the clock's time.
 *
 * @throws the signal's reason, as soon as it is aborted
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    function onAbort() {
      timer.clear();
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
