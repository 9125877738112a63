import { join } from "node:path";
import { type Inbox, type ListenerOptions, TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { collect } from "../support/collect.js";

const secret = "a secret of some length";

function aFile(): string {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  return join(folder, "events.db");
}

/** A listener over the file that is not started yet, and a way to send to it once it is. */
function over(path: string, options: ListenerOptions = {}) {
  const listener = new TriggerListener({
    inbox: sqliteInbox({ path, pollMs: 20 }),
    webhook: { port: 0, host: "127.0.0.1", secrets: secret },
    retry: { attempts: 2, baseMs: 1, capMs: 1 },
    ...options,
  });
  onTestFinished(() => listener.stop());
  listener.on("callback.failed", () => undefined);
  listener.on("event.dead-lettered", () => undefined);
  const send = async (triggerName: string, logId: string) => {
    const { headers, body } = signedWebhook({ secret, triggerName, payload: {}, logId });
    const response = await fetch(`${listener.health().webhook?.url}/webhook`, {
      method: "POST",
      headers,
      body,
    });
    expect(response.status).toBe(200);
  };
  return { listener, send };
}

const counted = (inbox: Inbox, counts: object) =>
  vi.waitFor(async () => expect(await inbox.counts()).toMatchObject(counts), { timeout: 20_000 });

test("over a durable inbox, an event that came before its callback runs when the callback is registered", async () => {
  const { listener, send } = over(aFile());
  listener.callback("OTHER", () => undefined, { name: "other" });
  await listener.start();
  for (let n = 0; n < 20; n += 1) await send("WANTED", `log_${n}`);
  await counted(listener.inbox, { unmatched: 20, waiting: 0, running: 0 });
  const ran: string[] = [];
  listener.callback("WANTED", (event) => void ran.push(event.id), { name: "late" });
  await counted(listener.inbox, { unmatched: 0, done: 20 });
  expect(new Set(ran).size).toBe(20);
  expect(ran).toHaveLength(20);
});

test("of two listeners on one file, the one that asks for an event runs it, whichever took it", async () => {
  const path = aFile();
  const [one, two] = [over(path), over(path)];
  const ran: Record<string, string[]> = { A: [], B: [] };
  one.listener.callback("A", (event) => void ran.A?.push(event.id), { name: "a" });
  two.listener.callback("B", (event) => void ran.B?.push(event.id), { name: "b" });
  await Promise.all([one.listener.start(), two.listener.start()]);
  for (let n = 0; n < 20; n += 1) {
    await one.send("B", `log_b${n}`);
    await two.send("A", `log_a${n}`);
  }
  await counted(one.listener.inbox, { done: 40, unmatched: 0 });
  expect([new Set(ran.A).size, new Set(ran.B).size]).toEqual([20, 20]);
});

test("a listener that only waits in once() leaves the other events to those who ask for them", async () => {
  const path = aFile();
  const waiting = over(path);
  await waiting.listener.start();
  const first = waiting.listener.once("SIGNAL");
  await waiting.send("WORK", "log_work");
  await counted(waiting.listener.inbox, { unmatched: 1 });
  await waiting.send("SIGNAL", "log_signal");
  expect((await first).id).toBe("log_signal");
  const working = over(path);
  const ran: string[] = [];
  working.listener.callback("WORK", (event) => void ran.push(event.id), { name: "work" });
  await working.listener.start();
  await vi.waitFor(() => expect(ran).toEqual(["log_work"]), { timeout: 20_000 });
});

test("an event whose failed callback is gone after a deploy waits for a callback of that name, and runs it only", async () => {
  const path = aFile();
  const retry = { attempts: 1000, baseMs: 1, capMs: 50 };
  const before = over(path, { retry });
  before.listener.callback("WORK", () => Promise.reject(new Error("not yet")), { name: "old name" });
  await before.listener.start();
  await before.send("WORK", "log_1");
  await vi.waitFor(async () => {
    const [record] = await collect(before.listener.inbox.find({}));
    expect(record?.tries?.["old name"]).toBeGreaterThan(0);
  });
  await before.listener.stop();
  const after = over(path, { retry });
  const ran: string[] = [];
  after.listener.callback("WORK", () => void ran.push("new name"), { name: "new name" });
  await after.listener.start();
  await counted(after.listener.inbox, { unmatched: 1, waiting: 0, running: 0 });
  after.listener.callback("WORK", () => void ran.push("old name"), { name: "old name" });
  await counted(after.listener.inbox, { unmatched: 0, done: 1 });
  expect(ran).toEqual(["new name", "old name"]);
});

test("a sender's redelivery of a dead-lettered event runs it again; one of a done event does not", async () => {
  const { listener, send } = over(aFile());
  const world = { broken: true };
  const ran: string[] = [];
  const fragile = (event: { id: string }) => {
    ran.push(event.id);
    if (world.broken) throw new Error("broken");
  };
  listener.callback("WORK", fragile, { name: "fragile" });
  await listener.start();
  await send("WORK", "log_1");
  await counted(listener.inbox, { dead: 1 });
  world.broken = false;
  await send("WORK", "log_1");
  await counted(listener.inbox, { dead: 0, done: 1 });
  expect(ran).toHaveLength(3);
  await send("WORK", "log_1");
  await counted(listener.inbox, { done: 1, waiting: 0, running: 0 });
  expect(ran).toHaveLength(3);
});

test("a redelivered event whose failed callback is gone after a deploy waits for a callback of that name", async () => {
  const path = aFile();
  const before = over(path);
  before.listener.callback("WORK", () => undefined, { name: "first" });
  before.listener.callback("WORK", () => Promise.reject(new Error("broken")), { name: "fragile" });
  await before.listener.start();
  await before.send("WORK", "log_1");
  await counted(before.listener.inbox, { dead: 1 });
  await before.listener.stop();
  const after = over(path);
  const ran: string[] = [];
  after.listener.callback("WORK", () => void ran.push("first"), { name: "first" });
  await after.listener.start();
  await after.send("WORK", "log_1");
  await counted(after.listener.inbox, { unmatched: 1, dead: 0, waiting: 0, running: 0 });
  after.listener.callback("WORK", (_, { attempt }) => void ran.push(`fragile ${attempt}`), {
    name: "fragile",
  });
  await counted(after.listener.inbox, { unmatched: 0, done: 1 });
  expect(ran).toEqual(["fragile 1"]);
});

test.each<[string, unknown]>([
  ["a number", 7],
  ["null", null],
  ["a promise that rejects", "promise"],
  ["an object", {}],
  ["a symbol", Symbol("key")],
])("an order key that is %s holds up no event", async (_what, value) => {
  const warnings: string[] = [];
  const orderBy = () => (value === "promise" ? Promise.reject(new Error("later")) : value) as string;
  const { listener, send } = over(aFile(), { orderBy });
  listener.on("warning", ({ error }) => void warnings.push(error.message));
  listener.callback("WORK", () => undefined, { name: "work" });
  await listener.start();
  for (let n = 0; n < 3; n += 1) await send("WORK", `log_${n}`);
  await counted(listener.inbox, { done: 3 });
  const [record] = await collect(listener.inbox.find({ limit: 1 }));
  expect(record?.orderKey).toBe(value === 7 ? "7" : undefined);
  expect(warnings.length, "said once").toBe(value === 7 || value === null ? 0 : 1);
});
