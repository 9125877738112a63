import type { Command } from "commander";
import { openToolset, type ProfileOptions, profileOption } from "../../config/connection.js";
import type { Context } from "../../context.js";
import { schemaFields } from "../../schema-fields.js";
import { printFields } from "../../terminal/fields-table.js";
import { sanitize } from "../../terminal/sanitize.js";

interface Options extends ProfileOptions {
  readonly json?: true;
}

export function addToolsShow(parent: Command, context: Context): void {
  const command = parent
    .command("show")
    .argument("<name>", "the tool's name, in any case")
    .description("show the arguments of a tool and the data of its result")
    .option("--json", "print one line of JSON, with both JSON Schemas")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot tools show GITHUB_CREATE_AN_ISSUE
  $ earshot tools show GITHUB_CREATE_AN_ISSUE --json | jq .inputSchema`,
    );
  profileOption(command).action(async (name: string, options: Options) => {
    const { io, ending } = context;
    const toolset = await openToolset(context, options);
    // Throws for an unknown name, with the nearest ones.
    const [tool] = await toolset.getTools({ actions: name, signal: ending });
    if (tool === undefined) return;
    if (options.json) {
      await io.record(tool);
      return;
    }
    await io.line(`${io.out.bold(sanitize(tool.name))}  ${sanitize(tool.appName ?? "")}`);
    await io.line(sanitize(tool.description));
    const fields = schemaFields(tool.inputSchema);
    await printFields(io, "Arguments, for `tools run --data`", fields);
    await printFields(io, "Data of its result", schemaFields(tool.outputSchema));
    const required = fields.filter((field) => field.required && !field.path.includes("."));
    const example = Object.fromEntries(required.map(({ path, example: value = "…" }) => [path, value]));
    // For a shell: a single quote inside single quotes.
    const data = JSON.stringify(example).replaceAll("'", "'\\''");
    await io.line("");
    await io.line(`Run it: earshot tools run ${sanitize(tool.name)} --data '${sanitize(data)}'`);
  });
}
