import type { Command } from "commander";
import type { Context } from "../../context.js";
import type { Io } from "../../terminal/io.js";
import { plain } from "../../terminal/sanitize.js";
import { type SchemaField, schemaFields } from "../../schema-fields.js";
import { table } from "../../terminal/table.js";
import { openToolset, type PlatformOptions, platformOption } from "../../config/toolset.js";

interface Options extends PlatformOptions {
  readonly json?: true;
}

export function addShow(parent: Command, context: Context): void {
  const command = parent
    .command("show")
    .argument("<name>", "the trigger's name, in any case")
    .description("show what a trigger needs to be enabled, and what its events carry")
    .option("--json", "as one line of JSON, with both JSON Schemas whole")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot triggers show GITHUB_STAR_ADDED_EVENT
  $ earshot triggers show GITHUB_STAR_ADDED_EVENT --json | jq .config`,
    );
  platformOption(command).action(async (name: string, options: Options) => {
    const { io, ending } = context;
    const toolset = await openToolset(context, options);
    const trigger = await toolset.getTrigger(name, { signal: ending });
    if (options.json) {
      await io.record(trigger);
      return;
    }
    await io.line(`${io.out.bold(plain(trigger.name))}  ${plain(trigger.appName)}`);
    await io.line(plain(trigger.description));
    if (trigger.instructions !== undefined) await io.line(plain(trigger.instructions));
    const config = schemaFields(trigger.config);
    await showFields(io, "Config, for `triggers enable --config`", config);
    await showFields(io, "Payload of its events", schemaFields(trigger.payload));
    const example = config.filter(({ required }) => required).map(({ path }) => ` --config ${path}=…`);
    await io.line("");
    await io.line(`Enable it:  earshot triggers enable ${plain(trigger.name)}${example.map(plain).join("")}`);
    await io.line(`Hear it:    earshot listen --trigger ${plain(trigger.name)}`);
  });
}

async function showFields(io: Io, heading: string, fields: readonly SchemaField[]): Promise<void> {
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
    meaningOf(field),
  ]);
  const columns = [
    { heading: "  NAME", paint: io.out.bold },
    { heading: "TYPE" },
    { heading: "" },
    { heading: "MEANING" },
  ];
  for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
}

/** What the schema says in words, and the value that stands where none is given. */
function meaningOf({ description, default: fallback, example }: SchemaField): string {
  const hints = [
    ...(fallback === undefined || fallback === null ? [] : [`default ${JSON.stringify(fallback)}`]),
    ...(example === undefined ? [] : [`such as ${JSON.stringify(example)}`]),
  ];
  const hint = hints.length === 0 ? "" : `(${hints.join(", ")})`;
  return [description, hint].filter((part) => part !== "").join(" ");
}
