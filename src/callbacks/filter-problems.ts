import { EarshotError, type ErrorCode } from "../base/errors.js";
import { misspelt } from "../base/suggest.js";
import type { TriggerInstance } from "../model/platform.js";
import { fold, type IdKey, nameOfFilter, type ParsedFilter } from "./filter.js";

/** What the platform said; `undefined` where it did not. */
export interface Knowledge {
  /** All trigger names, in upper case. */
  readonly names: ReadonlySet<string> | undefined;
  readonly instances: readonly TriggerInstance[] | undefined;
}

/** Why no event can reach a callback. */
export interface FilterProblem {
  /** The same for the same problem. */
  readonly key: string;
  readonly error: EarshotError;
}

/** The keys of a filter that instances tell about, in the order in which they are looked at. */
const checkedKeys = ["triggerName", "triggerId", "connectionId", "entityId", "appName"] as const;
type CheckedKey = (typeof checkedKeys)[number];

/** What an instance without the wanted value is called. */
const words: Readonly<Record<CheckedKey, string>> = {
  triggerName: "the trigger",
  triggerId: "the trigger instance",
  connectionId: "the connected account",
  entityId: "the user",
  appName: "the app",
};

/**
 * Finds what keeps every event from a callback.
 *
 * @param hasOtherSenders names and apps that the platform does not know may be those of another sender
 */
export function problemsOf(
  filter: ParsedFilter,
  { names, instances }: Knowledge,
  hasOtherSenders: boolean,
): FilterProblem[] {
  // A filter that names a sender's route is not about the platform.
  const ids: ReadonlyMap<string, readonly string[]> = filter.ids;
  if (ids.has("provider") || ids.has("route")) return [];
  const problems: FilterProblem[] = [];
  const enabled = instances?.filter((one) => one.enabled);
  for (const key of checkedKeys) {
    for (const value of filter.ids.get(key) ?? []) {
      if (enabled?.some((one) => has(one, key, value))) continue;
      const isPlain = key === "triggerName" && !ids.has("appName");
      const problem = problemOf(key, value, names, instances, hasOtherSenders, isPlain);
      if (problem !== undefined) problems.push({ key: `${key}=${value}`, error: problem });
    }
  }
  if (problems.length > 0 || enabled === undefined || hasOtherSenders) return problems;
  const asked = checkedKeys.filter((key) => filter.ids.has(key));
  const matches = (one: TriggerInstance) =>
    asked.every((key) => filter.ids.get(key)?.some((value) => has(one, key, value)));
  if (asked.length > 1 && !enabled.some(matches)) {
    const name = nameOfFilter(filter);
    const message = `No enabled trigger matches all of ${name}, so its callback receives nothing.`;
    problems.push({ key: name, error: new EarshotError("ERR_TRIGGER_NOT_ENABLED", message) });
  }
  return problems;
}

function problemOf(
  key: CheckedKey,
  value: string,
  names: ReadonlySet<string> | undefined,
  instances: readonly TriggerInstance[] | undefined,
  hasOtherSenders: boolean,
  isPlain: boolean,
): EarshotError | undefined {
  // Beside other senders, a name alone means the platform's.
  const mayBeOthers = hasOtherSenders && !isPlain;
  if (key === "triggerName" && names !== undefined && !names.has(value)) {
    const meant = misspelt(value, names);
    if (meant === undefined && (mayBeOthers || (instances === undefined && !hasOtherSenders)))
      return undefined;
    const toOthers = hasOtherSenders ? " For another sender's event, give its `provider` too." : "";
    const offer = meant === undefined ? toOthers : ` Did you mean ${meant}?`;
    return warning(
      "ERR_TRIGGER_UNKNOWN",
      `The platform has no trigger ${value}, so its callback receives nothing.${offer}`,
    );
  }
  if (instances === undefined || (key === "appName" && hasOtherSenders)) return undefined;
  const disabled = instances.some((one) => has(one, key, value));
  if (key === "triggerId") {
    const state = disabled ? "is disabled" : "does not exist";
    return warning(
      "ERR_TRIGGER_NOT_ENABLED",
      `The trigger instance ${value} ${state}, so its callback receives nothing.`,
    );
  }
  if (key === "appName" && names !== undefined && ![...names].some((name) => isOfApp(name, value))) {
    return warning(
      "ERR_TRIGGER_UNKNOWN",
      `The platform has no triggers of the app ${value}, so its callback receives nothing.`,
    );
  }
  const state = disabled ? "is disabled" : "is enabled nowhere";
  const subject =
    key === "triggerName"
      ? `The trigger ${value} ${state}`
      : `No trigger is enabled for ${words[key]} ${value}`;
  return warning("ERR_TRIGGER_NOT_ENABLED", `${subject}, so its callback receives nothing.`);
}

function has(one: TriggerInstance, key: IdKey, value: string): boolean {
  switch (key) {
    case "triggerName":
      return fold(one.triggerName) === value;
    case "triggerId":
      return fold(one.id) === value || (one.uuid !== undefined && fold(one.uuid) === value);
    case "connectionId":
      return fold(one.connectedAccountId) === value;
    case "entityId":
      // Generation 1 does not say whose an instance is: then it may be this user's.
      return one.entityId === undefined || fold(one.entityId) === value;
    case "appName":
      return isOfApp(fold(one.triggerName), value);
    default:
      return true;
  }
}

/** A trigger's name begins with its app's; where the words of an app's name end, its owners do not agree. */
function isOfApp(triggerName: string, app: string): boolean {
  return triggerName.replaceAll("_", "").startsWith(app.replaceAll(/[_-]/g, ""));
}

function warning(code: ErrorCode, message: string): EarshotError {
  return new EarshotError(code, message);
}
