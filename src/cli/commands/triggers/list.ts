import type { Command } from "commander";
import type { Context } from "../../context.js";
import { table } from "../../terminal/table.js";
import { openToolset, type PlatformOptions, platformOption } from "../../config/toolset.js";
import { list } from "../../options/values.js";

interface Options extends PlatformOptions {
  readonly app?: readonly string[];
  readonly enabled?: true;
  readonly search?: string;
  readonly json?: true;
}

export function addLs(parent: Command, context: Context): void {
  const command = parent
    .command("ls")
    .description("list the triggers that can be enabled")
    .option("--app <name>", "only those of this app; repeat it or use commas for several", list)
    .option("--enabled", "only those that are enabled for some account")
    .option("--search <text>", "only those with this text in name or description")
    .option("--json", "one trigger a line, as JSON, with its config and payload schemas")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot triggers ls
  $ earshot triggers ls --app github,slack
  $ earshot triggers ls --search star --json | jq -r .name`,
    );
  platformOption(command).action(async (options: Options) => {
    const { io, ending } = context;
    const toolset = await openToolset(context, options);
    const triggers = await toolset.listTriggers({
      ...(options.app !== undefined && { appNames: options.app }),
      ...(options.enabled && { showEnabledOnly: true }),
      ...(options.search !== undefined && { search: options.search }),
      signal: ending,
    });
    if (options.json) {
      for (const trigger of triggers) await io.record(trigger);
      return;
    }
    if (triggers.length === 0) {
      io.note("No trigger is like that. `earshot triggers ls` lists all.");
      return;
    }
    const rows = triggers.map(({ name, appName, description }) => [name, appName, description]);
    const columns = [{ heading: "NAME", paint: io.out.bold }, { heading: "APP" }, { heading: "DESCRIPTION" }];
    for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
  });
}
