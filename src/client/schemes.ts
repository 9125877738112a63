import type { KeyScheme } from "./api-adapter.js";
import { objectOf, optionalText } from "./read.js";

/** Schemes whose credentials a person or a program has, so that no page is needed. */
const keySchemes = new Set(["API_KEY", "BEARER_TOKEN", "BASIC"]);

/** The first scheme that takes credentials without a page. */
export function keySchemeIn(
  schemes: readonly { readonly scheme: string | undefined; readonly fields: unknown }[],
): KeyScheme | undefined {
  for (const { scheme, fields } of schemes) {
    if (scheme === undefined || !keySchemes.has(scheme)) continue;
    const names = arrayOf(fields).map((field) => optionalText(objectOf(field).name));
    return { scheme, fields: names.filter((name) => name !== undefined) };
  }
  return undefined;
}

export const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
