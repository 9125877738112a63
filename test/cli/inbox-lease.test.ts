import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { printRecords } from "../../src/cli/commands/inbox/record-format.js";
import { createIo } from "../../src/cli/terminal/io.js";
import { type InboxRecord, memoryInbox } from "../../src/index.js";
import { earshot, jsonLines } from "./cli.js";
import { fileWith, put } from "./inbox-store.js";

/** A running record of a real inbox, with a lease as inboxes provide it. */
async function running(lease: { readonly owner: string; readonly until: number }): Promise<InboxRecord> {
  const inbox = memoryInbox();
  const warn = () => undefined;
  await inbox.open({ clock: systemClock, dedupeWindowMs: 60_000, maxPending: 10, leaseMs: 60_000, warn });
  await put(inbox, "log_held", "running");
  for await (const record of inbox.find({ state: "running" })) return { ...record, ...{ lease } };
  throw new Error("no running record");
}

async function printed(record: InboxRecord, json: boolean): Promise<string> {
  const stdout = new PassThrough();
  const io = createIo({ stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} });
  const records = (async function* () {
    yield record;
  })();
  await printRecords(io, records, json);
  return String(stdout.read());
}

test("ls prints who claimed a running record, and until when", async () => {
  const until = Date.now() + 60_000;
  const record = await running({ owner: "4711@buildhost", until });
  expect(await printed(record, false)).toContain(
    `claimed by 4711@buildhost until ${new Date(until).toISOString()}`,
  );
  const [line] = jsonLines(await printed(record, true));
  expect(line).toMatchObject({ lease: { owner: "4711@buildhost", until: new Date(until).toISOString() } });
});

test("ls prints that the next worker claims a running record whose lease expired", async () => {
  const record = await running({ owner: "4711@buildhost", until: Date.now() - 1_000 });
  expect(await printed(record, false)).toMatch(/the lease of 4711@buildhost expired at .*Z/);
});

test("ls, retry and drop accept --state unmatched", async () => {
  const db = await fileWith((inbox) => put(inbox, "log_1", "dead"));
  for (const command of ["ls", "retry", "drop"]) {
    const { code, stderr } = await earshot(["inbox", command, "--db", db, "--state", "unmatched"]);
    expect([command, code, stderr]).toEqual([command, 0, expect.stringContaining("No matching records")]);
  }
});
