import type { Command } from "commander";
import type { InboxCounts } from "../../../index.js";
import type { Context } from "../../context.js";
import { type ChoiceOptions, choiceOptions, chosen } from "./select.js";
import { printRecords } from "./record-format.js";
import { type StoreOptions, storeOptions, withInbox } from "./store.js";

type Options = StoreOptions & ChoiceOptions & { readonly json?: true };

/** Records shown to people who did not say how many. */
const SHOWN = 100;

export function addLs(parent: Command, context: Context): void {
  const command = parent
    .command("ls")
    .description("list the records of an inbox, newest first, and count them by state");
  choiceOptions(
    storeOptions(command),
    "only records in these states",
    `default ${SHOWN}, with --json no limit`,
  )
    .option("--json", "one record a line, as JSON, without its body (`inbox show --json` has it)")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot inbox ls --db events.db
  $ earshot inbox ls --db events.db --state dead --since 2h
  $ earshot inbox ls --redis redis://127.0.0.1:6379 --state waiting,running
  $ earshot inbox ls --db events.db --json | jq -r 'select(.attempts > 1) | .id'`,
    )
    .action((options: Options) =>
      withInbox(options, context, async (inbox) => {
        const { io, ending } = context;
        const json = options.json === true;
        const limit = options.limit ?? (json ? Number.POSITIVE_INFINITY : SHOWN);
        const shown = await printRecords(io, chosen(inbox, { ...options, limit }, ending), json);
        if (json || ending.aborted) return;
        const counts = await inbox.counts();
        const isEmpty = Object.values(counts).every((count) => count === 0);
        if (shown === 0) io.note(isEmpty ? "The inbox is empty." : "No record is like that.");
        io.note(io.err.dim(sentenceOf(counts)));
        if (options.limit === undefined && shown === SHOWN) {
          io.note(io.err.dim(`The newest ${SHOWN} are shown; --limit shows more.`));
        }
      }),
    );
}

function sentenceOf(counts: InboxCounts): string {
  const parts = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  return `In all ${parts.join(", ")}.`;
}
