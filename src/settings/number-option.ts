import { EarshotError } from "../base/errors.js";

/**
 * A number option with its default; 0 is a number like any other.
 *
 * @throws EarshotError ERR_OPTION
 */
export function numberOption(
  name: string,
  value: number | undefined,
  byDefault: number,
  least: number,
): number {
  if (value === undefined) return byDefault;
  if (typeof value !== "number" || !Number.isFinite(value) || value < least) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\` is a number of ${least} or more, not ${String(value)}.`,
    );
  }
  return value;
}
