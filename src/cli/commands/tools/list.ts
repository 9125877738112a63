import type { Command } from "commander";
import { openToolset, type ProfileOptions, profileOption } from "../../config/connection.js";
import type { Context } from "../../context.js";
import { integer, stringList } from "../../options/values.js";
import { table } from "../../terminal/table.js";

interface Options extends ProfileOptions {
  readonly app?: readonly string[];
  readonly tag?: readonly string[];
  readonly search?: string;
  readonly limit?: number;
  readonly json?: true;
}

export function addToolsLs(parent: Command, context: Context): void {
  const command = parent
    .command("ls")
    .description("list the tools that can be run")
    .option("--app <name>", "only tools of these apps; repeatable, or separated by commas", stringList)
    .option("--tag <name>", "only tools with these tags, such as important; repeatable", stringList)
    .option("--search <text>", "only tools that fit this text")
    .option("--limit <n>", "at most so many", integer(1))
    .option("--json", "print one line of JSON per tool, with its schemas")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot tools ls --app github,slack
  $ earshot tools ls --app github --tag important
  $ earshot tools ls --search "star a repository" --json | jq -r .name`,
    );
  profileOption(command).action(async (options: Options) => {
    const { io, ending } = context;
    const { app, tag, search, limit } = options;
    const toolset = await openToolset(context, options);
    const tools = await toolset.listTools({
      ...(app !== undefined && { apps: app }),
      ...(tag !== undefined && { tags: tag }),
      ...(search !== undefined && { search }),
      ...(limit !== undefined && { limit }),
      signal: ending,
    });
    if (options.json) {
      for (const tool of tools) await io.record(tool);
      return;
    }
    if (tools.length === 0) {
      io.note("No matching tools. `earshot tools ls` lists all.");
      return;
    }
    const rows = tools.map(({ name, appName, description }) => [name, appName, description]);
    const columns = [{ heading: "NAME", paint: io.out.bold }, { heading: "APP" }, { heading: "DESCRIPTION" }];
    for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
  });
}
