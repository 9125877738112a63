import type { Command } from "commander";
import { openToolset, type ProfileOptions, profileOption } from "../../config/connection.js";
import type { Context } from "../../context.js";
import { UsageError } from "../../errors.js";
import { exitCodes, type SetExitCode } from "../../exit-codes.js";
import { jsonObject } from "../../options/values.js";
import { sanitize } from "../../terminal/sanitize.js";

interface Options extends ProfileOptions {
  readonly data?: string;
  readonly text?: string;
  readonly entity?: string;
  readonly account?: string;
  readonly idempotencyKey?: string;
  readonly json?: true;
}

export function addToolsRun(parent: Command, context: Context, setExitCode: SetExitCode): void {
  const command = parent
    .command("run")
    .argument("<name>", "the tool's name, in any case")
    .description("run a tool with a connected account")
    .option("--data <json>", "its arguments as JSON, @FILE, or @- for stdin; default: none")
    .option("--text <text>", "what to do, in words, instead of --data: the platform makes the arguments")
    .option("--entity <id>", "the entity of the account; default: the entity `default`")
    .option("--account <id>", "the connected account, if the entity has several")
    .option("--idempotency-key <key>", "two runs with one key take effect once, where the platform honors it")
    .option("--json", "print the whole result as one line of JSON")
    .addHelpText(
      "after",
      `
The data of the result goes to stdout. The exit code is 1 if the tool fails; its error goes to stderr.

Examples:
  $ earshot tools run GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER --data '{"owner":"acme","repo":"site"}'
  $ earshot tools run SLACK_SEND_MESSAGE --data @message.json --entity ada
  $ earshot tools run LOCAL_TIME --json`,
    );
  profileOption(command).action(async (name: string, options: Options) => {
    const { io, ending } = context;
    const { data, text, entity, account, idempotencyKey } = options;
    if (data !== undefined && text !== undefined) throw new UsageError("Use --data or --text, not both");
    const args = data === undefined ? {} : await jsonObject("--data", data, io);
    const toolset = await openToolset(context, options);
    const result = await toolset.executeAction<string>(name, args, {
      ...(text !== undefined && { text }),
      ...(entity !== undefined && { entityId: entity }),
      ...(account !== undefined && { connectedAccountId: account }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      signal: ending,
    });
    if (options.json) await io.record(result);
    else if (result.successful) {
      // Indented for people; the control characters of a tool's data are escaped by JSON.
      await io.line(JSON.stringify(result.data, undefined, 2).split("\n").map(sanitize).join("\n"));
    }
    if (result.successful) return;
    if (!options.json)
      io.note(`${io.err.red("error:")} ${sanitize(name.toUpperCase())}: ${sanitize(result.error)}`);
    setExitCode(exitCodes.failure);
  });
}
