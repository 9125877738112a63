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
  const held = await dying.store(entryOf("poison", { orderKey: "k" }), true);
  await dying.store(entryOf("next", { orderKey: "k" }), false);
  const other = await open();
  expect(await other.drop({ ids: ["event-poison"] })).toBe(0);
  clock.advance(1000);
  expect(await other.drop({ ids: ["event-poison"] })).toBe(1);
  expect(await other.counts()).toEqual({ waiting: 1, running: 0, done: 0, dead: 0, unmatched: 0 });
  const [claimed] = await other.claim(5, new AbortController().signal);
  expect(claimed?.record.id).toBe("event-next");
  if (held.state !== "new" || held.claimed === undefined) throw new Error("it is held");
  // Not so dead after all: it has lost the lease.
  expect(await dying.settle(held.claimed, { state: "done", done: [], failures: [] })).toBe(false);
  expect(await other.store(entryOf("poison"), false)).toEqual({ state: "duplicate", settled: true });
  await dying.close();
  await other.close();
  remove();
});
