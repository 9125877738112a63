import { EarshotError } from "../base/errors.js";
import { shownValue } from "../base/warning.js";

/**
 * Refuses an option that does not exist: one that is misspelt would otherwise be obeyed by nobody.
 *
 * @throws EarshotError ERR_OPTION
 */
export function knownOptions(where: string, options: object, names: ReadonlySet<string>): void {
  // A text or a number has no members, so every mistake in it would pass.
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new EarshotError("ERR_OPTION", `${where} takes an object of options, not ${shownValue(options)}.`);
  }
  for (const name of Object.keys(options)) {
    if (!names.has(name)) {
      throw new EarshotError(
        "ERR_OPTION",
        `${where} has no option \`${name}\`; it has ${[...names].join(", ")}.`,
      );
    }
  }
}
