import type { Command } from "commander";
import type { Context } from "../../context.js";
import { plain } from "../../terminal/sanitize.js";
import { openToolset, type PlatformOptions, platformOption } from "../../config/toolset.js";

interface Options extends PlatformOptions {
  readonly json?: true;
}

const IDS = "ids, as `triggers active` and `triggers enable` print them";

export function addDisable(parent: Command, context: Context): void {
  add(parent, context, {
    name: "disable",
    done: "Disabled",
    description: "switch triggers off; `triggers enable` switches them on again",
    call: (toolset, id, signal) => toolset.disableTrigger(id, { signal }),
    example: "$ earshot triggers disable ti_5KbQw2",
  });
}

export function addRm(parent: Command, context: Context): void {
  add(parent, context, {
    name: "rm",
    done: "Deleted",
    description: "delete enabled triggers for good",
    call: (toolset, id, signal) => toolset.deleteTrigger(id, { signal }),
    example: "$ earshot triggers rm $(earshot triggers active --json | jq -r .id)",
  });
}

type Toolset = Awaited<ReturnType<typeof openToolset>>;

interface Act {
  readonly name: string;
  readonly done: string;
  readonly description: string;
  readonly call: (toolset: Toolset, id: string, signal: AbortSignal) => Promise<unknown>;
  readonly example: string;
}

/** A command over ids. The first that fails ends it: those before it are printed and done. */
function add(parent: Command, context: Context, act: Act): void {
  const command = parent
    .command(act.name)
    .argument("<id...>", IDS)
    .description(act.description)
    .option("--json", "each id that is done, as a line of JSON")
    .addHelpText("after", `\nExamples:\n  ${act.example}`);
  platformOption(command).action(async (ids: readonly string[], options: Options) => {
    const { io, ending } = context;
    const toolset = await openToolset(context, options);
    for (const id of ids) {
      await act.call(toolset, id, ending);
      if (options.json) await io.record({ triggerId: id });
      else await io.line(plain(id));
      io.note(`${io.err.green(act.done)} ${plain(id)}.`);
    }
  });
}
