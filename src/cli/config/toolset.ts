import type { Command } from "commander";
import type { Toolset } from "../../index.js";
import { type Connection, connectionOf } from "./connection.js";
import type { Context } from "../context.js";

/** What every command takes that talks to a platform. */
export interface PlatformOptions {
  readonly profile?: string;
}

/** Adds the option that says whose key. */
export function platformOption(command: Command): Command {
  return command.option(
    "--profile <name>",
    "use the key and URL that `earshot login` stored under this name",
  );
}

/**
 * The toolset that the options, the environment or a profile describe. Loaded when a command needs it, so that
 * `--help` does not wait for it.
 *
 * @throws EarshotError ERR_KEY_MISSING, ERR_OPTION; UsageError
 */
export async function openToolset(
  { env }: Pick<Context, "env">,
  { profile }: PlatformOptions,
): Promise<Toolset> {
  return toolsetFor(await connectionOf(env, profile));
}

/** @throws EarshotError ERR_KEY_MISSING, ERR_OPTION */
export async function toolsetFor({ apiKey, baseUrl }: Connection): Promise<Toolset> {
  const { Toolset } = await import("../../index.js");
  return new Toolset({ ...(apiKey !== undefined && { apiKey }), ...(baseUrl !== undefined && { baseUrl }) });
}
