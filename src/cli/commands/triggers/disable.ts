import type { Command } from "commander";
import { openToolset, type ProfileOptions, profileOption } from "../../config/connection.js";
import type { Context } from "../../context.js";
import { sanitize } from "../../terminal/sanitize.js";

interface Options extends ProfileOptions {
  readonly json?: true;
}

const IDS = "ids, as printed by `triggers active` and `triggers enable`";

export function addDisable(parent: Command, context: Context): void {
  add(parent, context, {
    name: "disable",
    done: "Disabled",
    description: "disable triggers; `triggers enable` enables them again",
    call: (toolset, id, signal) => toolset.disableTrigger(id, { signal }),
    example: "$ earshot triggers disable ti_5KbQw2",
  });
}

export function addRm(parent: Command, context: Context): void {
  add(parent, context, {
    name: "rm",
    done: "Deleted",
    description: "delete triggers permanently",
    call: (toolset, id, signal) => toolset.deleteTrigger(id, { signal }),
    example: "$ earshot triggers rm $(earshot triggers active --json | jq -r .id)",
  });
}

type Toolset = Awaited<ReturnType<typeof openToolset>>;

interface Operation {
  readonly name: string;
  readonly done: string;
  readonly description: string;
  readonly call: (toolset: Toolset, id: string, signal: AbortSignal) => Promise<unknown>;
  readonly example: string;
}

/** A command with ids. The first failure ends it; the ids before it are done and printed. */
function add(parent: Command, context: Context, operation: Operation): void {
  const command = parent
    .command(operation.name)
    .argument("<id...>", IDS)
    .description(operation.description)
    .option("--json", "print one line of JSON per id")
    .addHelpText("after", `\nExamples:\n  ${operation.example}`);
  profileOption(command).action(async (ids: readonly string[], options: Options) => {
    const { io, ending } = context;
    const toolset = await openToolset(context, options);
    for (const id of ids) {
      await operation.call(toolset, id, ending);
      if (options.json) await io.record({ triggerId: id });
      else await io.line(sanitize(id));
      io.note(`${io.err.green(operation.done)} ${sanitize(id)}.`);
    }
  });
}
