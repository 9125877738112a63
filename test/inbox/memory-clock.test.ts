import { expect, test } from "vitest";
import type { Claimed, Inbox } from "../../src/inbox/contract.js";
import { memoryInbox } from "../../src/inbox/memory/index.js";
import { manualClock } from "../support/manual-clock.js";
import { contextFor, entryOf } from "./sqlite-world.js";

const HOUR_MS = 3_600_000;
const RETRY_MS = 1000;

async function opened() {
  const clock = manualClock();
  const inbox = memoryInbox();
  await inbox.open(contextFor({ clock }));
  return { inbox, clock };
}

async function due(inbox: Inbox): Promise<readonly Claimed[]> {
  const leaving = new AbortController();
  const claimed = inbox.claim(10, leaving.signal);
  await Promise.resolve();
  leaving.abort();
  return await claimed;
}

async function held(inbox: Inbox, name: string): Promise<Claimed> {
  const { claimed } = (await inbox.store(entryOf(name), true)) as { claimed: Claimed };
  return claimed;
}

const changes = [
  ["back", -HOUR_MS],
  ["forward", HOUR_MS],
] as const;

test.each(changes)(
  "a wall clock that is set %s neither delays a retry nor makes it run early",
  async (_to, byMs) => {
    const { inbox, clock } = await opened();
    const claimed = await held(inbox, "1");
    const dueAt = clock.now() + RETRY_MS;
    await inbox.settle(claimed, { state: "retry", dueAt, done: [], failures: [] });
    clock.setNow(clock.now() + byMs);
    clock.advance(RETRY_MS - 1);
    expect(await due(inbox)).toEqual([]);
    clock.advance(1);
    expect((await due(inbox)).map(({ record }) => record.id)).toEqual(["event-1"]);
  },
);

test.each(changes)(
  "a wall clock that is set %s while an event is before it in the order does not change when a retry is due",
  async (_to, byMs) => {
    const { inbox, clock } = await opened();
    const orderKey = "k";
    const { claimed: first } = (await inbox.store(entryOf("1", { orderKey }), true)) as { claimed: Claimed };
    // The second waits for its own time, and for the first.
    await inbox.store(entryOf("2", { orderKey, dueAt: clock.now() + RETRY_MS }), false);
    clock.setNow(clock.now() + byMs);
    await inbox.settle(first, { state: "done", done: [], failures: [] });
    clock.advance(RETRY_MS - 1);
    expect(await due(inbox)).toEqual([]);
    clock.advance(1);
    expect((await due(inbox)).map(({ record }) => record.id)).toEqual(["event-2"]);
  },
);

test.each(changes)(
  "a wall clock that is set %s between two events of a batch changes neither its quiet time nor its longest wait",
  async (_to, byMs) => {
    const { inbox, clock } = await opened();
    const limits = {
      quietMs: 400,
      maxWaitMs: 1000,
      maxEvents: 100,
      maxBytes: 1_000_000,
      keep: "all",
    } as const;
    const join = async (name: string) => {
      const claimed = await held(inbox, name);
      const part = { group: "g", callback: "work", key: "k", limits };
      const joined = await inbox.join?.(claimed, part);
      await inbox.settle(claimed, { state: "done", done: [], failures: [] });
      return joined;
    };
    await join("1");
    clock.advance(300);
    clock.setNow(clock.now() + byMs);
    expect(await join("2")).toMatchObject({ state: "joined", events: 2, dueAt: clock.now() + 400 });
    clock.advance(399);
    expect(await due(inbox)).toEqual([]);
    await join("3");
    clock.advance(300);
    // 999 ms after the first event.
    expect(await join("4")).toMatchObject({ events: 4, dueAt: clock.now() + 1 });
    expect(await due(inbox)).toEqual([]);
    clock.advance(1);
    expect(await due(inbox)).toHaveLength(1);
  },
);
