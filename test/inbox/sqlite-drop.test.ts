import { expect, test } from "vitest";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { steppedClock } from "../../src/testing/stepped-clock.js";
import { contextFor, entryOf } from "./sqlite-world.js";
import { temporaryFolder } from "./temporary-folder.js";

test("what a dead process held can be dropped once its lease has run out, and its line goes on", async () => {
  const { folder, remove } = temporaryFolder();
  const clock = steppedClock();
  const open = async () => {
    const inbox = sqliteInbox({ path: `${folder}/inbox.db` });
    await inbox.open(contextFor({ clock, leaseMs: 1000 }));
    return inbox;
  };
  const dying = await open();
  const held = await dying.keep(entryOf("poison", { orderKey: "k" }), true);
  await dying.keep(entryOf("next", { orderKey: "k" }), false);
  const other = await open();
  expect(await other.drop({ ids: ["event-poison"] })).toBe(0);
  clock.advance(1000);
  expect(await other.drop({ ids: ["event-poison"] })).toBe(1);
  expect(await other.counts()).toEqual({ waiting: 1, running: 0, done: 0, dead: 0, unmatched: 0 });
  const [taken] = await other.take(5, new AbortController().signal);
  expect(taken?.record.id).toBe("event-next");
  if (held.state !== "new" || held.taken === undefined) throw new Error("it is held");
  // Not so dead after all: it has lost the lease.
  expect(await dying.settle(held.taken, { state: "done", done: [], failures: [] })).toBe(false);
  expect(await other.keep(entryOf("poison"), false)).toEqual({ state: "seen", settled: true });
  await dying.close();
  await other.close();
  remove();
});
