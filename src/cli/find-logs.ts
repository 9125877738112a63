import type { Toolset, TriggerLog } from "../index.js";

/** So far back the log is searched, in lines. */
const FURTHEST = 10_000;

/** Finds lines of the platform's log by their ids. @returns id → line; an id that is not there is left out */
export async function findLogs(
  toolset: Toolset,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, TriggerLog>> {
  const missing = new Set(ids);
  const found = new Map<string, TriggerLog>();
  for await (const log of toolset.triggerLogs({ limit: FURTHEST, signal })) {
    if (!missing.delete(log.id)) continue;
    found.set(log.id, log);
    if (missing.size === 0) break;
  }
  return found;
}
