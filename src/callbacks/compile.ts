import type { TriggerEvent } from "../model/event.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import { namesUnder } from "./facts.js";
import { fold, type IdKey, type ParsedFilter } from "./filter.js";

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
  const [one, other, ...more] = tests;
  if (one === undefined || other === undefined) return one;
  // Most have two at the most, and a loop over closures takes twice as long.
  if (more.length === 0) return (event) => one(event) && other(event);
  return (event) => tests.every((test) => test(event));
}

function nameTest(key: IdKey, names: ReadonlySet<string>): Test {
  const { first, second } = namesUnder[key];
  // The spelling that was right the last time: to fold each event's name takes ten times as long.
  let last: string | undefined;
  const isWanted = (name: string | undefined) => {
    if (name === undefined) return false;
    if (name === last) return true;
    if (!names.has(fold(name))) return false;
    last = name;
    return true;
  };
  return (event) => isWanted(first(event)) || isWanted(second(event));
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
