import type { Toolset } from "../index.js";

/**
 * The toolset that the environment describes. Loaded when a command needs it, so that `--help` does not wait for it.
 *
 * @throws EarshotError ERR_KEY_MISSING, ERR_OPTION
 */
export async function openToolset(): Promise<Toolset> {
  const { Toolset } = await import("../index.js");
  return new Toolset();
}
