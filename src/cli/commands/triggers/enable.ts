import type { Command } from "commander";
import type { InvalidError, Toolset, Trigger } from "../../../index.js";
import { openToolset, type ProfileOptions, profileOption } from "../../config/connection.js";
import type { Context } from "../../context.js";
import { configOf, type PathValues, setField, setting, typedValue } from "../../options/config-value.js";
import { jsonFile } from "../../options/values.js";
import { type SchemaField, schemaFields } from "../../schema-fields.js";
import { membersOf, viewOf } from "../../schema-view.js";
import { promptField, promptYesNo } from "../../terminal/prompts.js";
import { sanitize } from "../../terminal/sanitize.js";

interface Options extends ProfileOptions {
  readonly config?: PathValues;
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
    .description("enable a trigger for a connected account, also one that was disabled")
    .option(
      "--config <key=value>",
      "a field of its config; repeatable. The schema decides how the value is read: text, number, JSON",
      setting,
    )
    .option("--config-file <file>", "a JSON file with its config, - for stdin; --config overrides its fields")
    .option("--entity <id>", "the entity of the account; default: the entity `default`")
    .option("--account <id>", "the connected account, if the entity has several")
    .option("--no-ask", "do not prompt; missing fields are an error, as without a terminal")
    .option("--json", "print the enabled trigger as one line of JSON")
    .addHelpText(
      "after",
      `
On a terminal it prompts for missing fields. The trigger's id goes to stdout; code that receives its events goes to
stderr.

Examples:
  $ earshot triggers enable GITHUB_STAR_ADDED_EVENT
  $ earshot triggers enable GITHUB_STAR_ADDED_EVENT --config owner=acme --config repo=site
  $ earshot triggers enable GMAIL_NEW_GMAIL_MESSAGE --config-file gmail.json --entity ada --json`,
    );
  profileOption(command).action((name: string, options: Options) => enable(name, options, context));
}

async function enable(name: string, options: Options, context: Context): Promise<void> {
  const { io, ending } = context;
  const base =
    options.configFile === undefined ? {} : await jsonFile("--config-file", options.configFile, context.io);
  const toolset = await openToolset(context, options);
  const trigger = await toolset.getTrigger(name, { signal: ending });
  const config = configOf(trigger.config, options.config ?? new Map(), base);
  const canPrompt = io.canPrompt && options.ask && options.json !== true;
  if (canPrompt) await promptMissing(context, trigger, config);
  const enabled = await enableOrPrompt(context, toolset, trigger, config, options, canPrompt);
  if (options.json) {
    await io.record(enabled);
    return;
  }
  await io.line(sanitize(enabled.triggerId));
  io.note(
    `${io.err.green("Enabled")} ${sanitize(enabled.triggerName)} for account ${sanitize(enabled.connectedAccountId || "chosen by the platform")}. Code that receives its events:\n`,
  );
  const code = listenerCode(enabled.triggerName, enabled.triggerId, trigger.payload);
  io.note(`${code.split("\n").map(sanitize).join("\n")}\n`);
}

/** On a terminal, prompts again for fields that the config check rejects. */
async function enableOrPrompt(
  context: Context,
  toolset: Toolset,
  trigger: Trigger,
  config: Config,
  options: Options,
  canPrompt: boolean,
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
      if (!canPrompt || !(thrown instanceof InvalidError) || thrown.code !== "ERR_TRIGGER_CONFIG")
        throw thrown;
      const invalid = fieldsOf(thrown, trigger);
      if (invalid.length === 0) throw thrown;
      context.io.note(context.io.err.yellow(thrown.message.split("\n").map(sanitize).join("\n")));
      await promptFields(context, invalid, config);
    }
  }
}

/** The fields that have problems. */
function fieldsOf({ problems }: InvalidError, trigger: Trigger): SchemaField[] {
  return topFields(trigger).filter(({ path: field }) =>
    problems.some(
      ({ path }) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`),
    ),
  );
}

/** Nested fields are not prompted for: their top-level field is entered as JSON. */
function topFields(trigger: Trigger): SchemaField[] {
  const names = new Set(membersOf(viewOf(trigger.config, trigger.config)).keys());
  return schemaFields(trigger.config).filter(({ path }) => names.has(path));
}

async function promptMissing(context: Context, trigger: Trigger, config: Config): Promise<void> {
  const missing = topFields(trigger).filter(({ path }) => !Object.hasOwn(config, path));
  const required = missing.filter((field) => field.required);
  if (required.length === 0) return;
  context.io.note(
    `${context.io.err.bold(sanitize(trigger.name))}: ${sanitize(trigger.instructions ?? trigger.description)}`,
  );
  await promptFields(context, required, config);
  const optional = missing.filter((field) => !field.required);
  if (optional.length === 0) return;
  const names = optional.map(({ path }) => sanitize(path)).join(", ");
  if (await promptYesNo(context, `Set optional fields too (${names})?`))
    await promptFields(context, optional, config);
}

async function promptFields(context: Context, fields: readonly SchemaField[], config: Config): Promise<void> {
  for (const field of fields) {
    const answer = await promptField(context, field);
    if (answer === undefined) delete config[field.path];
    else setField(config, [field.path], typeof answer === "string" ? typedValue(field, answer) : answer);
  }
}

/** A program that receives the events of one enabled trigger, to be copied. */
export function listenerCode(triggerName: string, triggerId: string, payload: unknown): string {
  const field = firstField(payload);
  return `import { Toolset } from "earshot";

const toolset = new Toolset(); // COMPOSIO_API_KEY, COMPOSIO_BASE_URL
const listener = toolset.createTriggerListener();

listener.callback({ triggerName: ${JSON.stringify(triggerName)}, triggerId: ${JSON.stringify(triggerId)} }, async (event) => {
  console.log(event.id, event.payload${field});
});

await listener.waitForever();`;
}

/** Access to the first member of the payload's schema. */
function firstField(payload: unknown): string {
  if (typeof payload !== "object" || payload === null || !("properties" in payload)) return "";
  const { properties } = payload;
  if (typeof properties !== "object" || properties === null) return "";
  const name = Object.keys(properties).find((key) => /^[A-Za-z_$][\w$]*$/.test(key));
  return name === undefined ? "" : `.${name}`;
}
