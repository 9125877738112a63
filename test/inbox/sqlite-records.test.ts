import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Claimed, Entry, Failure, Inbox, InboxRecord, Outcome } from "../../src/inbox/contract.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { contextFor, entryOf } from "./sqlite-world.js";
import { temporaryFolder } from "./temporary-folder.js";

let inbox: Inbox;
let remove: () => void;

beforeEach(async () => {
  const made = temporaryFolder();
  remove = made.remove;
  inbox = sqliteInbox({ path: `${made.folder}/inbox.db` });
  await inbox.open(contextFor());
});
afterEach(async () => {
  await inbox.close();
  remove();
});

async function hold(name: number | string): Promise<Claimed> {
  const stored = await inbox.store(entryOf(name), true);
  if (stored.state !== "new" || stored.claimed === undefined) throw new Error(`not held: ${stored.state}`);
  return stored.claimed;
}

async function record(name: number | string): Promise<InboxRecord> {
  for await (const found of inbox.find({ ids: [`event-${name}`] })) return found;
  throw new Error(`no record of ${name}`);
}

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const oddValues: readonly unknown[] = [
  "\ud800 half a pair",
  "a\0b",
  "x".repeat(3_000_000),
  "💥".repeat(100_000),
  "",
  10n,
  Symbol("s"),
  () => 1,
  cyclic,
  Object.create(null),
  {
    get message(): string {
      throw new Error("read");
    },
  },
  Number.NaN,
  null,
  new Error("\udfff"),
];

test("whatever stands in a failure, the outcome is recorded, bounded, and no record stays running", async () => {
  for (const [n, value] of oddValues.entries()) {
    const failure = { callback: value, attempt: value, at: value, message: value, stack: value };
    const state = (["done", "dead", "retry", "unmatched"] as const)[n % 4] ?? "done";
    const outcome = {
      state,
      dueAt: value,
      done: ["work", value],
      failures: Array.from({ length: 30 }, () => failure),
      tries: JSON.parse('{"__proto__": 1, "a": 2}'),
    };
    const held = await hold(n);
    expect(await inbox.settle(held, outcome as unknown as Outcome), String(n)).toBe(true);
    const found = await record(n);
    expect(found.state).not.toBe("running");
    expect(found.failures).toHaveLength(20);
    for (const { message, stack = "", callback = "" } of found.failures) {
      expect(typeof message).toBe("string");
      expect(message.length).toBeLessThanOrEqual(4096);
      expect(stack.length).toBeLessThanOrEqual(16_384);
      expect(callback.length).toBeLessThanOrEqual(1024);
    }
    expect(Object.entries(found.tries ?? {})).toEqual([
      ["__proto__", 1],
      ["a", 2],
    ]);
  }
  expect((await inbox.counts()).running).toBe(0);
});

test("texts of failures come back as they were, half surrogate pairs and NUL included", async () => {
  const text = fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  });
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fc.record({ callback: text, message: text, stack: text, name: text }), async (texts) => {
      n += 1;
      const { name, ...rest } = texts;
      const failure: Failure = { ...rest, attempt: 1, at: 5 };
      await inbox.settle(await hold(n), {
        state: "dead",
        done: [name],
        failures: [failure],
        tries: Object.fromEntries([[name, 3]]),
      });
      const found = await record(n);
      expect(found.failures).toEqual([failure]);
      expect(found.done).toEqual([name]);
      expect(Object.entries(found.tries ?? {})).toEqual([[name, 3]]);
    }),
    { numRuns: 60 },
  );
});

test("a failure of anything is stored with a delivery that is dead-lettered at once", async () => {
  for (const [n, value] of oddValues.entries()) {
    const failure = { callback: undefined, attempt: 1, at: Date.now(), message: value, stack: value };
    await inbox.deadLetter(entryOf(`dead-lettered-${n}`), failure as unknown as Failure);
    expect((await record(`dead-lettered-${n}`)).failures).toHaveLength(1);
  }
});

test("an entry that can never be stored is rejected as such by itself; those that came with it are stored", async () => {
  const odd: readonly Partial<Record<keyof Entry, unknown>>[] = [
    { id: undefined },
    { id: 7 },
    { triggerName: null },
    { source: Symbol("s") },
    { origin: cyclic },
    { origin: { n: 10n } },
    { origin: undefined },
    { body: {} },
    { body: undefined },
    { receivedAt: Number.NaN },
    { receivedAt: "now" },
    { orderKey: 5 },
    { orderKey: Promise.resolve("k") },
    { orderKey: () => "k" },
    { keys: [1] },
    { keys: "abc" },
    { content: { hashes: [undefined], channel: "c", hasId: false, at: 0, since: 0, until: 1 } },
  ];
  const asked = odd.flatMap((own, n) => [
    inbox.store(entryOf(`sound-${n}`), n % 2 === 0),
    inbox.store(entryOf(`odd-${n}`, own as Partial<Entry>), false),
  ]);
  const answers = await Promise.allSettled(asked);
  for (const [at, answer] of answers.entries()) {
    if (at % 2 === 0) expect(answer).toMatchObject({ status: "fulfilled", value: { state: "new" } });
    else {
      const own = JSON.stringify(Object.keys(odd[(at - 1) / 2] ?? {}));
      expect(answer, own).toMatchObject({ status: "rejected", reason: { code: "ERR_INBOX_RECORD" } });
    }
  }
  const { waiting, running } = await inbox.counts();
  expect(waiting + running).toBe(odd.length);
});
