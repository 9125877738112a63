import { EarshotError } from "../base/errors.js";
import { providerName } from "../settings/provider-name.js";

/**
 * The name that a user gives a sender which has no maker of its own.
 *
 * @throws EarshotError ERR_OPTION
 */
export function ownName(maker: string, given: string | undefined, byDefault: string): string {
  if (given === undefined) return byDefault;
  const name = providerName(`${maker}()`, given);
  // Events of this name are read in the platform's shapes, and run what asks for the platform's triggers.
  if (name.toLowerCase() !== "composio") return name;
  throw new EarshotError(
    "ERR_OPTION",
    `${maker}(): \`provider\` cannot be "${name}", the platform's own name: use composio(), or another name.`,
  );
}
