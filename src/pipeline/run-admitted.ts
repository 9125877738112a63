import type { MaybePromise } from "../base/maybe-promise.js";
import type { Callback } from "../callbacks/callback.js";
import type { Claimed } from "../inbox/contract.js";
import type { TriggerEvent } from "../model/event.js";
import type { AttemptFacts, Tracer } from "../model/monitor.js";
import { type RunResult, type RunTools, runCallback } from "./run-callback.js";

/** The callback has not run: it is paused, or at its limit. */
export interface Deferred {
  readonly ok: undefined;
  /** Milliseconds until the record is tried again. */
  readonly waitMs: number;
}

/** What {@link runAdmitted} works with. */
export interface GuardedRunTools extends RunTools {
  /** Makes a span of each run; absent without traces. */
  readonly tracer?: Tracer | undefined;
}

/** Runs a callback once, in a span, if its circuit breaker and its limit admit it. Never throws and never rejects. */
export function runAdmitted(
  callback: Callback,
  event: TriggerEvent,
  number: number,
  claimed: Claimed,
  tools: GuardedRunTools,
): MaybePromise<RunResult | Deferred> {
  const { tracer } = tools;
  const { gate } = callback;
  if (tracer === undefined && gate === undefined) {
    return runCallback(callback, event, number, claimed, tools);
  }
  const run = () => runCallback(callback, event, number, claimed, tools);
  const { id, origin } = claimed.record;
  if (tracer === undefined) return admitted(gate, id, run);
  const facts: AttemptFacts = {
    id,
    triggerName: event.triggerName,
    provider: origin.provider,
    callback: callback.name,
    attempt: number,
    traceparent: origin.traceparent,
  };
  return admitted(gate, id, () => tracer.attempt(facts, run));
}

function admitted(
  gate: Callback["gate"],
  recordId: string,
  run: () => RunResult | Promise<RunResult>,
): RunResult | Deferred | Promise<RunResult | Deferred> {
  const waitMs = gate?.admit(recordId) ?? 0;
  if (waitMs === 0) return run();
  if (typeof waitMs === "number") return { ok: undefined, waitMs };
  return waitMs.then((ms) => (ms === 0 ? run() : { ok: undefined, waitMs: ms }));
}
