import type { Command } from "commander";
import { cancelExpectation, type Expectation, listExpectations } from "../../../index.js";
import type { Context } from "../../context.js";
import { exitCodes, type SetExitCode } from "../../exit-codes.js";
import { sanitize } from "../../terminal/sanitize.js";
import { table } from "../../terminal/table.js";
import { type StoreOptions, storeArguments, storeOptions, withInbox } from "./store.js";

type Options = StoreOptions & { readonly json?: true };

/** Of a filter or data in the table, in characters; `--json` has all of it. */
const SHOWN_LENGTH = 60;

export function addExpectations(parent: Command, context: Context): void {
  const command = parent
    .command("expectations")
    .description("list the open expectations of an inbox: the events that `listener.expect()` waits for");
  storeOptions(command)
    .option("--json", "print one line of JSON per expectation")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot inbox expectations --db events.db
  $ earshot inbox expectations --db events.db --json | jq -r .id`,
    )
    .action((options: Options) =>
      withInbox(options, context, async (inbox) => {
        const { io } = context;
        const all = [...(await listExpectations(inbox))].sort((a, b) => +a.timeoutAt - +b.timeoutAt);
        if (options.json) {
          for (const each of all) await io.record({ ...each, timeoutAt: each.timeoutAt.toISOString() });
          return;
        }
        if (all.length === 0) io.note("No event is expected.");
        else for (const line of linesOf(all, io.width, io.out.dim)) await io.line(line);
      }),
    );
}

function linesOf(
  all: readonly Expectation[],
  width: Parameters<typeof table>[2],
  dim: (text: string) => string,
): readonly string[] {
  const rows = all.map(({ id, handler, filter, data, timeoutAt }) => [
    timeoutAt.toISOString(),
    id,
    handler,
    short(filter),
    short(data),
  ]);
  const columns = ["TIMES OUT", "ID", "HANDLER", "FILTER", "DATA"].map((heading) => ({ heading }));
  return table(columns, rows, width, dim);
}

function short(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH - 1)}…`;
}

export function addCancel(parent: Command, context: Context, setExitCode: SetExitCode): void {
  const command = parent
    .command("cancel")
    .argument("<id...>", "ids, as printed by `inbox expectations`")
    .description("cancel open expectations: neither an event nor the time limit runs their handler");
  storeOptions(command)
    .option("--json", "print one line of JSON per id")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot inbox cancel "approval 17" --db events.db
  $ earshot inbox cancel "approval 17" "approval 18" --redis redis://127.0.0.1:6379`,
    )
    .action((ids: readonly string[], options: Options) =>
      withInbox(options, context, async (inbox) => {
        const { io } = context;
        for (const id of ids) {
          const canceled = await cancelExpectation(inbox, id);
          if (!canceled) setExitCode(exitCodes.failure);
          if (options.json) await io.record({ id, canceled });
          else if (canceled) await io.line(`${sanitize(id)} canceled.`);
          else {
            const list = `earshot inbox expectations ${storeArguments(options)}`;
            io.note(`${sanitize(id)} is not open. To list those that are: ${list}`);
          }
        }
      }),
    );
}
