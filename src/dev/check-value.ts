import type { Problem } from "../base/errors.js";
import type { Mismatch } from "../json-schema/validate.js";
import type { JsonSchema } from "../model/json.js";

/**
 * Checks a value against a JSON Schema. `format` is an annotation, as in the specification; a schema that cannot be
 * read allows everything.
 *
 * @returns every problem, with its path: the wrong values before the missing ones
 */
export async function checkValue(value: unknown, schema: JsonSchema): Promise<readonly Problem[]> {
  // Loaded by the first check: a platform that only waits for its first event starts without it.
  const [{ findMismatches }, text] = await Promise.all([
    import("../json-schema/validate.js"),
    import("../json-schema/mismatch-text.js"),
  ]);
  const problemsIn = (mismatch: Mismatch): readonly Problem[] => {
    if (mismatch.keyword === "anyOf") {
      const texts = mismatch.alternatives.map((one) =>
        one.flatMap(problemsIn).map(problemText).join(" and "),
      );
      return [
        { path: text.keyPath(mismatch.keys), message: `fits none of what it may be: ${texts.join("; ")}` },
      ];
    }
    const message = apiWording[mismatch.keyword]?.(mismatch, text.typeName(mismatch.value));
    if (message === undefined) return text.mismatchProblems([mismatch]);
    return [{ path: text.keyPath(mismatch.keys), message }];
  };
  try {
    const found = findMismatches(value, schema);
    const isMissing = ({ keyword }: Mismatch) => keyword === "required";
    return [...found.filter((one) => !isMissing(one)), ...found.filter(isMissing)].flatMap(problemsIn);
  } catch {
    return []; // such as a schema that is nothing but itself
  }
}

/** The platform's API words the commonest problems in its own way. The rest is worded as the SDK does. */
const apiWording: Readonly<Record<string, (mismatch: Mismatch, type: string) => string>> = {
  required: () => "is missing",
  unknown: () => "is not known",
  type: ({ schema }, type) => `expected ${[schema.type].flat().join(" or ")}, received ${type}`,
  enum: ({ schema }) => {
    const values = [schema.enum].flat().map((value) => JSON.stringify(value));
    return `expected one of ${values.join("|")}`;
  },
  pattern: ({ schema }) => `must match pattern /${schema.pattern}/`,
  minimum: ({ schema }) => `Too small: expected number to be >=${schema.minimum}`,
  maximum: ({ schema }) => `Too big: expected number to be <=${schema.maximum}`,
};

/** A problem in one line: `owner: is missing`. */
export function problemText({ path, message }: Problem): string {
  return path === "" ? message : `${path}: ${message}`;
}
