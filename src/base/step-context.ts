import type { AsyncLocalStorage } from "node:async_hooks";

/** The step of a callback that runs now. */
export interface CurrentStep {
  /** The event's id. */
  readonly eventId: string;
  /** `callback/step`: of all steps for the event, only this one has it, on each of its runs. */
  readonly step: string;
}

/** Shared by every copy of the package in this process: ESM, CommonJS, and those of a hot reload. */
const KEY = Symbol.for("earshot.step");

interface Host {
  [KEY]?: AsyncLocalStorage<CurrentStep>;
}

/**
 * The step that the calling code runs in, across `await`. `${eventId}/${step}` makes an idempotency key for a call to
 * another service: a retry of the step has the same one.
 *
 * @returns `undefined` outside of a step, and in a runtime without Node's `AsyncLocalStorage`
 */
export function currentStep(): CurrentStep | undefined {
  return (globalThis as Host)[KEY]?.getStore();
}

/**
 * Runs a function as a step: `currentStep()` in it, and in what it awaits, is this step. The storage is made for the
 * first step, since Node tracks every promise from then on.
 *
 * @returns what `fn` returns; throws what it throws
 */
export function runInStep<Result>(step: CurrentStep, fn: () => Result): Result {
  const host = globalThis as Host;
  if (host[KEY] === undefined) {
    // Not imported: the package also loads in runtimes without the module.
    const hooks = globalThis.process?.getBuiltinModule?.("node:async_hooks");
    if (hooks === undefined) return fn();
    host[KEY] = new hooks.AsyncLocalStorage<CurrentStep>();
  }
  return host[KEY].run(step, fn);
}
