import type { TriggerApps } from "../model/platform.js";
import type { TriggerCalls } from "./dialect.js";
import { triggerNameOf } from "./trigger-lookup.js";
import type { Trigger } from "./types.js";

/** The calls about trigger types, and the apps that their answers named. */
export interface RememberingTriggers {
  readonly triggers: TriggerCalls;
  readonly apps: TriggerApps;
}

/** Remembers the app of every trigger type that a call has answered with. */
export function rememberApps(calls: TriggerCalls): RememberingTriggers {
  const known = new Map<string, string>();
  const remember = ({ name, appName }: Trigger) => known.set(triggerNameOf(name), appName);

  const triggers: TriggerCalls = {
    async *list(wants, signal) {
      for await (const page of calls.list(wants, signal)) {
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
