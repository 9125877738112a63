import type { Command } from "commander";
import type { Context } from "../../context.js";
import { table } from "../../terminal/table.js";
import { openToolset, type PlatformOptions, platformOption } from "../../config/toolset.js";
import { list } from "../../options/values.js";

interface Options extends PlatformOptions {
  readonly trigger?: readonly string[];
  readonly entity?: readonly string[];
  readonly account?: readonly string[];
  readonly all?: true;
  readonly json?: true;
}

export function addActive(parent: Command, context: Context): void {
  const command = parent
    .command("active")
    .description("list the triggers that are enabled")
    .option("--trigger <name>", "only these; repeat it or use commas for several", list)
    .option("--entity <id>", "only those of these entities", list)
    .option("--account <id>", "only those of these connected accounts", list)
    .option("--all", "disabled ones too")
    .option("--json", "one enabled trigger a line, as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot triggers active
  $ earshot triggers active --trigger GITHUB_STAR_ADDED_EVENT --all
  $ earshot triggers active --json | jq -r .id`,
    );
  platformOption(command).action(async (options: Options) => {
    const { io, ending } = context;
    const toolset = await openToolset(context, options);
    const active = await toolset.activeTriggers({
      ...(options.trigger !== undefined && { triggerNames: options.trigger }),
      ...(options.entity !== undefined && { entityIds: options.entity }),
      ...(options.account !== undefined && { connectedAccountIds: options.account }),
      ...(options.all && { showDisabled: true }),
      signal: ending,
    });
    if (options.json) {
      for (const trigger of active) await io.record(trigger);
      return;
    }
    if (active.length === 0) {
      io.note("No trigger is enabled. `earshot triggers enable NAME` enables one.");
      return;
    }
    const rows = active.map((it) => [
      it.id,
      it.triggerName,
      it.connectedAccountId,
      it.entityId ?? "",
      it.enabled ? "enabled" : "disabled",
      JSON.stringify(it.config),
    ]);
    const columns = [
      { heading: "ID", paint: io.out.bold },
      { heading: "TRIGGER" },
      { heading: "ACCOUNT" },
      { heading: "ENTITY" },
      { heading: "STATE", paint: stateColor(io.out) },
      { heading: "CONFIG" },
    ];
    for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
  });
}

function stateColor(out: Context["io"]["out"]): (text: string) => string {
  return (text) => (text.startsWith("enabled") ? out.green(text) : out.yellow(text));
}
