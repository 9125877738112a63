import type { Clock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";

/** What {@link waitForEvent} takes. */
export interface WaitOptions<Event> {
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds; `undefined`: without a limit. */
  readonly timeoutMs: number | undefined;
  /** Registers a callback. @returns a function that takes it off again */
  readonly register: (handler: (event: Event) => void) => () => void;
  /** What ends with the listener. */
  readonly open: Set<{ close(): void }>;
  /** Why no event can come; `isFinal`: a start in this turn does not change it. */
  readonly blocked: () => { readonly error: EarshotError; readonly isFinal: boolean } | undefined;
}

/**
 * Waits for one event.
 *
 * @throws the signal's reason; EarshotError ERR_TIMEOUT, ERR_LISTENER_STATE, or ERR_ABORTED where the listener
 *   stops meanwhile
 */
export function waitForEvent<Event>(options: WaitOptions<Event>): Promise<Event> {
  const { clock, signal, timeoutMs, register, open, blocked } = options;
  const waiting = new Promise<Event>((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const now = blocked();
    if (now?.isFinal) {
      reject(now.error);
      return;
    }
    const off = register((event) => finish(() => resolve(event)));
    const onTimeout = () => {
      const message = `No such event within \`timeoutMs\` of ${timeoutMs}.`;
      finish(() => reject(new EarshotError("ERR_TIMEOUT", message)));
    };
    const timer = timeoutMs === undefined ? undefined : clock.after(timeoutMs, onTimeout);
    const onAbort = () => finish(() => reject(signal?.reason));
    const ending = {
      close: () => {
        // A wait that nobody awaits must not end the process with an unhandled rejection.
        waiting.catch(() => undefined);
        const message = "The listener stopped before such an event came.";
        finish(() => reject(new EarshotError("ERR_ABORTED", message)));
      },
    };
    // Not at once: `const first = listener.once(…); await listener.start();` misses no event.
    const check = () => {
      const later = blocked();
      if (later !== undefined) finish(() => reject(later.error));
    };
    const checking = now === undefined ? undefined : clock.after(0, check);
    const finish = (then: () => void) => {
      off();
      timer?.clear();
      checking?.clear();
      open.delete(ending);
      signal?.removeEventListener("abort", onAbort);
      then();
    };
    open.add(ending);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
  return waiting;
}
