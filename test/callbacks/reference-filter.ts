import { isDeepStrictEqual } from "node:util";

export type Pattern = unknown;

/** Whether two values are equal, whatever the prototypes of their objects: JSON has none. */
function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(structuredClone(a), structuredClone(b));
}

/** The meaning of a pattern, without regard to speed. `undefined` is an absent member. */
export function selects(pattern: Pattern, value: unknown): boolean {
  if (typeof pattern !== "object" || pattern === null || Array.isArray(pattern)) {
    return isSame(value, pattern);
  }
  const entries = Object.entries(pattern);
  const operators = entries.filter(([key]) => /^\$(?!\$)/.test(key));
  const members = entries.filter(([key]) => !/^\$(?!\$)/.test(key));
  if (!operators.every(([key, operand]) => holds(key, operand, value))) return false;
  if (members.length > 0) return hasMembers(members, value);
  return operators.length > 0 || hasMembers(members, value);
}

function hasMembers(members: readonly [string, unknown][], value: unknown): boolean {
  const isList = Array.isArray(value);
  if (isList && (members.length === 0 || members.some(([key]) => !/^\d+$/.test(key)))) {
    return value.some((element) => hasMembers(members, element));
  }
  const isObject = typeof value === "object" && value !== null;
  if (members.length === 0) return isObject;
  return members.every(([key, inner]) => {
    const name = key.replace(/^\$\$/, "$");
    return selects(inner, isObject && Object.hasOwn(value, name) ? value[name as never] : undefined);
  });
}

function holds(key: string, operand: unknown, value: unknown): boolean {
  const text = typeof value === "string" ? value : undefined;
  const list = operand as unknown[];
  switch (key) {
    case "$gt":
      return typeof value === typeof operand && (value as number) > (operand as number);
    case "$gte":
      return typeof value === typeof operand && (value as number) >= (operand as number);
    case "$lt":
      return typeof value === typeof operand && (value as number) < (operand as number);
    case "$lte":
      return typeof value === typeof operand && (value as number) <= (operand as number);
    case "$in":
      return list.some((one) => isSame(one, value));
    case "$nin":
      return !list.some((one) => isSame(one, value));
    case "$exists":
      return (value !== undefined) === operand;
    case "$contains":
      if (Array.isArray(value)) return value.some((element) => selects(operand, element));
      return text !== undefined && typeof operand === "string" && text.includes(operand);
    case "$startsWith":
      return text?.startsWith(operand as string) === true;
    case "$regex": {
      const [, flag, source] = /^(\(\?i\))?(.*)$/s.exec(operand as string) ?? [];
      return text !== undefined && new RegExp(source as string, flag === undefined ? "" : "i").test(text);
    }
    case "$not":
      return !selects(operand, value);
    case "$or":
      return list.some((one) => selects(one, value));
    case "$and":
      return list.every((one) => selects(one, value));
    default:
      throw new Error(`no operator ${key}`);
  }
}
