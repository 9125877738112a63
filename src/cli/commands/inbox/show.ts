import type { Command } from "commander";
import type { InboxRecord } from "../../../index.js";
import type { Context } from "../../context.js";
import type { Io } from "../../terminal/io.js";
import { plain } from "../../terminal/sanitize.js";
import { table } from "../../terminal/table.js";
import { recordsOf } from "./find-ids.js";
import { bytesOf, leaseOf, leaseText, textOf, wholeRecordJson } from "./record-format.js";
import { type StoreOptions, storeOptions, withInbox } from "./store.js";

type Options = StoreOptions & { readonly json?: true };

export function addShow(parent: Command, context: Context): void {
  const command = parent
    .command("show")
    .argument("<id...>", "ids, as `inbox ls` prints them")
    .description("show records whole: state, attempts, failures, and the body as it came");
  storeOptions(command)
    .option("--json", "one record a line, as JSON; a body that is no text is in base64")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot inbox show log_7f3a --db events.db
  $ earshot inbox show log_7f3a --db events.db --json | jq -r .body
  $ earshot inbox show log_7f3a --redis redis://127.0.0.1:6379`,
    )
    .action((ids: readonly string[], options: Options) =>
      withInbox(options, context, async (inbox) => {
        const { io, ending } = context;
        for (const [at, record] of (await recordsOf(inbox, ids, options)).entries()) {
          if (ending.aborted) return;
          if (options.json) await io.record(wholeRecordJson(record));
          else await show(io, record, at > 0);
        }
      }),
    );
}

async function show(io: Io, record: InboxRecord, another: boolean): Promise<void> {
  const { bold, dim, underline } = io.out;
  const { origin, failures } = record;
  const lease = leaseOf(record);
  const iso = (ms: number) => new Date(ms).toISOString();
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Trigger", record.triggerName],
    ["State", record.state],
    ["Source", `${record.source}, from ${origin.provider}${origin.signed ? "" : ", unsigned"}`],
    ["Received", iso(record.receivedAt)],
    ["Runs at", record.state === "waiting" ? iso(record.dueAt) : undefined],
    ["Lease", lease === undefined ? undefined : leaseText(lease, Date.now())],
    ["Settled", record.settledAt === undefined ? undefined : iso(record.settledAt)],
    ["Attempts", String(record.attempts)],
    ["Order key", record.orderKey],
    ["Done", record.done.length === 0 ? undefined : record.done.join(", ")],
  ];
  if (another) await io.line("");
  await io.line(bold(plain(record.id)));
  for (const [name, value] of rows) {
    if (value !== undefined) await io.line(`${dim(name.padEnd(10))}${plain(value)}`);
  }
  if (failures.length > 0) {
    await io.line("");
    await io.line(underline("Failures"));
    const cells = failures.map((failure) => [
      iso(failure.at),
      String(failure.attempt),
      failure.callback ?? "",
      failure.message,
    ]);
    const columns = ["AT", "ATTEMPT", "CALLBACK", "MESSAGE"].map((heading) => ({ heading }));
    for (const line of table(columns, cells, io.width, dim)) await io.line(line);
    // Of the last one: where it came from.
    for (const line of failures.at(-1)?.stack?.split("\n") ?? []) await io.line(dim(`  ${plain(line)}`));
  }
  await io.line("");
  await showBody(io, record);
}

async function showBody(io: Io, { body }: InboxRecord): Promise<void> {
  const { length } = bytesOf(body);
  await io.line(`${io.out.underline("Body")} ${io.out.dim(`${length} bytes`)}`);
  const text = textOf(body);
  if (text === undefined) {
    await io.line(io.out.dim("It is no text; --json has it in base64."));
    return;
  }
  for (const line of indented(text).split("\n")) await io.line(plain(line));
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
