import type { AsyncLocalStorage } from "node:async_hooks";

/** The step of a callback that runs now. */
export interface CurrentStep {
  /** The event's id. */
  readonly eventId: string;
  /** `callback/step`: of all steps for the event, only this one has it, on each of its runs. */
  readonly step: string;
}

interface RunOfStep {
  readonly step: CurrentStep;
  /** Calls so far, by name: of all toolsets, which may act in the same project. */
  readonly calls: Map<string, number>;
}

/** Shared by every copy of the package in this process: ESM, CommonJS, and those of a hot reload. */
const KEY = Symbol.for("earshot.step");

interface Host {
  [KEY]?: AsyncLocalStorage<RunOfStep>;
}

/**
 * The step that the calling code runs in, across `await`. `${eventId}/${step}` makes an idempotency key for a call to
 * another service: a retry of the step has the same one.
 *
 * @returns `undefined` outside of a step, and in a runtime without Node's `AsyncLocalStorage`
 */
export function currentStep(): CurrentStep | undefined {
  return (globalThis as Host)[KEY]?.getStore()?.step;
}

/** The number of this call in the run of the current step, from 1: calls of one name are counted. */
export function nextCallInStep(name: string): number {
  const calls = (globalThis as Host)[KEY]?.getStore()?.calls;
  const count = (calls?.get(name) ?? 0) + 1;
  calls?.set(name, count);
  return count;
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
    host[KEY] = new hooks.AsyncLocalStorage<RunOfStep>();
  }
  return host[KEY].run({ step, calls: new Map() }, fn);
}
