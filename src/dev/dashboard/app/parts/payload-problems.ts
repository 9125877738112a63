import { mismatchProblems } from "../../../../json-schema/mismatch-text.js";
import { findMismatches } from "../../../../json-schema/validate.js";
import type { JsonRecord } from "../types.js";

export interface PayloadProblem {
  /** Where it is in the value: names of members, and places in lists. */
  readonly keys: readonly (string | number)[];
  /** The keys as an expression names them; "" for the payload itself. */
  readonly path: string;
  readonly message: string;
}

/** What in a payload is not what the schema describes. @throws SyntaxError where the text is not JSON */
export function mismatchesIn(text: string, schema: JsonRecord): readonly PayloadProblem[] {
  const value: unknown = JSON.parse(text);
  try {
    return findMismatches(value, schema).flatMap((mismatch) =>
      mismatchProblems([mismatch]).map(({ path, message }) => ({ keys: mismatch.keys, path, message })),
    );
  } catch {
    return []; // such as a schema that is nothing but itself
  }
}
