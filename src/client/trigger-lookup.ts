import { EarshotError } from "../base/errors.js";
import { nearestFew } from "../base/suggest.js";
import type { TriggerCalls } from "./dialect.js";
import type { Trigger } from "./types.js";

/** Trigger names are upper case on the wire, and in any case in code. */
export function triggerNameOf(name: string): string {
  if (typeof name !== "string" || name.trim() === "") {
    throw new EarshotError(
      "ERR_OPTION",
      `A trigger's name is a text like GITHUB_STAR_ADDED_EVENT, not ${JSON.stringify(name)}.`,
    );
  }
  return name.trim().toUpperCase();
}

/**
 * Finds a trigger by its name.
 *
 * @throws EarshotError ERR_TRIGGER_UNKNOWN with the nearest names
 */
export async function findTrigger(
  triggers: TriggerCalls,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Trigger> {
  const wanted = triggerNameOf(name);
  const found = await triggers.get(wanted, signal);
  if (found !== undefined) return found;
  const offers = nearestFew(wanted, await triggers.names(signal), 5);
  const hint = offers.length === 0 ? "" : ` Nearest: ${offers.join(", ")}.`;
  throw new EarshotError("ERR_TRIGGER_UNKNOWN", `There is no trigger ${wanted}.${hint}`);
}
