import type { Command } from "commander";
import type { InvalidError, Toolset, Trigger } from "../../../index.js";
import { configOf, place, type Settings, setting, typedValue } from "../../options/config-value.js";
import type { Context } from "../../context.js";
import { listeningCode } from "../../listening-code.js";
import { plain } from "../../terminal/sanitize.js";
import { askField, askYes } from "../../terminal/prompts.js";
import { type SchemaField, schemaFields } from "../../schema-fields.js";
import { membersOf, viewOf } from "../../schema-view.js";
import { openToolset, type PlatformOptions, platformOption } from "../../config/toolset.js";
import { jsonFile } from "../../options/values.js";

interface Options extends PlatformOptions {
  readonly config?: Settings;
  readonly configFile?: string;
  readonly entity?: string;
  readonly account?: string;
  readonly ask: boolean;
  readonly json?: true;
}

type Config = Record<string, unknown>;

export function addEnable(parent: Command, context: Context): void {
  const command = parent
    .command("enable")
    .argument("<name>", "the trigger's name, in any case")
    .description("enable a trigger for a connected account; one that was disabled is enabled again")
    .option(
      "--config <key=value>",
      "one field of its config; repeat it for more. The value is read as the schema has it: text, a number, JSON",
      setting,
    )
    .option("--config-file <file>", "its config as a file of JSON, - for stdin; --config goes over it")
    .option("--entity <id>", "whose account; default: the entity `default`")
    .option("--account <id>", "which connected account, where the entity has several")
    .option(
      "--no-ask",
      "ask for nothing; fields that are missing are an error, as they are without a terminal",
    )
    .option("--json", "what was enabled, as one line of JSON")
    .addHelpText(
      "after",
      `
On a terminal it asks for the fields that are missing. The id goes to stdout; the code that listens to it, for you to
copy, to stderr.

Examples:
  $ earshot triggers enable GITHUB_STAR_ADDED_EVENT
  $ earshot triggers enable GITHUB_STAR_ADDED_EVENT --config owner=acme --config repo=site
  $ earshot triggers enable GMAIL_NEW_GMAIL_MESSAGE --config-file gmail.json --entity ada --json`,
    );
  platformOption(command).action((name: string, options: Options) => enable(name, options, context));
}

async function enable(name: string, options: Options, context: Context): Promise<void> {
  const { io, ending } = context;
  const whole = options.configFile === undefined ? {} : await jsonFile("--config-file", options.configFile);
  const toolset = await openToolset(context, options);
  const trigger = await toolset.getTrigger(name, { signal: ending });
  const config = configOf(trigger.config, options.config ?? new Map(), whole);
  const asks = io.canAsk && options.ask && options.json !== true;
  if (asks) await askMissing(context, trigger, config);
  const enabled = await enableOrAskAgain(context, toolset, trigger, config, options, asks);
  if (options.json) {
    await io.record(enabled);
    return;
  }
  await io.line(plain(enabled.triggerId));
  io.note(
    `${io.err.green("Enabled")} ${plain(enabled.triggerName)} for account ${plain(enabled.connectedAccountId)}. To listen to it:\n`,
  );
  const code = listeningCode(enabled.triggerName, enabled.triggerId, trigger.payload);
  io.note(`${code.split("\n").map(plain).join("\n")}\n`);
}

/** On a terminal, what the check of the config finds is asked for again. */
async function enableOrAskAgain(
  context: Context,
  toolset: Toolset,
  trigger: Trigger,
  config: Config,
  options: Options,
  asks: boolean,
) {
  const { InvalidError } = await import("../../../index.js");
  for (;;) {
    try {
      return await toolset.enableTrigger(trigger.name, {
        config,
        ...(options.entity !== undefined && { entityId: options.entity }),
        ...(options.account !== undefined && { connectedAccountId: options.account }),
        signal: context.ending,
      });
    } catch (thrown) {
      if (!asks || !(thrown instanceof InvalidError) || thrown.code !== "ERR_TRIGGER_CONFIG") throw thrown;
      const wrong = fieldsOf(thrown, trigger);
      if (wrong.length === 0) throw thrown;
      context.io.note(context.io.err.yellow(thrown.message.split("\n").map(plain).join("\n")));
      await askAll(context, wrong, config);
    }
  }
}

/** The fields that the problems of a config are about. */
function fieldsOf({ problems }: InvalidError, trigger: Trigger): SchemaField[] {
  return topFields(trigger).filter(({ path: field }) =>
    problems.some(
      ({ path }) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`),
    ),
  );
}

/** Members of members are given as JSON, as the value of the member that they are in. */
function topFields(trigger: Trigger): SchemaField[] {
  const names = new Set(membersOf(viewOf(trigger.config, trigger.config)).keys());
  return schemaFields(trigger.config).filter(({ path }) => names.has(path));
}

async function askMissing(context: Context, trigger: Trigger, config: Config): Promise<void> {
  const missing = topFields(trigger).filter(({ path }) => !Object.hasOwn(config, path));
  const required = missing.filter((field) => field.required);
  if (required.length === 0) return;
  context.io.note(
    `${context.io.err.bold(plain(trigger.name))}: ${plain(trigger.instructions ?? trigger.description)}`,
  );
  await askAll(context, required, config);
  const optional = missing.filter((field) => !field.required);
  if (optional.length === 0) return;
  const names = optional.map(({ path }) => plain(path)).join(", ");
  if (await askYes(context, `Set optional fields too (${names})?`)) await askAll(context, optional, config);
}

async function askAll(context: Context, fields: readonly SchemaField[], config: Config): Promise<void> {
  for (const field of fields) {
    const answer = await askField(context, field);
    if (answer === undefined) delete config[field.path];
    else place(config, field.path, typeof answer === "string" ? typedValue(field, answer) : answer);
  }
}
