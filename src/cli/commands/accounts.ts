import type { Command } from "commander";
import { openToolset, type ProfileOptions, profileOption } from "../config/connection.js";
import type { Context } from "../context.js";
import { stringList } from "../options/values.js";
import { table } from "../terminal/table.js";

interface Options extends ProfileOptions {
  readonly app?: readonly string[];
  readonly entity?: readonly string[];
  readonly status?: readonly string[];
  readonly json?: true;
}

export function addAccounts(program: Command, context: Context): void {
  const accounts = program
    .command("accounts")
    .description("list connected accounts")
    .addHelpText("after", "\nExamples:\n  $ earshot accounts ls --app github");
  const ls = accounts
    .command("ls")
    .description("list connected accounts")
    .option("--app <name>", "only accounts of these apps; repeatable, or separated by commas", stringList)
    .option(
      "--entity <id>",
      "only accounts of these entities; repeatable, or separated by commas",
      stringList,
    )
    .option("--status <name>", "only accounts in these states, such as ACTIVE; repeatable", stringList)
    .option("--json", "print one line of JSON per account")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot accounts ls
  $ earshot accounts ls --app github,slack --status ACTIVE
  $ earshot accounts ls --entity ada --json | jq -r .id`,
    );
  profileOption(ls).action(async (options: Options) => {
    const { io, ending } = context;
    const toolset = await openToolset(context, options);
    const found = await toolset.connectedAccounts({
      ...(options.app !== undefined && { appNames: options.app }),
      ...(options.entity !== undefined && { entityIds: options.entity }),
      ...(options.status !== undefined && { statuses: options.status }),
      signal: ending,
    });
    if (options.json) {
      for (const account of found) await io.record(account);
      return;
    }
    if (found.length === 0) {
      io.note("No matching accounts. `earshot connect APP` connects one.");
      return;
    }
    const rows = found.map((it) => [it.id, it.appName, it.entityId ?? "", it.status, it.statusReason ?? ""]);
    const columns = [
      { heading: "ID", paint: io.out.bold },
      { heading: "APP" },
      { heading: "ENTITY" },
      { heading: "STATUS" },
      { heading: "" },
    ];
    for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
  });
}
