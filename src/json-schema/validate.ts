import { Validator } from "@cfworker/json-schema";
import { misspelt } from "../base/suggest.js";
import { isJsonObject, type JsonObject, type JsonSchema } from "../model/json.js";
import { type ExtraKeys, normalSchema } from "./normal-form.js";
import { pointedAt, pointerTokens } from "./ref.js";

/** One thing that is wrong with a value, or with a part of it. */
export interface Mismatch {
  /** Where it is in the value: names of members, and places in lists. */
  readonly keys: readonly (string | number)[];
  /** The keyword that is not matched; `unknown` for a member that the schema does not have. */
  readonly keyword: string;
  /** The schema that has the keyword, in its normal form. For `required` and `unknown`, that of the object. */
  readonly schema: JsonObject;
  /** The value there; for `required` and `unknown`, the object. */
  readonly value: unknown;
  /** For `anyOf`: what is wrong with the value by each alternative. */
  readonly alternatives: readonly (readonly Mismatch[])[];
}

/**
 * Everything in a value that a JSON Schema does not allow, in the order of the value. {@link normalSchema} says how
 * the schema is read.
 *
 * @param value as JSON has it: no `undefined`, no dates
 * @throws RangeError for a schema without end, and others for a schema that makes no sense
 */
export function findMismatches(
  value: unknown,
  schema: JsonSchema,
  extraKeys: ExtraKeys = "validate",
): readonly Mismatch[] {
  const root = normalSchema(schema, extraKeys);
  const start: Place = { schema: root, value, keys: [], order: [] };
  const { errors } = new Validator(root, "2019-09", false).validate(value);
  const found = errors.flatMap((error) => mismatchesOf(error, start));
  if (extraKeys === "spell-check") found.push(...misspeltMembers(start, root, false));
  return treeOf(mostTelling(found.sort((a, b) => compare(a.order, b.order))));
}

/** A value within the value, and the schema that it is validated by. */
interface Place {
  readonly schema: JsonObject;
  readonly value: unknown;
  readonly keys: readonly (string | number)[];
  /** Where mismatches stand in the list: those of a place begin with its numbers. */
  readonly order: readonly number[];
}

interface Found extends Omit<Mismatch, "alternatives"> {
  readonly order: readonly number[];
}

/** The order of what is wrong with one value. */
const RULE = 0;
const ITEM = 1;
const REQUIRED = 2;
const MEMBER = 3;
const ALL_OF = 4;
const ANY_OF = 5;

interface ValidatorError {
  readonly keyword: string;
  readonly keywordLocation: string;
  readonly instanceLocation: string;
}

/** Of these, the validator only reports that something further in is wrong. */
const containers = new Set([
  "$ref",
  "properties",
  "patternProperties",
  "additionalProperties",
  "items",
  "prefixItems",
  "allOf",
]);

function mismatchesOf({ keyword, keywordLocation, instanceLocation }: ValidatorError, root: Place): Found[] {
  if (containers.has(keyword)) return [];
  const steps = pointerTokens(keywordLocation).slice(0, -1);
  const tokens = pointerTokens(instanceLocation);
  let [place, owner] = [root, root];
  let isExtra = false;
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    isExtra = step === "additionalProperties";
    if (step === "$ref") place = referredTo(place, root.schema);
    else if (step === "allOf" || step === "anyOf") place = partOf(place, step, Number(steps.shift()));
    else {
      owner = place;
      const schema =
        step === "items" || isExtra ? place.schema[step] : pick(place.schema[step], steps.shift());
      place = within(place, tokens.shift() ?? "", schema);
    }
  }
  if (keyword === "not" && isExtra)
    return [{ ...owner, keys: place.keys, order: place.order, keyword: "unknown" }];
  if (keyword === "required") return missingMembers(place);
  return [{ ...place, keyword, order: [...place.order, keyword === "anyOf" ? ANY_OF : RULE] }];
}

/** The validator reports each by its own error, of which the first is as good as all. */
function missingMembers({ schema, value, keys, order }: Place): Found[] {
  const [listed, given] = [schema.required as readonly string[], value as JsonObject];
  return listed
    .filter((name) => !Object.hasOwn(given, name))
    .map((name, at) => ({
      schema,
      value,
      keys: [...keys, name],
      order: [...order, REQUIRED, at],
      keyword: "required",
    }));
}

function referredTo(place: Place, root: JsonObject): Place {
  const { $ref, ...about } = place.schema;
  const target = pointedAt(root, String($ref));
  return { ...place, schema: { ...about, ...(isJsonObject(target) && target) } };
}

