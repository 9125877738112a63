import type { Command } from "commander";
import type { ConnectedAccount } from "../../index.js";
import { openToolset, type ProfileOptions, profileOption } from "../config/connection.js";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";
import { positive } from "../options/values.js";
import { promptSecret } from "../terminal/prompts.js";
import { sanitize } from "../terminal/sanitize.js";

interface Options extends ProfileOptions {
  readonly entity?: string;
  readonly callbackUrl?: string;
  readonly key?: true;
  readonly timeout: number;
  readonly wait: boolean;
  readonly json?: true;
}

/** Seconds that a person has for the page. */
const TIMEOUT_SECONDS = 300;

export function addConnect(program: Command, context: Context): void {
  const command = program
    .command("connect")
    .argument("<app>", "the app's name, such as github, in any case")
    .description("connect an account of an app: prints the page to open, and waits")
    .option("--entity <id>", "the entity that the account will belong to; default: the entity `default`")
    .option("--callback-url <url>", "where the page leads afterwards")
    .option("--key", "connect with an API key of the app, without a page")
    .option("--timeout <seconds>", "how long to wait for the page", positive, TIMEOUT_SECONDS)
    .option("--no-wait", "print the page's URL and end")
    .option("--json", "print one line of JSON: the account, or with --no-wait its id and the page's URL")
    .addHelpText(
      "after",
      `
The page's URL goes to stderr, the account's id to stdout once the account is active. With --key, the API key is
prompted for on a terminal and otherwise read from stdin: other users can see command lines.

Examples:
  $ earshot connect github
  $ earshot connect slack --entity ada --no-wait
  $ pass show stripe | earshot connect stripe --key --json`,
    );
  profileOption(command).action((app: string, options: Options) => connect(app, options, context));
}

async function connect(app: string, options: Options, context: Context): Promise<void> {
  const { io, ending: signal } = context;
  const { entity, callbackUrl, wait, json } = options;
  if (options.key && (callbackUrl !== undefined || !wait)) {
    throw new UsageError("--key connects without a page: --callback-url and --no-wait do not apply");
  }
  const whose = { signal, ...(entity !== undefined && { entityId: entity }) };
  const toolset = await openToolset(context, options);
  if (options.key) {
    const typed = io.canPrompt ? await promptSecret(context, `API key of ${app}`) : await io.input();
    const key = typed.trim();
    if (key === "") throw new UsageError("There is no API key on stdin");
    await printAccount(context, await toolset.connectWithKey(app, key, whose), json);
    return;
  }
  const request = await toolset.connect(app, { ...whose, ...(callbackUrl !== undefined && { callbackUrl }) });
  const { connectedAccountId, redirectUrl } = request;
  if (!wait) {
    if (json) await io.record({ connectedAccountId, redirectUrl });
    else await io.line(sanitize(redirectUrl ?? connectedAccountId));
    return;
  }
  if (redirectUrl !== undefined) {
    io.note(`Open this page to connect ${sanitize(app)}:\n\n  ${io.err.cyan(sanitize(redirectUrl))}\n`);
  }
  const account = await request.waitUntilActive({ timeoutMs: options.timeout * 1000, signal });
  await printAccount(context, account, json);
}

async function printAccount(
  { io }: Context,
  account: ConnectedAccount,
  json: true | undefined,
): Promise<void> {
  if (json) {
    await io.record(account);
    return;
  }
  await io.line(sanitize(account.id));
  const { appName, entityId = "default" } = account;
  io.note(`${io.err.green("Connected")} ${sanitize(appName)} for the entity ${sanitize(entityId)}.`);
}
