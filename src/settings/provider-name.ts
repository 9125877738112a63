import { EarshotError } from "../base/errors.js";

const name = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * The name of a webhook sender. It becomes the app of its events and may be a segment of a path.
 *
 * @param where what has the name, for the message
 * @throws EarshotError ERR_OPTION
 */
export function providerName(where: string, value: unknown): string {
  if (typeof value === "string" && name.test(value)) return value;
  const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : `a ${typeof value}`;
  throw new EarshotError(
    "ERR_OPTION",
    `${where}: \`provider\` is 1 to 64 letters, digits, ".", "_" or "-", and starts with a letter or digit, not ${shown}.`,
  );
}
