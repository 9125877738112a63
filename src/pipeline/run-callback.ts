import type { Clock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { follow, handle, isPromise, promisesIn } from "../base/foreign-promise.js";
import type { Callback, CallbackContext } from "../callbacks/callback.js";
import type { TriggerEvent } from "../model/event.js";
import type { ShutdownSignal } from "./shutdown-signal.js";

/** How one run of one callback ended. */
export type RunResult = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

const succeeded: RunResult = { ok: true };

/**
 * Runs a callback once. Never throws and never rejects.
 *
 * A callback that returns no promise costs no promise: the whole pipeline then stays on one stack.
 *
 * @param stop stopped when the listener does not wait any longer
 */
export function runCallback(
  callback: Callback,
  event: TriggerEvent,
  attempt: number,
  clock: Clock,
  stop: ShutdownSignal,
): RunResult | Promise<RunResult> {
  const context = new Context(callback.name, attempt);
  let returned: unknown;
  try {
    returned = callback.handler(event, context);
  } catch (error) {
    return failed(error);
  }
  const awaited = isAwaited(returned);
  if (awaited === true) return settled(returned, callback, context, clock, stop);
  return awaited === false ? succeeded : failed(awaited.thrown);
}

function settled(
  returned: unknown,
  callback: Callback,
  context: Context,
  clock: Clock,
  stop: ShutdownSignal,
): Promise<RunResult> {
  return new Promise((resolve) => {
    const { attemptTimeoutMs, name } = callback;
    const timer = Number.isFinite(attemptTimeoutMs)
      ? clock.after(attemptTimeoutMs, () => {
          const error = new EarshotError(
            "ERR_CALLBACK_TIMEOUT",
            `The callback "${name}" did not end within its ${attemptTimeoutMs} ms.`,
          );
          context.abort(error);
          end({ ok: false, error });
        })
      : undefined;
    const end = (result: RunResult) => {
      timer?.clear();
      off();
      resolve(result);
    };
    const off = stop.onShutdown((reason, isLast) =>
      isLast ? end({ ok: false, error: reason }) : context.abort(reason),
    );
    follow(returned).then(
      () => end(succeeded),
      (error: unknown) => end(failed(error)),
    );
  });
}

/** A callback may throw a promise: its rejection, unhandled, would end the process. */
function failed(error: unknown): RunResult {
  handle(error);
  return { ok: false, error };
}

/** Makes its AbortController on the first use of `signal`: most callbacks have none, and it costs 0.5 µs. */
class Context implements CallbackContext {
  readonly name: string;
  readonly attempt: number;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(name: string, attempt: number) {
    this.name = name;
    this.attempt = attempt;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }
}

/** An access to a value threw. */
interface Thrown {
  readonly thrown: unknown;
}

/**
 * Whether a value is awaited: a promise, a thenable, or a list with promises in it. The thrown value, where an
 * access to it throws (a getter, a proxy).
 */
function isAwaited(value: unknown): boolean | Thrown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  if (isPromise(value)) return true;
  try {
    if (typeof (value as { then?: unknown }).then === "function") return true;
  } catch (thrown) {
    return { thrown };
  }
  return promisesIn(value) !== undefined;
}
