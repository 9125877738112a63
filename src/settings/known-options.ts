import { EarshotError } from "../base/errors.js";

/**
 * Refuses an option that does not exist: one that is misspelt would otherwise be obeyed by nobody.
 *
 * @throws EarshotError ERR_OPTION
 */
export function knownOptions(where: string, options: object, names: ReadonlySet<string>): void {
  for (const name of Object.keys(options)) {
    if (!names.has(name)) {
      throw new EarshotError(
        "ERR_OPTION",
        `${where} has no option \`${name}\`; it has ${[...names].join(", ")}.`,
      );
    }
  }
}
