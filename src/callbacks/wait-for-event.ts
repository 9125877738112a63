import type { Clock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { knownOptions, limitOption, signalOption } from "../base/options.js";

const onceOptions = new Set(["signal", "timeoutMs"]);

/** Options of {@link waitForEvent}. */
export interface WaitOptions<Event> {
  readonly clock: Clock;
  readonly options: {
    readonly signal?: AbortSignal | undefined;
    /** Milliseconds. Default: no limit. */
    readonly timeoutMs?: number | undefined;
  };
  /** Registers a callback. @returns a function that removes it */
  readonly register: (handler: (event: Event) => unknown) => () => void;
  /** Closed when the listener stops. */
  readonly open: Set<{ close(): void }>;
  /** The reason why no event can come. With `isFinal`, a start in this turn does not change it. */
  readonly blocked: () => { readonly error: EarshotError; readonly isFinal: boolean } | undefined;
}

/**
 * Waits for one event.
 *
 * @throws the signal's reason; EarshotError ERR_TIMEOUT, ERR_LISTENER_STATE, or ERR_ABORTED where the listener
 *   stops meanwhile
 */
export function waitForEvent<Event>({
  clock,
  options,
  register,
  open,
  blocked,
}: WaitOptions<Event>): Promise<Event> {
  const waiting = new Promise<Event>((resolve, reject) => {
    knownOptions("once()", options, onceOptions);
    const { signal, timeoutMs } = options;
    if (signal !== undefined) signalOption("signal", signal);
    limitOption("timeoutMs", timeoutMs, 0, 0);
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const now = blocked();
    if (now?.isFinal) {
      reject(now.error);
      return;
    }
    const remove = register((event) => finish(() => resolve(event)));
    const onTimeout = () => {
      const message = `No such event within \`timeoutMs\` of ${timeoutMs}.`;
      finish(() => reject(new EarshotError("ERR_TIMEOUT", message)));
    };
    const timer = timeoutMs === undefined ? undefined : clock.after(timeoutMs, onTimeout);
    const onAbort = () => finish(() => reject(signal?.reason));
    const ending = {
      close: () => {
        // A promise that the program does not await must not end the process.
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
      remove();
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
