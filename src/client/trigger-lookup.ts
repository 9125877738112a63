import { EarshotError } from "../base/errors.js";
import { nearestFew } from "../base/suggest.js";
import type { TriggerApps } from "../model/platform.js";
import type { TriggerCalls } from "./api-adapter.js";
import type { Trigger } from "./types.js";

/** Trigger names are upper case on the wire, and in any case in code. */
export function triggerNameOf(name: string): string {
  if (typeof name !== "string" || name.trim() === "") {
    throw new EarshotError(
      "ERR_OPTION",
      `A trigger's name is a string like GITHUB_STAR_ADDED_EVENT, not ${JSON.stringify(name)}.`,
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

/** The calls about trigger types, and the apps that their responses named. */
export interface RememberingTriggers {
  readonly triggers: TriggerCalls;
  readonly apps: TriggerApps;
}

/** Remembers the app of every trigger type in a response. */
export function rememberApps(calls: TriggerCalls): RememberingTriggers {
  const known = new Map<string, string>();
  const remember = ({ name, appName }: Trigger) => known.set(triggerNameOf(name), appName);

  const triggers: TriggerCalls = {
    async *list(query, signal) {
      for await (const page of calls.list(query, signal)) {
        page.forEach(remember);
        yield page;
      }
    },
    async get(name, signal) {
      const found = await calls.get(name, signal);
      if (found !== undefined) remember(found);
      return found;
    },
    names: (signal) => calls.names(signal),
  };
  return {
    triggers,
    apps: {
      known: (triggerName) => known.get(triggerName),
      find: async (triggerName, signal) =>
        known.get(triggerName) ?? (await triggers.get(triggerName, signal))?.appName,
    },
  };
}
