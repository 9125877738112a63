import type { Clock } from "../../base/clock.js";
import { asText, type JsonObject } from "../../model/json.js";
import type { Ids } from "../state/ids.js";

/** An enabled trigger, as far as an app needs to know whether an event is for it. */
export interface Subscription {
  readonly config: Readonly<Record<string, unknown>>;
  readonly userId: string;
}

/** What every app of the world works with. */
export interface AppContext {
  readonly clock: Pick<Clock, "now">;
  readonly ids: Ids;
  /** Fires a trigger for each enabled instance that fits; for none where there is none. */
  readonly happened: (trigger: string, payload: JsonObject, fits: (one: Subscription) => boolean) => void;
  /** To be called after every change. */
  readonly changed: () => void;
}

/** Now, in ISO 8601. */
export const isoOf = ({ clock }: Pick<AppContext, "clock">): string => new Date(clock.now()).toISOString();

/** Whether a config names this value, in any case; one that names none takes all. */
export function configFits(
  config: Subscription["config"],
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const set = config[name];
    return set === undefined || asText(set).toLowerCase() === value.toLowerCase();
  });
}
