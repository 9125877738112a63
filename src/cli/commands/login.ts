import type { Command } from "commander";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";
import { plain } from "../terminal/sanitize.js";
import { DEFAULT_PROFILE, profilesFile, readProfiles, writeProfiles } from "../config/profiles.js";
import { askSecret } from "../terminal/prompts.js";
import { toolsetFor } from "../config/toolset.js";
import { httpUrl, stdinText } from "../options/values.js";

const HOSTED_URL = "https://backend.composio.dev";

interface Options {
  readonly profile: string;
  readonly baseUrl?: string;
  readonly check: boolean;
  readonly json?: true;
}

export function addLogin(program: Command, context: Context): void {
  program
    .command("login")
    .description("store an API key for the commands to use")
    .option("--profile <name>", "under this name", DEFAULT_PROFILE)
    .option("--base-url <url>", "for this platform; default: COMPOSIO_BASE_URL, else the hosted one", httpUrl)
    .option("--no-check", "store it without asking the platform whether it takes it")
    .option("--json", "what was stored, without the key, as one line of JSON")
    .addHelpText(
      "after",
      `
The key is asked for on a terminal and read from stdin otherwise; it is no option, because command lines are seen by
others. It is stored in a file that you alone can read, and sent to no other platform than its own.

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
    throw new UsageError("--profile is a name of letters, digits, dots and dashes");
  }
  // Before anybody types a key: a damaged file is said now.
  const profiles = await readProfiles(env);
  const url = (baseUrl ?? (env.COMPOSIO_BASE_URL || HOSTED_URL)).replace(/\/+$/, "");
  const typed = io.canAsk ? await askSecret(context, `API key for ${url}`) : await stdinText();
  const apiKey = typed.trim();
  if (apiKey === "") throw new UsageError("stdin had no API key");
  if (/\s/.test(apiKey)) throw new UsageError("The API key has blanks or line breaks in it");
  if (check) {
    const toolset = await toolsetFor({ apiKey, baseUrl: url, source: "stdin" });
    for await (const _ of toolset.activeTriggers({ signal: ending })) break;
  }
  await writeProfiles(env, new Map([...profiles, [profile, { apiKey, baseUrl: url }]]));
  const file = profilesFile(env);
  if (json) await io.record({ profile, baseUrl: url, file, checked: check });
  else {
    const use = profile === DEFAULT_PROFILE ? "" : ` Use it with --profile ${profile} or EARSHOT_PROFILE.`;
    io.note(`${io.err.green("Stored")} the key for ${plain(url)} as ${profile} in ${plain(file)}.${use}`);
  }
}

export function addLogout(program: Command, { io, env }: Context): void {
  program
    .command("logout")
    .description("forget a key that `login` stored")
    .option("--profile <name>", "the one of this name", DEFAULT_PROFILE)
    .option("--json", "what was forgotten, as one line of JSON")
    .addHelpText("after", "\nExamples:\n  $ earshot logout\n  $ earshot logout --profile staging")
    .action(async ({ profile, json }: Omit<Options, "baseUrl" | "check">) => {
      const profiles = new Map(await readProfiles(env));
      if (!profiles.delete(profile)) throw new UsageError(`There is no profile ${profile}`);
      await writeProfiles(env, profiles);
      if (json) await io.record({ profile });
      else io.note(`${io.err.green("Forgot")} ${plain(profile)}.`);
    });
}
