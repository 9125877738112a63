import type { TriggerEvent } from "../model/event.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import { namesOfEvent } from "./facts.js";
import type { IdKey, ParsedFilter } from "./filter.js";

/** A test of an event, made once. */
export type Test = (event: TriggerEvent) => boolean;

/**
 * Compiles what is left of a filter once its index key has been looked up. `where` is not part of it: it is the
 * user's code and may throw.
 *
 * @returns `undefined` where nothing is left to test
 */
export function compileTest(filter: ParsedFilter, indexedBy: IdKey | undefined): Test | undefined {
  const tests: Test[] = [];
  for (const [key, names] of filter.ids) {
    if (key !== indexedBy) tests.push(nameTest(key, new Set(names)));
  }
  const { payload } = filter;
  if (payload !== undefined) tests.push((event) => contains(event.payload, payload));
  const [only] = tests;
  if (tests.length <= 1) return only;
  return (event) => tests.every((test) => test(event));
}

function nameTest(key: IdKey, names: ReadonlySet<string>): Test {
  return (event) => {
    const [first, second] = namesOfEvent(event, key);
    return (first !== undefined && names.has(first)) || (second !== undefined && names.has(second));
  };
}

/** Whether `part` stands in `whole`: objects member by member, everything else by equality, arrays whole. */
export function contains(whole: unknown, part: unknown): boolean {
  if (isJsonObject(part)) return isJsonObject(whole) && containsMembers(whole, part);
  if (Array.isArray(part)) {
    return (
      Array.isArray(whole) && whole.length === part.length && part.every((item, at) => equal(whole[at], item))
    );
  }
  return Object.is(whole, part);
}

function containsMembers(whole: JsonObject, part: JsonObject): boolean {
  // Own members only: a payload must not match by what every object inherits.
  return Object.keys(part).every((name) => Object.hasOwn(whole, name) && contains(whole[name], part[name]));
}

function equal(a: unknown, b: unknown): boolean {
  if (isJsonObject(a) && isJsonObject(b))
    return Object.keys(a).length === Object.keys(b).length && containsMembers(a, b);
  return contains(a, b);
}
