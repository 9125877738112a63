import type { TriggerEvent } from "../model/event.js";
import { type FilterField, filterFields, fold, type ParsedFilter } from "./filter.js";

/** A condition of a filter, compiled once. */
export type Predicate = (event: TriggerEvent) => boolean;

/** The provider of the platform's own events. */
export const PLATFORM = "composio";

/**
 * Compiles the conditions of a filter that its index does not cover. `where` is left out: it is the user's code and
 * may throw.
 *
 * @param platformOnly whether a trigger name without an app, provider or route selects only the platform's events
 * @returns `undefined` where no condition is left
 */
export function compilePredicate(
  { fields, testPayload }: ParsedFilter,
  indexedBy: FilterField | undefined,
  platformOnly: boolean,
): Predicate | undefined {
  const predicates: Predicate[] = [];
  const hasSender = fields.has("appName") || fields.has("provider") || fields.has("route");
  if (platformOnly && fields.has("triggerName") && !hasSender) {
    predicates.push((event) => event.origin.provider === PLATFORM);
  }
  for (const [field, values] of fields) {
    if (field !== indexedBy) predicates.push(fieldPredicate(field, new Set(values)));
  }
  if (testPayload !== undefined) predicates.push((event) => testPayload(event.payload));
  const [one, other, ...more] = predicates;
  if (one === undefined || other === undefined) return one;
  // Few filters have more than two, and a loop over closures takes twice as long.
  if (more.length === 0) return (event) => one(event) && other(event);
  return (event) => predicates.every((predicate) => predicate(event));
}

function fieldPredicate(field: FilterField, values: ReadonlySet<string>): Predicate {
  const { value, alias } = filterFields[field];
  // The spelling that matched last: to fold the value of each event takes ten times as long.
  let last: string | undefined;
  const matches = (spelling: string | undefined) => {
    if (spelling === undefined) return false;
    if (spelling === last) return true;
    if (!values.has(fold(spelling))) return false;
    last = spelling;
    return true;
  };
  return (event) => matches(value(event)) || matches(alias(event));
}
