import type { Clock } from "../base/clock.js";
import { follow, handleThrown, isGenerator, isPromise, promisesIn } from "../base/foreign-promise.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import type { Callback, CallbackContext } from "../callbacks/callback.js";
import type { Claimed } from "../inbox/contract.js";
import type { TriggerEvent } from "../model/event.js";
import type { AttemptFacts, Tracer } from "../model/monitor.js";
import { callbackTimeout } from "./in-time.js";
import type { ShutdownSignal } from "./shutdown-signal.js";
import { CallbackSteps, type StepStore } from "./steps.js";

/** What running a callback works with. */
export interface RunTools {
  readonly clock: Clock;
  /** Stopped when the listener does not wait any longer. */
  readonly stop: ShutdownSignal;
  readonly steps: StepStore;
  /** Makes a span of each run; absent without traces. */
  readonly tracer?: Tracer | undefined;
}

/** How one run of one callback ended. */
export type RunResult = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

/** The callback has not run: it is paused, or at its limit. */
export interface Deferred {
  readonly ok: undefined;
  /** Milliseconds until the record is tried again. */
  readonly waitMs: number;
}

/** Runs a callback once, in a span, if its circuit breaker and its limit admit it. Never throws and never rejects. */
export function runCallback(
  callback: Callback,
  event: TriggerEvent,
  attempt: number,
  claimed: Claimed,
  tools: RunTools,
): MaybePromise<RunResult | Deferred> {
  const waitMs = callback.gate?.admit(claimed.record.id) ?? 0;
  if (waitMs === 0) return runTraced(callback, event, attempt, claimed, tools);
  if (typeof waitMs === "number") return { ok: undefined, waitMs };
  return waitMs.then((ms) =>
    ms === 0 ? runTraced(callback, event, attempt, claimed, tools) : { ok: undefined, waitMs: ms },
  );
}

function runTraced(
  callback: Callback,
  event: TriggerEvent,
  attempt: number,
  claimed: Claimed,
  tools: RunTools,
): MaybePromise<RunResult> {
  const { tracer } = tools;
  if (tracer === undefined) return runHandler(callback, event, attempt, claimed, tools);
  const { id, origin } = claimed.record;
  const facts: AttemptFacts = {
    id,
    triggerName: event.triggerName,
    provider: origin.provider,
    callback: callback.name,
    attempt,
    traceparent: origin.traceparent,
  };
  return tracer.attempt(facts, () => runHandler(callback, event, attempt, claimed, tools));
}

const succeeded: RunResult = { ok: true };

/** A handler that returns no promise costs no promise: the whole pipeline then stays on one stack. */
function runHandler(
  callback: Callback,
  event: TriggerEvent,
  attempt: number,
  claimed: Claimed,
  tools: RunTools,
): RunResult | Promise<RunResult> {
  const context = new Context(callback.name, attempt, claimed, tools.steps);
  let returned: unknown;
  try {
    returned = callback.handler(event, context);
  } catch (error) {
    context.end(false);
    return failed(error);
  }
  const awaited = isAwaited(returned);
  if (awaited === true) return settled(returned, callback, context, tools);
  context.end(awaited === false);
  return awaited === false ? succeeded : failed(awaited.thrown);
}

function settled(
  returned: unknown,
  callback: Callback,
  context: Context,
  { clock, stop }: RunTools,
): Promise<RunResult> {
  return new Promise((resolve) => {
    const { attemptTimeoutMs } = callback;
    const timer = Number.isFinite(attemptTimeoutMs)
      ? clock.after(attemptTimeoutMs, () => {
          const error = callbackTimeout(callback);
          context.abort(error);
          end({ ok: false, error });
        })
      : undefined;
    const end = (result: RunResult) => {
      timer?.clear();
      off();
      context.end(result.ok);
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

/** A callback may throw a promise, or an error with one: its rejection, unhandled, would end the process. */
function failed(error: unknown): RunResult {
  handleThrown(error);
  return { ok: false, error };
}

/** Makes its AbortController on the first use of `signal`: most callbacks have none, and it costs 0.5 µs. So for steps. */
class Context implements CallbackContext {
  readonly name: string;
  readonly attempt: number;
  readonly #claimed: Claimed;
  readonly #store: StepStore;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  #steps: CallbackSteps | undefined;
  #isOver = false;

  constructor(name: string, attempt: number, claimed: Claimed, store: StepStore) {
    this.name = name;
    this.attempt = attempt;
    this.#claimed = claimed;
    this.#store = store;
  }

  /** Reads as a plain member, so that a callback can take it out: `(event, { step }) => …`. */
  get step(): CallbackContext["step"] {
    if (this.#steps === undefined) {
      this.#steps = new CallbackSteps(this.name, this.#claimed, this.#store);
      if (this.#isOver) this.#steps.end(false);
    }
    return this.#steps.run;
  }

  /** The attempt has its result. */
  end(hasSucceeded: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#steps?.end(hasSucceeded);
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
 * Whether a value is awaited: a promise, a thenable, or a list with promises in it; and a generator, which fails
 * then. The thrown value, where an access to it throws (a getter, a proxy).
 */
function isAwaited(value: unknown): boolean | Thrown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  if (isPromise(value)) return true;
  try {
    if (typeof (value as { then?: unknown }).then === "function") return true;
  } catch (thrown) {
    return { thrown };
  }
  return promisesIn(value) !== undefined || isGenerator(value);
}
