import { isJsonObject, isSameJson, type JsonObject } from "../model/json.js";

/**
 * Whether `whole` contains `part`: objects member by member, arrays whole, everything else by equality. Of a list, one
 * element must contain an object; names that are all numbers are its indexes.
 */
export function contains(whole: unknown, part: unknown): boolean {
  if (isJsonObject(part)) {
    if (isJsonObject(whole)) return containsMembers(whole, part);
    return Array.isArray(whole) && containsInList(whole, part);
  }
  return isSameJson(whole, part);
}

function containsMembers(whole: JsonObject, part: JsonObject): boolean {
  // Own members only: a payload must not match by a member that every object inherits.
  return Object.keys(part).every((name) => Object.hasOwn(whole, name) && contains(whole[name], part[name]));
}

function containsInList(whole: readonly unknown[], part: JsonObject): boolean {
  const names = Object.keys(part);
  if (names.length > 0 && names.every((name) => /^(0|[1-9]\d*)$/.test(name))) {
    return names.every((name) => contains(whole[Number(name)], part[name]));
  }
  return whole.some((element) => contains(element, part));
}
