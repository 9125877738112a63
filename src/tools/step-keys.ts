import { type CurrentStep, currentStep } from "../base/step-context.js";

/**
 * Idempotency keys of tools that run in a callback's step. A retry of the step makes the same calls in the same order,
 * so each call has the key that it had before.
 */
export class StepKeys {
  /** Calls of each tool so far, by the run of a step. */
  readonly #calls = new WeakMap<CurrentStep, Map<string, number>>();

  /** The key of the next call of a tool; `undefined` outside of a step. */
  next(name: string): string | undefined {
    const step = currentStep();
    if (step === undefined) return undefined;
    const calls = this.#calls.get(step) ?? new Map<string, number>();
    this.#calls.set(step, calls);
    const count = (calls.get(name) ?? 0) + 1;
    calls.set(name, count);
    const key = [step.eventId, step.step, name, ...(count > 1 ? [count] : [])].join("/");
    // A header carries visible ASCII only.
    return encodeURI(key.toWellFormed());
  }
}
