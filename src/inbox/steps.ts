import type { InboxRecord, StepResult } from "./contract.js";

type Steps = readonly StepResult[] | undefined;

/** The steps of a record with one more; a result of the same callback and name is replaced. */
export function withStep(steps: Steps, step: StepResult): readonly StepResult[] {
  const others =
    steps?.filter(({ callback, name }) => callback !== step.callback || name !== step.name) ?? [];
  return [...others, step];
}

/** The steps that a replayed record goes on with: those of callbacks that were done go. */
export function stepsAfterReplay({ steps, done }: Pick<InboxRecord, "steps" | "done">): Steps {
  const left = steps?.filter(({ callback }) => !done.includes(callback));
  return left === undefined || left.length === 0 ? undefined : left;
}
