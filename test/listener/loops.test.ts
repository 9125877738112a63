import { join } from "node:path";
import { type Inbox, type ListenerEvent, type ListenerOptions, memoryInbox, TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";

const secret = "a secret of some length";

async function aListener(inbox: Inbox, options: ListenerOptions = {}) {
  const listener = new TriggerListener({
    inbox,
    signals: false,
    webhook: { port: 0, host: "127.0.0.1", secrets: secret },
    ...options,
  });
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  for (const type of ["callback.failed", "event.dead-lettered"] as const) listener.on(type, () => undefined);
  await listener.start();
  onTestFinished(() => listener.stop());
  let count = 0;
  const fire = async () => {
    count += 1;
    const { headers, body } = signedWebhook({
      secret,
      triggerName: "A",
      payload: { count },
      logId: `a_${count}`,
    });
    const { url } = listener.health().webhook ?? expect.fail();
    const { status } = await fetch(`${url}/webhook`, { method: "POST", headers, body });
    expect(status).toBe(200);
  };
  const states = async () => {
    const found: string[] = [];
    for await (const { state } of listener.inbox.find({})) found.push(state);
    return found;
  };
  return { listener, fire, states, reports };
}

function aFile(): Inbox {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  return sqliteInbox({ path: join(folder, "inbox.db"), pollMs: 20 });
}

test("events that come between one once() and the next, over a durable inbox, reach the next ones", async () => {
  const { listener, fire } = await aListener(aFile());
  const first = listener.once("A");
  await fire();
  await first;
  for (let more = 0; more < 3; more += 1) await fire();
  // Until the inbox has given them to the listener, which had no callback any more.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const counts = [];
  for (let more = 0; more < 3; more += 1) {
    counts.push((await listener.once("A", { timeoutMs: 5000 })).payload.count);
  }
  expect(counts).toEqual([2, 3, 4]);
});

test("events that waited in a loop which is left reach the next loop, however often, and count as no attempt", async () => {
  const { listener, fire, states, reports } = await aListener(aFile(), { retry: { attempts: 1 } });
  const counts = [];
  for (let turn = 0; turn < 6; turn += 1) {
    const loop = listener.events("A");
    if (turn === 0) for (let more = 0; more < 6; more += 1) await fire();
    for await (const event of loop) {
      counts.push(event.payload.count);
      break;
    }
  }
  expect([...counts].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  await vi.waitFor(async () => expect(await states()).toEqual(new Array(6).fill("done")));
  expect(reports.filter(({ type }) => /failed|dead/.test(type))).toEqual([]);
});

test("what waited in a loop which is left is no failure over a memory inbox either", async () => {
  const { listener, fire, states, reports } = await aListener(memoryInbox(), { retry: { attempts: 1 } });
  const loop = listener.events("A");
  const first = loop.next();
  for (let more = 0; more < 3; more += 1) await fire();
  await first;
  await loop.return?.();
  await vi.waitFor(async () => expect(await states()).toEqual(["done", "done", "done"]));
  expect(reports.filter(({ type }) => /failed|dead/.test(type))).toEqual([]);
});

test("events that two loops over one iterator get are all done, and none runs on for ever", async () => {
  const { listener, fire, states } = await aListener(memoryInbox());
  const events = listener.events("A");
  const counts: unknown[] = [];
  const loop = async () => {
    for await (const event of events) {
      counts.push(event.payload.count);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const loops = [loop(), loop()];
  // Both wait, so that the next two events are handed out one after the other.
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (let more = 0; more < 7; more += 1) await fire();
  await vi.waitFor(async () => {
    expect(counts).toHaveLength(7);
    expect(await states()).toEqual(new Array(7).fill("done"));
  });
  await listener.stop();
  await Promise.all(loops);
});