function partOf(place: Place, keyword: "allOf" | "anyOf", number: number): Place {
  const order = [...place.order, keyword === "allOf" ? ALL_OF : ANY_OF, number];
  return { ...place, schema: asObject(pick(place.schema[keyword], number)), order };
}

function within({ value, keys, order }: Place, key: string, schema: unknown): Place {
  const isList = Array.isArray(value);
  const at = isList ? Number(key) : Object.keys(asObject(value)).indexOf(key);
  return {
    schema: asObject(schema),
    value: pick(value, key),
    keys: [...keys, isList ? at : key],
    order: [...order, isList ? ITEM : MEMBER, at],
  };
}

const pick = (from: unknown, key: string | number | undefined): unknown =>
  (from as Readonly<Record<string, unknown>>)[key ?? ""];

const asObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

/**
 * Members that the schema is silent about and that look like a known one that is not given. The platform drops
 * such keys without a word, so a misspelling is a problem; other unknown keys are let through.
 *
 * @param isPart whether the schema is one of several for the same value, which know keys that this one does not
 */
function misspeltMembers(place: Place, root: JsonObject, isPart: boolean): Found[] {
  const { schema, value } = place;
  if (typeof schema.$ref === "string") return misspeltMembers(referredTo(place, root), root, isPart);
  if (Array.isArray(value)) {
    if (!isJsonObject(schema.items) || schema.prefixItems !== undefined) return [];
    return value.flatMap((_, at) => misspeltMembers(within(place, String(at), schema.items), root, false));
  }
  if (!isJsonObject(value)) return [];
  const [all, any] = [listOf(schema.allOf), listOf(schema.anyOf)];
  const found = all.flatMap((_, at) => misspeltMembers(partOf(place, "allOf", at), root, true));
  // Where one alternative is for objects, it is the one that is meant.
  const forObjects = any
    .map((_, at) => partOf(place, "anyOf", at))
    .filter(({ schema: { type } }) => type === undefined || listOf(type).includes("object"));
  if (forObjects.length === 1) found.push(...forObjects.flatMap((part) => misspeltMembers(part, root, true)));
  const properties = asObject(schema.properties);
  const isSilent = schema.additionalProperties === undefined && schema.patternProperties === undefined;
  const free = Object.keys(properties).filter((known) => !Object.hasOwn(value, known));
  for (const name of Object.keys(value)) {
    const member = within(place, name, Object.hasOwn(properties, name) ? properties[name] : {});
    if (Object.hasOwn(properties, name)) found.push(...misspeltMembers(member, root, false));
    else if (isSilent && !isPart && all.length + any.length === 0 && misspelt(name, free) !== undefined)
      found.push({ ...place, keys: member.keys, order: member.order, keyword: "unknown" });
  }
  return found;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Without repetitions, and without what else does not match where the type is wrong already. */
function mostTelling(sorted: readonly Found[]): Found[] {
  let wrong: readonly number[] | undefined;
  let before: Found | undefined;
  return sorted.filter((found) => {
    const { keyword, order } = found;
    if (wrong !== undefined && startsWith(order, wrong)) return false;
    const isRepeated = keyword === "required" && before !== undefined && compare(before.order, order) === 0;
    if (keyword === "type" || keyword === "enum") wrong = order.slice(0, -1);
    before = found;
    return !isRepeated;
  });
}

/** What is wrong by an alternative, below its `anyOf`. */
function treeOf(sorted: readonly Found[]): Mismatch[] {
  const tree: Mismatch[] = [];
  for (let at = 0; at < sorted.length; ) {
    const { order, ...mismatch } = sorted[at] as Found;
    at += 1;
    const below: Found[] = [];
    if (mismatch.keyword === "anyOf")
      for (; at < sorted.length && startsWith((sorted[at] as Found).order, order); at += 1)
        below.push(sorted[at] as Found);
    const alternatives = listOf(below.length > 0 ? mismatch.schema.anyOf : []).map((_, number) =>
      treeOf(below.filter((found) => found.order[order.length] === number)),
    );
    tree.push({ ...mismatch, alternatives });
  }
  return tree;
}

const startsWith = (order: readonly number[], start: readonly number[]): boolean =>
  start.every((number, at) => order[at] === number);

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((number, index) => number !== b[index]);
  if (at === -1) return a.length - b.length;
  return at >= b.length ? 1 : (a[at] as number) - (b[at] as number);
}
