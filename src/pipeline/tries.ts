import type { Callback } from "../callbacks/callback.js";
import type { InboxRecord, Tries } from "../inbox/contract.js";

/** Whether a callback has failed before that none of these is: it is registered in another process, or was renamed. */
export function othersFailed(tries: Tries, done: readonly string[], callbacks: readonly Callback[]): boolean {
  for (const name of Object.keys(tries)) {
    if (!done.includes(name) && !callbacks.some((callback) => callback.name === name)) return true;
  }
  return false;
}

const noTries: Tries = Object.freeze({});

/**
 * How often each callback has failed. Only the failures tell it of a record that an earlier version wrote, or that its
 * sender has delivered again: that one counts from 0. A replay runs every callback, and remembers none.
 */
export function triesOf({ tries = noTries, failures, attempts, source }: InboxRecord): Tries {
  if (failures.length === 0 || source === "replay" || Object.keys(tries).length > 0) return tries;
  const counts = failures.map(({ callback, attempt }) => [callback, Math.min(attempt, attempts)] as const);
  return Object.fromEntries(counts.filter(([callback]) => callback !== undefined));
}
