import { currentStep, nextCallInStep } from "../base/step-context.js";
import { sha256Hex } from "../decode/sha256.js";

/** Characters of a key that servers take. */
export const LONGEST_KEY = 255;

/**
 * The idempotency key of the next call of a tool; `undefined` outside of a callback's step. A retry of the step makes
 * the same calls in the same order, so each call has the key that it had before.
 */
export function nextStepKey(name: string): string | undefined {
  const step = currentStep();
  if (step === undefined) return undefined;
  const count = nextCallInStep(name);
  const key = [step.eventId, step.step, name, ...(count > 1 ? [count] : [])].join("/");
  // A header carries visible ASCII only.
  const visible = encodeURI(key.toWellFormed());
  if (visible.length <= LONGEST_KEY) return visible;
  const hash = sha256Hex(visible);
  return `${visible.slice(0, LONGEST_KEY - hash.length - 1)}/${hash}`;
}
