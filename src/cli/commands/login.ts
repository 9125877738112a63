import type { Command } from "commander";
import { HOSTED_URL, toolsetFor } from "../config/connection.js";
import { DEFAULT_PROFILE, profilesFile, readProfiles, writeProfiles } from "../config/profiles.js";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";
import { httpUrl } from "../options/values.js";
import { promptSecret } from "../terminal/prompts.js";
import { sanitize } from "../terminal/sanitize.js";

interface Options {
  readonly profile: string;
  readonly baseUrl?: string;
  readonly check: boolean;
  readonly json?: true;
}

export function addLogin(program: Command, context: Context): void {
  program
    .command("login")
    .description("store an API key for other commands")
    .option("--profile <name>", "name of the profile", DEFAULT_PROFILE)
    .option(
      "--base-url <url>",
      "the platform's URL; default: COMPOSIO_BASE_URL, otherwise the hosted platform",
      httpUrl,
    )
    .option("--no-check", "store the API key without a request to the platform")
    .option("--json", "print the stored profile without its API key, as one line of JSON")
    .addHelpText(
      "after",
      `
The API key is prompted for on a terminal and otherwise read from stdin. It is not an option, because other users can
see command lines. It is stored in a file that only you can read, and sent only to the platform it is stored for.

Examples:
  $ earshot login
  $ earshot login --profile staging --base-url https://composio.example.com
  $ pass show composio | earshot login --profile ci --json`,
    )
    .action((options: Options) => login(options, context));
}

async function login({ profile, baseUrl, check, json }: Options, context: Context): Promise<void> {
  const { io, env, ending } = context;
  if (!/^[\w.-]{1,64}$/.test(profile)) {
    throw new UsageError("--profile must consist of letters, digits, dots and dashes");
  }
  // Read before the prompt, so that a damaged file is reported first.
  const profiles = await readProfiles(env);
  const url = (baseUrl ?? (env.COMPOSIO_BASE_URL || HOSTED_URL)).replace(/\/+$/, "");
  const typed = io.canPrompt ? await promptSecret(context, `API key for ${url}`) : await io.input();
  const apiKey = typed.trim();
  if (apiKey === "") throw new UsageError("There is no API key on stdin");
  if (/\s/.test(apiKey)) throw new UsageError("The API key contains spaces or line breaks");
  if (check) {
    const toolset = await toolsetFor({ apiKey, baseUrl: url, source: "stdin" });
    for await (const _ of toolset.activeTriggers({ signal: ending })) break;
  }
  await writeProfiles(env, new Map([...profiles, [profile, { apiKey, baseUrl: url }]]));
  const file = profilesFile(env);
  if (json) await io.record({ profile, baseUrl: url, file, checked: check });
  else {
    const use = profile === DEFAULT_PROFILE ? "" : ` Use it with --profile ${profile} or EARSHOT_PROFILE.`;
    io.note(
      `${io.err.green("Stored")} the API key for ${sanitize(url)} as ${profile} in ${sanitize(file)}.${use}`,
    );
  }
}

export function addLogout(program: Command, { io, env }: Context): void {
  program
    .command("logout")
    .description("delete an API key that `login` stored")
    .option("--profile <name>", "name of the profile", DEFAULT_PROFILE)
    .option("--json", "print the deleted profile as one line of JSON")
    .addHelpText("after", "\nExamples:\n  $ earshot logout\n  $ earshot logout --profile staging")
    .action(async ({ profile, json }: Omit<Options, "baseUrl" | "check">) => {
      const profiles = new Map(await readProfiles(env));
      if (!profiles.delete(profile)) throw new UsageError(`There is no profile ${profile}`);
      await writeProfiles(env, profiles);
      if (json) await io.record({ profile });
      else io.note(`${io.err.green("Deleted")} the profile ${sanitize(profile)}.`);
    });
}
