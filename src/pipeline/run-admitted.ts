import type { Callback } from "../callbacks/callback.js";
import type { RunResult } from "./run-callback.js";

/** The callback has not run: it is paused, or at its limit. */
export interface Deferred {
  readonly ok: undefined;
  /** Milliseconds until the record is tried again. */
  readonly waitMs: number;
}

/**
 * Runs a callback if its gate admits it now.
 *
 * @param run MUST NOT throw
 */
export function runAdmitted(
  { gate }: Callback,
  recordId: string,
  run: () => RunResult | Promise<RunResult>,
): RunResult | Deferred | Promise<RunResult | Deferred> {
  const waitMs = gate?.admit(recordId) ?? 0;
  if (waitMs === 0) return run();
  if (typeof waitMs === "number") return { ok: undefined, waitMs };
  return waitMs.then((ms) => (ms === 0 ? run() : { ok: undefined, waitMs: ms }));
}
