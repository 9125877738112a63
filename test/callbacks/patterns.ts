import fc from "fast-check";
import type { Pattern } from "./reference-filter.js";

/** Few names and values, so that patterns and payloads meet. */
const names = ["a", "b", "not", "$set", "0", "1", "odd name"];
const scalar = fc.constantFrom<unknown>(null, true, false, 0, 1, 2.5, -3, "", "a", "b", "ab", 'q"\\', "ba\n");
const comparable = fc.constantFrom(0, 1, 2.5, "", "a", "ab");

/** A payload with lists and objects. */
export const payloads = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, scalar, fc.array(tie("value"), { maxLength: 3 }), tie("object")),
  object: fc.dictionary(fc.constantFrom(...names), tie("value"), { maxKeys: 3 }),
})).object as fc.Arbitrary<object>;

const json = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 2 }),
  fc.constant({ a: 1 }),
  fc.constant({ $set: [1] }),
);
const keys = names.map((name) => (name.startsWith("$") ? `$${name}` : name));

/** A pattern with every operator. */
export const patterns = fc.letrec<{ any: Pattern; object: Pattern }>((tie) => {
  const any = tie("any");
  const several = fc.array(any, { minLength: 1, maxLength: 3 });
  return {
    any: fc.oneof({ depthSize: "small" }, scalar, fc.array(json, { maxLength: 2 }), tie("object")),
    object: fc
      .tuple(
        fc.dictionary(fc.constantFrom(...keys), any, { maxKeys: 2 }),
        fc.record(
          {
            $gt: comparable,
            $gte: comparable,
            $lt: comparable,
            $lte: comparable,
            $in: fc.array(json, { minLength: 1, maxLength: 3 }),
            $nin: fc.array(json, { minLength: 1, maxLength: 3 }),
            $exists: fc.boolean(),
            $contains: any,
            $startsWith: fc.constantFrom("", "a", "b"),
            $regex: fc.constantFrom("^a", "b$", "a|q", "(?i)B", "^\\w*$"),
            $not: any,
            $or: several,
            $and: several,
          },
          { requiredKeys: [] },
        ),
        fc.integer({ min: 0, max: 12 }),
      )
      .map(([members, operators, keep]) => ({
        ...members,
        // All of them at once would match nothing.
        ...Object.fromEntries(Object.entries(operators).slice(keep, keep + (keep % 3))),
      })),
  };
}).object as fc.Arbitrary<Record<string, unknown>>;

const values = fc.constantFrom<unknown>(
  "a",
  "b",
  1,
  null,
  { $in: ["a", 1] },
  { $contains: { a: 1 } },
  { b: "a" },
);

/** Patterns of few members that require a value, so that many callbacks share some of them. */
export const sharedPatterns = fc.oneof(
  fc.dictionary(fc.constantFrom("a", "b", "not"), values, { minKeys: 1, maxKeys: 3 }),
  fc
    .array(fc.dictionary(fc.constantFrom("a", "b"), values, { minKeys: 1, maxKeys: 2 }), {
      minLength: 1,
      maxLength: 2,
    })
    .map((several) => ({ $or: several })),
) as fc.Arbitrary<Record<string, unknown>>;
