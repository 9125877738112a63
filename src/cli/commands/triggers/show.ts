import type { Command } from "commander";
import { openToolset, type ProfileOptions, profileOption } from "../../config/connection.js";
import type { Context } from "../../context.js";
import { schemaFields } from "../../schema-fields.js";
import { printFields } from "../../terminal/fields-table.js";
import { sanitize } from "../../terminal/sanitize.js";

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
