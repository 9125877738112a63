import type { TimelineStep } from "./timelines.js";

/** Clocks of one machine differ by rounding only. */
const SLACK_MS = 2;

/**
 * The runs of tools, or of the scripted model, that began while a callback ran. A call does not say for which event it
 * is made, so with several callbacks at once it may be of another one.
 *
 * @param runs newest first
 * @returns oldest first
 */
export function runsDuring<Run extends { readonly at: string }>(
  steps: readonly TimelineStep[],
  runs: readonly Run[],
): readonly Run[] {
  const attempts = steps
    .filter(({ type, durationMs }) => type.startsWith("callback.") && durationMs !== undefined)
    .map(({ at, durationMs = 0 }) => ({ from: at - durationMs - SLACK_MS, to: at + SLACK_MS }));
  return runs
    .filter(({ at }) => {
      const began = Date.parse(at);
      return attempts.some(({ from, to }) => began >= from && began <= to);
    })
    .reverse();
}
