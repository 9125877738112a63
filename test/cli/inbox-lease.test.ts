import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { printRecords } from "../../src/cli/commands/inbox/record-format.js";
import { createIo } from "../../src/cli/terminal/io.js";
import { type InboxRecord, memoryInbox } from "../../src/index.js";
import { earshot, jsonLines } from "./cli.js";
import { fileWith, put, statesIn } from "./inbox-store.js";

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

test("ls --state unmatched prints the records that no callback was for, and only those; retry and drop change them", async () => {
  const db = await fileWith(async (inbox) => {
    await put(inbox, "log_dead", "dead");
    await put(inbox, "log_first", "unmatched");
    await put(inbox, "log_second", "unmatched", { triggerName: "SLACK_RECEIVE_MESSAGE" });
  });
  const of = (command: string, ...more: string[]) =>
    earshot(["inbox", command, "--db", db, "--state", "unmatched", ...more]);
  const { code, stdout, stderr } = await of("ls");
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: "Total: 0 waiting, 0 running, 0 done, 1 dead, 2 unmatched.\n",
  });
  const [, ...lines] = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(2);
  for (const [at, id] of ["log_second", "log_first"].entries())
    expect(lines[at]).toMatch(new RegExp(`${id} .* unmatched +0\\b`));
  expect(jsonLines((await of("ls", "--json")).stdout)).toMatchObject([
    { id: "log_second", state: "unmatched", triggerName: "SLACK_RECEIVE_MESSAGE" },
    { id: "log_first", state: "unmatched", triggerName: "GITHUB_STAR_ADDED_EVENT" },
  ]);
  const named = ["--trigger", "slack_receive_message"];
  expect(await of("retry", ...named)).toMatchObject({ code: 0, stdout: "1 record retried.\n" });
  expect(await of("drop")).toMatchObject({ code: 0, stdout: "1 record dropped.\n" });
  expect(await statesIn(db)).toEqual({ log_dead: "dead", log_second: "waiting" });
});
