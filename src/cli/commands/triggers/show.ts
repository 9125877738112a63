import type { Command } from "commander";
import { openToolset, type ProfileOptions, profileOption } from "../../config/connection.js";
import type { Context } from "../../context.js";
import { type SchemaField, schemaFields } from "../../schema-fields.js";
import type { Io } from "../../terminal/io.js";
import { sanitize } from "../../terminal/sanitize.js";
import { table } from "../../terminal/table.js";

interface Options extends ProfileOptions {
  readonly json?: true;
}

export function addTriggersShow(parent: Command, context: Context): void {
  const command = parent
    .command("show")
    .argument("<name>", "the trigger's name, in any case")
    .description("show the config of a trigger and the payload of its events")
    .option("--json", "print one line of JSON, with both JSON Schemas")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot triggers show GITHUB_STAR_ADDED_EVENT
  $ earshot triggers show GITHUB_STAR_ADDED_EVENT --json | jq .config`,
    );
  profileOption(command).action(async (name: string, options: Options) => {
    const { io, ending } = context;
    const toolset = await openToolset(context, options);
    const trigger = await toolset.getTrigger(name, { signal: ending });
    if (options.json) {
      await io.record(trigger);
      return;
    }
    await io.line(`${io.out.bold(sanitize(trigger.name))}  ${sanitize(trigger.appName)}`);
    await io.line(sanitize(trigger.description));
    if (trigger.instructions !== undefined) await io.line(sanitize(trigger.instructions));
    const config = schemaFields(trigger.config);
    await printFields(io, "Config, for `triggers enable --config`", config);
    await printFields(io, "Payload of its events", schemaFields(trigger.payload));
    const example = config.filter(({ required }) => required).map(({ path }) => ` --config ${path}=…`);
    await io.line("");
    await io.line(
      `Enable it:  earshot triggers enable ${sanitize(trigger.name)}${example.map(sanitize).join("")}`,
    );
    await io.line(`Receive it: earshot listen --trigger ${sanitize(trigger.name)}`);
  });
}

async function printFields(io: Io, heading: string, fields: readonly SchemaField[]): Promise<void> {
  await io.line("");
  await io.line(io.out.underline(heading));
  if (fields.length === 0) {
    await io.line("  none");
    return;
  }
  const rows = fields.map((field) => [
    `  ${field.path}`,
    field.type,
    field.required ? "required" : "",
    descriptionOf(field),
  ]);
  const columns = [
    { heading: "  NAME", paint: io.out.bold },
    { heading: "TYPE" },
    { heading: "" },
    { heading: "DESCRIPTION" },
  ];
  for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
}

/** The schema's description, default and example. */
function descriptionOf({ description, default: fallback, example }: SchemaField): string {
  const hints = [
    ...(fallback === undefined || fallback === null ? [] : [`default ${JSON.stringify(fallback)}`]),
    ...(example === undefined ? [] : [`for example ${JSON.stringify(example)}`]),
  ];
  const hint = hints.length === 0 ? "" : `(${hints.join(", ")})`;
  return [description, hint].filter((part) => part !== "").join(" ");
}
