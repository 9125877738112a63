import { type Inbox, memoryInbox } from "earshot";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { expectationKey } from "../../src/inbox/expectation.js";
import { ExpectationChanges } from "../../src/inbox/expectation-changes.js";
import { OpenExpectations } from "../../src/pipeline/open-expectations.js";
import { runs } from "../support/runs.js";

/** What one process knows of an inbox. */
function processOn(inbox: Inbox) {
  const changes = new ExpectationChanges(inbox);
  const added: string[] = [];
  const open = new OpenExpectations({
    inbox,
    changes,
    mixedSenders: false,
    onAdded: ({ id }) => void added.push(id),
    onUnreadable: () => expect.fail("each can be read"),
  });
  return {
    changes,
    open,
    added,
    async add(id: string) {
      const value = { id, handler: "h", filter: "A", dueAt: systemClock.now() + 60_000 };
      await inbox.writeMetadata(expectationKey(id), JSON.stringify(value));
      await changes.tell(id);
    },
    async end(id: string) {
      open.forget(id);
      await inbox.deleteMetadata(expectationKey(id));
      await changes.tellEnd(id);
    },
  };
}

test("a process forgets what others have ended: told with the next change, or once there are 64", async () => {
  const inbox = memoryInbox();
  const [one, other] = [processOn(inbox), processOn(inbox)];
  for (const id of ["a", "b"]) await one.add(id);
  await other.open.refresh();
  expect(other.open.size).toBe(2);
  await one.end("a");
  await other.open.refresh();
  expect(other.open.size).toBe(2);
  await one.add("c");
  await other.open.refresh();
  expect(other.open.named(expectationKey("a"))).toBeUndefined();
  expect(other.open.size).toBe(2);
  const many = Array.from({ length: 64 }, (_, n) => `n${n}`);
  for (const id of many) await one.add(id);
  await other.open.refresh();
  expect(other.open.size).toBe(66);
  for (const id of many) await one.end(id);
  await other.open.refresh();
  expect(other.open.size).toBe(2);
});

test("the log of changes stays short, and who looks now and then never reads all that are open", async () => {
  const inbox = memoryInbox();
  const [one, other] = [processOn(inbox), processOn(inbox)];
  const log = async () => (await inbox.readMetadata("expectation-changes")) ?? "";
  await one.add("first");
  await other.open.refresh();
  const listed = vi.spyOn(inbox, "listMetadata");
  for (let n = 0; n < 300; n += 1) {
    await one.add(`${"long ".repeat(49)}${n}`);
    expect((await log()).length).toBeLessThanOrEqual(16_384);
    if (n % 20 === 0) await other.open.refresh();
  }
  await other.open.refresh();
  expect(other.open.size).toBe(301);
  expect(listed).not.toHaveBeenCalled();
});

test("whatever is added and ended between two looks, a process knows what is open", async () => {
  const ids = fc.oneof(
    fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }),
    fc.constantFrom("\n", '"', " ", "__proto__"),
  );
  const step = fc.record({ by: fc.nat(1), what: fc.constantFrom("add", "cancel", "look"), id: ids });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.boolean(), async (steps, isLong) => {
      const inbox = memoryInbox();
      const processes = [processOn(inbox), processOn(inbox)] as const;
      const open = new Set<string>();
      for (const { by, what, id: text } of steps) {
        const id = isLong ? text.repeat(20).slice(0, 256) : text;
        const { add, changes, open: known } = processes[by as 0 | 1];
        if (what === "look") await known.refresh();
        else if (what === "add") {
          open.add(id);
          await add(id);
        } else if (open.delete(id)) {
          await inbox.deleteMetadata(expectationKey(id));
          await changes.tell(id);
        }
      }
      for (const { open: known } of processes) {
        await known.refresh();
        expect(known.size).toBe(open.size);
        for (const id of open) expect(known.named(expectationKey(id))?.id).toBe(id);
      }
    }),
    { numRuns: runs(1_000) },
  );
});
