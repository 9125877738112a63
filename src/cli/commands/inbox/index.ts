import type { Command } from "commander";
import type { Context } from "../../context.js";
import type { SetExitCode } from "../../exit-codes.js";
import { addDrop, addRetry } from "./change.js";
import { addCancel, addExpectations } from "./expectations.js";
import { addInboxLs, addInboxShow } from "./view.js";

export function addInbox(program: Command, context: Context, setExitCode: SetExitCode): void {
  const inbox = program
    .command("inbox")
    .description("inspect a durable inbox and its dead-letter queue; retry or drop records")
    .addHelpText(
      "after",
      `
It works with and without running listeners. Results go to stdout; with --json, only JSON Lines.

Exit codes:
  0    success, also without matching records
  1    failure: unknown id, damaged file, unreachable store, or a running record that cannot be dropped
  2    usage error: an option, or a missing file
  130  interrupted by Ctrl-C: records changed before it stay changed

Examples:
  $ earshot inbox ls --db events.db --state dead
  $ earshot inbox show log_7f3a --db events.db
  $ earshot inbox retry --all --db events.db --dry-run
  $ earshot inbox drop --state done --until 7d --redis redis://127.0.0.1:6379`,
    );
  addInboxLs(inbox, context);
  addInboxShow(inbox, context);
  addRetry(inbox, context, setExitCode);
  addDrop(inbox, context, setExitCode);
  addExpectations(inbox, context);
  addCancel(inbox, context, setExitCode);
}
