import { EarshotError } from "../base/errors.js";

/** @throws EarshotError ERR_OPTION where it is no Standard Schema, nor absent */
export function checkSchema(owner: string, schema: unknown): void {
  if (schema === undefined) return;
  const { validate } = (schema as { "~standard"?: { validate?: unknown } } | null)?.["~standard"] ?? {};
  if (typeof validate === "function") return;
  throw new EarshotError("ERR_OPTION", `The schema of ${owner} is no Standard Schema (standardschema.dev).`);
}
