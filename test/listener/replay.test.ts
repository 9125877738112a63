import { join } from "node:path";
import { type Inbox, memoryInbox, openInbox, RetryAfter, type TriggerEvent, TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { collect } from "../support/collect.js";

const secret = "a secret of some length";

/** A listener that runs, what its callbacks were given, and a way to send to it. */
async function running(inbox: Inbox) {
  const listener = new TriggerListener({
    inbox,
    webhook: { port: 0, host: "127.0.0.1", secrets: secret },
    retry: { attempts: 2, baseMs: 1, capMs: 1 },
    orderBy: ({ payload }) => payload.key as string | undefined,
  });
  onTestFinished(() => listener.stop());
  const runs: { id: string; source: string; attempt: number; event: TriggerEvent }[] = [];
  const world = { broken: true };
  listener.callback({}, async function sound(event, { attempt }) {
    runs.push({ id: event.id, source: event.source, attempt, event });
  });
  listener.callback({ triggerName: "B" }, async function fragile() {
    if (world.broken) throw new RetryAfter(0, "it is broken");
  });
  listener.on("callback.failed", () => undefined);
  listener.on("event.dead-lettered", () => undefined);
  await listener.start();
  const send = async (triggerName: string, logId: string, payload = {}) => {
    const { headers, body } = signedWebhook({ secret, triggerName, payload, logId });
    const url = `${listener.health().webhook?.url}/webhook`;
    expect((await fetch(url, { method: "POST", headers, body })).status).toBe(200);
  };
  const settled = (done: number, dead: number) =>
    vi.waitFor(
      async () =>
        expect(await listener.inbox.counts()).toEqual({ waiting: 0, running: 0, done, dead, unmatched: 0 }),
      { timeout: 60_000 },
    );
  return { listener, runs, world, send, settled, ids: () => runs.map(({ id }) => id) };
}

const inboxes = {
  memory: () => memoryInbox(),
  SQLite: () => {
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    return sqliteInbox({ path: join(folder, "events.db") });
  },
};

for (const [name, make] of Object.entries(inboxes)) {
  test(`${name}: a done record runs again, alone, with its own event and as a replay`, async () => {
    const { listener, runs, send, settled } = await running(make());
    for (const id of ["log_1", "log_2", "log_3"]) await send("A", id, { of: id });
    await settled(3, 0);
    runs.length = 0;
    expect(await listener.inbox.replay({ ids: ["log_2"] })).toBe(1);
    await settled(3, 0);
    expect(runs).toMatchObject([
      { id: "log_2", source: "replay", attempt: 1, event: { triggerName: "A", payload: { of: "log_2" } } },
    ]);
    // A late copy is still known.
    await send("A", "log_2", { of: "log_2" });
    await settled(3, 0);
    expect(runs).toHaveLength(1);
  });

  test(`${name}: dead records run again by query, all their callbacks anew, and are done once it works`, async () => {
    const { listener, runs, world, send, settled, ids } = await running(make());
    for (const id of ["log_1", "log_2", "log_3"]) await send("B", id);
    await send("A", "log_4");
    await settled(1, 3);
    expect(ids().sort()).toEqual(["log_1", "log_2", "log_3", "log_4"]);
    runs.length = 0;
    // Still broken: dead again after as many attempts, and nothing goes round in circles.
    expect(await listener.inbox.replay({ state: "dead", limit: 1 })).toBe(1);
    await settled(1, 3);
    expect(runs).toMatchObject([{ id: "log_3", source: "replay" }]);
    const [again] = await collect(listener.inbox.find({ ids: ["log_3"] }));
    expect(again).toMatchObject({ state: "dead", attempts: 2, source: "replay" });
    expect(again?.failures).toHaveLength(4);
    world.broken = false;
    expect(await listener.inbox.replay({ state: "dead", triggerName: "a" })).toBe(0);
    expect(await listener.inbox.replay({ state: "dead", triggerName: "b", since: Date.now() + 1 })).toBe(0);
    expect(await listener.inbox.replay({ state: "dead", triggerName: "b" })).toBe(3);
    await settled(4, 0);
    expect(ids().sort()).toEqual(["log_1", "log_2", "log_3", "log_3"]);
  });

  test(`${name}: a replayed record of an order key goes before the younger ones that wait`, async () => {
    const { listener, runs, send, settled } = await running(make());
    await send("A", "log_1", { key: "k" });
    await settled(1, 0);
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    listener.callback({ triggerName: "A" }, () => gate, { name: "gate" });
    await send("A", "log_2", { key: "k" });
    await send("A", "log_3", { key: "k" });
    await vi.waitFor(() => expect(runs.at(-1)?.id).toBe("log_2"));
    expect(await listener.inbox.replay({ ids: ["log_1"] })).toBe(1);
    open();
    await settled(3, 0);
    expect(runs.map(({ id }) => id)).toEqual(["log_1", "log_2", "log_1", "log_3"]);
  });
}

test("what another program replays or drops in the file, a running listener runs or forgets", async () => {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const path = join(folder, "events.db");
  const { runs, world, send, settled } = await running(sqliteInbox({ path, pollMs: 20 }));
  await send("B", "log_1");
  await send("B", "log_2");
  await settled(0, 2);
  world.broken = false;
  runs.length = 0;
  const other = await openInbox(sqliteInbox({ path }));
  onTestFinished(() => other.close());
  expect(await other.replay({ ids: ["log_1"] })).toBe(1);
  await settled(1, 1);
  expect(runs).toMatchObject([{ id: "log_1", source: "replay" }]);
  expect(await other.drop({ state: "dead" })).toBe(1);
  await settled(1, 0);
});

test("an undecodable delivery can be replayed, and is dead again with its bytes", async () => {
  const listener = new TriggerListener({ webhook: { port: 0, unsigned: true } });
  onTestFinished(() => listener.stop());
  listener.callback({}, () => undefined);
  for (const type of ["delivery.undecodable", "event.dead-lettered"] as const)
    listener.on(type, () => undefined);
  await listener.start();
  await fetch(`${listener.health().webhook?.url}/webhook`, { method: "POST", body: "{no json" });
  expect(await listener.inbox.replay({ state: "dead" })).toBe(1);
  await vi.waitFor(async () => expect((await listener.inbox.counts()).dead).toBe(1));
  const [dead] = await collect(listener.inbox.find({}));
  expect(Buffer.from(dead?.body ?? "").toString()).toBe("{no json");
  expect(dead?.failures).toHaveLength(2);
});

test("openInbox forgets nothing, however old it is", async () => {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const path = join(folder, "events.db");
  const long = sqliteInbox({ path });
  // As a listener that remembers for long would have left it, a year ago.
  const clock = {
    now: () => Date.now() - 365 * 86_400_000,
    monotonic: () => 0,
    after: () => ({ clear() {} }),
  };
  await long.open({ clock, dedupeWindowMs: 1e12, maxPending: 10, leaseMs: 1000, warn: () => undefined });
  const stored = await long.store(
    {
      id: "log_old",
      triggerName: "A",
      source: "webhook",
      origin: { provider: "composio", signed: true },
      body: "{}",
      receivedAt: clock.now(),
      orderKey: undefined,
      event: undefined,
    },
    true,
  );
  if (stored.state === "new" && stored.claimed !== undefined)
    await long.settle(stored.claimed, { state: "done", done: [], failures: [] });
  await long.close();
  const inbox = await openInbox(sqliteInbox({ path }));
  for (let n = 0; n < 20; n += 1) expect((await inbox.counts()).done).toBe(1);
  await inbox.close();
});
