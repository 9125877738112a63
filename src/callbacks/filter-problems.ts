import { EarshotError, type ErrorCode } from "../base/errors.js";
import { misspelt } from "../base/suggest.js";
import type { TriggerInstance } from "../model/platform.js";
import { type FilterField, fold, nameOfFilter, type ParsedFilter } from "./filter.js";

/** The platform's responses; `undefined` where it gave none. */
export interface KnownTriggers {
  /** All trigger names, in upper case. */
  readonly names: ReadonlySet<string> | undefined;
  readonly instances: readonly TriggerInstance[] | undefined;
}

/** The reason why no event can reach a callback. */
export interface FilterProblem {
  /** The same for the same problem. */
  readonly key: string;
  readonly error: EarshotError;
}

/** The fields of a filter that trigger instances have, in the order of the checks. */
const checkedFields = ["triggerName", "triggerId", "connectionId", "entityId", "appName"] as const;
type CheckedField = (typeof checkedFields)[number];

/** The fields in messages. */
const nouns: Readonly<Record<CheckedField, string>> = {
  triggerName: "the trigger",
  triggerId: "the trigger instance",
  connectionId: "the connected account",
  entityId: "the user",
  appName: "the app",
};

/**
 * Finds the reasons why no event can reach a callback.
 *
 * @param hasOtherSenders names and apps that the platform does not know may be another sender's
 */
export function problemsOf(
  filter: ParsedFilter,
  { names, instances }: KnownTriggers,
  hasOtherSenders: boolean,
): FilterProblem[] {
  // A filter that names a sender's route is not about the platform.
  const { fields } = filter;
  if (fields.has("provider") || fields.has("route")) return [];
  const problems: FilterProblem[] = [];
  const enabled = instances?.filter((one) => one.enabled);
  for (const field of checkedFields) {
    for (const value of fields.get(field) ?? []) {
      if (enabled?.some((one) => has(one, field, value))) continue;
      const isPlain = field === "triggerName" && !fields.has("appName");
      const problem = problemOf(field, value, names, instances, hasOtherSenders, isPlain);
      if (problem !== undefined) problems.push({ key: `${field}=${value}`, error: problem });
    }
  }
  if (problems.length > 0 || enabled === undefined || hasOtherSenders) return problems;
  const given = checkedFields.filter((field) => fields.has(field));
  const matches = (one: TriggerInstance) =>
    given.every((field) => fields.get(field)?.some((value) => has(one, field, value)));
  if (given.length > 1 && !enabled.some(matches)) {
    const name = nameOfFilter(filter);
    const message = `No enabled trigger matches all of ${name}, so its callback receives nothing.`;
    problems.push({ key: name, error: new EarshotError("ERR_TRIGGER_NOT_ENABLED", message) });
  }
  return problems;
}

function problemOf(
  field: CheckedField,
  value: string,
  names: ReadonlySet<string> | undefined,
  instances: readonly TriggerInstance[] | undefined,
  hasOtherSenders: boolean,
  isPlain: boolean,
): EarshotError | undefined {
  // Events about accounts and triggers are no triggers: `composio.trigger.disabled`, `connected_account.…`.
  if (field === "triggerName" && /^(composio|connected_account)\./i.test(value)) return undefined;
  // Beside other senders, a name alone means the platform's.
  const mayBeOthers = hasOtherSenders && !isPlain;
  if (field === "triggerName" && names !== undefined && !names.has(value)) {
    const suggestion = misspelt(value, names);
    if (suggestion === undefined && (mayBeOthers || (instances === undefined && !hasOtherSenders)))
      return undefined;
    const otherSender = hasOtherSenders ? " For another sender's event, give its `provider` too." : "";
    const hint = suggestion === undefined ? otherSender : ` Did you mean ${suggestion}?`;
    return warning(
      "ERR_TRIGGER_UNKNOWN",
      `The platform has no trigger ${value}, so its callback receives nothing.${hint}`,
    );
  }
  if (instances === undefined || (field === "appName" && hasOtherSenders)) return undefined;
  const disabled = instances.some((one) => has(one, field, value));
  if (field === "triggerId") {
    const state = disabled ? "is disabled" : "does not exist";
    return warning(
      "ERR_TRIGGER_NOT_ENABLED",
      `The trigger instance ${value} ${state}, so its callback receives nothing.`,
    );
  }
  if (field === "appName" && names !== undefined && ![...names].some((name) => isOfApp(name, value))) {
    return warning(
      "ERR_TRIGGER_UNKNOWN",
      `The platform has no triggers of the app ${value}, so its callback receives nothing.`,
    );
  }
  const state = disabled ? "is disabled" : "is enabled nowhere";
  const subject =
    field === "triggerName"
      ? `The trigger ${value} ${state}`
      : `No trigger is enabled for ${nouns[field]} ${value}`;
  return warning("ERR_TRIGGER_NOT_ENABLED", `${subject}, so its callback receives nothing.`);
}

function has(one: TriggerInstance, field: FilterField, value: string): boolean {
  switch (field) {
    case "triggerName":
      return fold(one.triggerName) === value;
    case "triggerId":
      return fold(one.id) === value || (one.uuid !== undefined && fold(one.uuid) === value);
    case "connectionId":
      return fold(one.connectedAccountId) === value;
    case "entityId":
      // Generation 1 does not return the user: then it may be this one.
      return one.entityId === undefined || fold(one.entityId) === value;
    case "appName":
      return isOfApp(fold(one.triggerName), value);
    default:
      return true;
  }
}

/** A trigger's name begins with its app's. The platform is not consistent about `_` and `-` in app names. */
function isOfApp(triggerName: string, app: string): boolean {
  return triggerName.replaceAll("_", "").startsWith(app.replaceAll(/[_-]/g, ""));
}

function warning(code: ErrorCode, message: string): EarshotError {
  return new EarshotError(code, message);
}
