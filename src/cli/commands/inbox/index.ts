import type { Command } from "commander";
import type { Context } from "../../context.js";
import type { SetOutcome } from "../../exit-codes.js";
import { addDrop, addRetry } from "./change.js";
import { addLs } from "./view.js";
import { addShow } from "./show.js";

export function addInbox(program: Command, context: Context, end: SetOutcome): void {
  const inbox = program
    .command("inbox")
    .description("look into a durable inbox; have its records run again, or drop them")
    .addHelpText(
      "after",
      `
It works beside running listeners and without them. What was asked for goes to stdout; with --json, JSON Lines alone.

Exit codes:
  0    done, also where no record was like that
  1    failed: no record has the id, the file is damaged, the store cannot be reached, a running record was to be dropped
  2    wrong use: an option, or a file that is not there
  130  interrupted by Ctrl-C: what was changed until then stays changed

Examples:
  $ earshot inbox ls --db events.db --state dead
  $ earshot inbox show log_7f3a --db events.db
  $ earshot inbox retry --all --db events.db --dry-run
  $ earshot inbox drop --state done --until 7d --redis redis://127.0.0.1:6379`,
    );
  addLs(inbox, context);
  addShow(inbox, context);
  addRetry(inbox, context, end);
  addDrop(inbox, context, end);
}
