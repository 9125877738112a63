import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Inbox,
  type ListenerEvent,
  memoryInbox,
  type PolledSource,
  svixPoller,
  type TriggerEvent,
  TriggerListener,
} from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { type ManualClock, manualClock } from "../../support/manual-clock.js";
import { FakeSvix } from "../senders/fakes.js";

const until = (check: () => void) => vi.waitFor(check, 20_000);

interface Polling {
  readonly inbox?: Inbox;
  readonly clock?: ManualClock;
}

function polling(poll: PolledSource, { inbox = memoryInbox(), clock }: Polling = {}) {
  const events: TriggerEvent[] = [];
  const reports: ListenerEvent[] = [];
  const listener = new TriggerListener({ poll, inbox, ...(clock !== undefined && { clock }) });
  listener.on("*", (event) => reports.push(event));
  listener.on("warning", () => undefined);
  listener.callback({ provider: "clerk" }, (event) => void events.push(event));
  onTestFinished(() => listener.stop());
  const told = (type: ListenerEvent["type"]) => reports.filter((one) => one.type === type);
  return { listener, events, told };
}

async function fakeSvix(count: number) {
  const fake = await new FakeSvix().start();
  const add = (id: string) =>
    fake.messages.push({ id, at: Date.now(), status: 1, payload: { data: { id }, object: "event" } });
  for (let at = 1; at <= count; at += 1) add(`msg_${at}`);
  const source = (more = {}) =>
    svixPoller({
      url: `${fake.url}/api/v1/app/app_1/poller/poll_1`,
      token: "sk_poll_1.eu",
      provider: "clerk",
      intervalMs: 20,
      ...more,
    });
  return { fake, add, source };
}

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), "earshot-poll-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "events.db");
}

test("messages of a polling endpoint run once each, over many pages, and new ones after the interval", async () => {
  const { fake, add, source } = await fakeSvix(5);
  const { listener, events } = polling(source());
  await listener.start();
  await until(() => expect(events).toHaveLength(5));
  expect(events[0]).toMatchObject({
    triggerName: "user.created",
    appName: "clerk",
    source: "poll",
    origin: { provider: "clerk", signed: true },
    payload: { data: { id: "msg_1" } },
  });
  add("msg_6");
  await until(() => expect(events).toHaveLength(6));
  expect(new Set(events.map(({ id }) => id)).size).toBe(6);
  expect(listener.health()).toMatchObject({
    healthy: true,
    websocket: undefined,
    poll: { sources: [{ provider: "clerk" }] },
  });
  expect(fake.requests[0]).toBe("/api/v1/app/app_1/poller/poll_1");
});

test("after a restart, reading goes on where all was stored, and a page that comes again does not run again", async () => {
  const { fake, add, source } = await fakeSvix(4);
  const path = file();
  const first = polling(source(), { inbox: sqliteInbox({ path }) });
  await first.listener.start();
  await until(() => expect(first.events).toHaveLength(4));
  await until(() => expect(fake.requests.at(-1)).toMatch(/iterator=at%3A4/));
  await first.listener.stop();
  add("msg_5");
  const before = fake.requests.length;
  const second = polling(source(), { inbox: sqliteInbox({ path }) });
  await second.listener.start();
  await until(() => expect(second.events).toHaveLength(1));
  expect(fake.requests[before]).toMatch(/iterator=at%3A4/);
  await second.listener.stop();

  // Another source of the same messages: their ids are known.
  const again: PolledSource = { ...source(), name: "the same, from its beginning" };
  const third = polling(again, { inbox: sqliteInbox({ path }) });
  await third.listener.start();
  await until(() => expect(third.told("event.duplicate")).toHaveLength(5));
  expect(third.events).toEqual([]);
});

test("a wrong key ends the start; a source that fails later is warned of once, asked as late as it says, and read again", async () => {
  const { source } = await fakeSvix(0);
  await expect(polling(source({ token: "sk_poll_other" })).listener.start()).rejects.toMatchObject({
    code: "ERR_UNAUTHORIZED",
  });

  const { fake, add, source: working } = await fakeSvix(1);
  const clock = manualClock();
  const { listener, events, told } = polling(working(), { clock });
  await listener.start();
  const requests = async (count: number) => {
    await until(() => {
      clock.advance(10);
      expect(fake.requests.length).toBeGreaterThanOrEqual(count);
    });
  };
  await requests(2);
  const before = fake.requests.length;
  const limited = { status: 429, headers: { "retry-after": "3600" }, json: { detail: "Too many requests" } };
  const failure = { status: 500, json: { detail: "Internal error" } };
  fake.faults.push(limited, failure, failure, failure);
  await requests(before + 1);
  // An hour is an hour.
  await until(() => expect(listener.health().poll?.sources[0]?.failure).toMatch(/429/));
  clock.advance(3_590_000);
  expect(fake.faults).toHaveLength(3);
  await until(() => {
    if (fake.faults.length > 0) clock.advance(60_000);
    expect(fake.faults).toEqual([]);
  });
  await until(() => expect(told("warning")).toHaveLength(1));
  expect(listener.health().healthy).toBe(false);
  add("msg_2");
  await until(() => {
    clock.advance(60_000);
    expect(events).toHaveLength(2);
  });
  await until(() => expect(listener.health()).toMatchObject({ healthy: true }));
  expect(told("warning")).toHaveLength(1);
});

test("odd pages and messages of an own source are warned of, and what can be read runs", async () => {
  const pages: unknown[] = [
    undefined,
    { events: "none", iterator: "a" },
    {
      events: [
        null,
        { at: 1, body: undefined, id: "x" },
        { at: Date.now(), id: "y", body: { type: "order.placed" } },
      ],
      iterator: "b",
      done: true,
    },
  ];
  const seen: (string | undefined)[] = [];
  const clock = manualClock();
  const poll: PolledSource = {
    provider: "clerk",
    name: "acme",
    poll: async (iterator) => {
      seen.push(iterator);
      return (pages.length > 0 ? pages.shift() : { events: [], iterator: "b", done: false }) as never;
    },
  };
  const { listener, events, told } = polling(poll, { clock });
  await listener.start();
  await until(() => {
    clock.advance(1000);
    expect(events).toHaveLength(1);
  });
  expect(events[0]?.triggerName).toBe("order.placed");
  // Of the message without a body, and the one that is none.
  expect(told("warning")).toHaveLength(2);
  // An empty page that says there is more, without an iterator of its own, is no reason to ask at once.
  await until(() => {
    clock.advance(10_000);
    expect(seen.length).toBeGreaterThanOrEqual(5);
  });
  expect(seen.slice(0, 4)).toEqual([undefined, undefined, undefined, "b"]);
  await listener.stop();
  const count = seen.length;
  clock.advance(100_000);
  expect(seen).toHaveLength(count);
});

test("what is no source, and two of one name, are reported when the listener is made", () => {
  const source: PolledSource = {
    provider: "clerk",
    name: "one",
    poll: async () => ({ events: [], iterator: "", done: true }),
  };
  expect(() => new TriggerListener({ poll: [] })).toThrow(/svixPoller/);
  expect(() => new TriggerListener({ poll: "https://example.com" as never })).toThrow(/svixPoller/);
  expect(() => new TriggerListener({ poll: [source, { ...source }] })).toThrow(/name "one"/);
  expect(() => svixPoller({ url: "no URL", token: "t" })).toThrow(/`url`/);
});

test("stop() does not wait for a poll that ignores its signal, neither in a start nor later", async () => {
  const page = { events: [], iterator: "a", done: false };
  for (const pages of [0, 1]) {
    let calls = 0;
    const { listener } = polling({
      provider: "clerk",
      name: "a list",
      poll: () => (calls++ < pages ? Promise.resolve(page) : new Promise<never>(() => undefined)),
    });
    const started = listener.start();
    await until(() => expect(calls).toBe(pages + 1));
    await listener.stop();
    await started;
  }
});

test("a poll that never settles has failed after its time: it is told, asked again, and then read", async () => {
  const clock = manualClock();
  const signals: AbortSignal[] = [];
  const { listener, events, told } = polling(
    {
      provider: "clerk",
      name: "a list",
      timeoutMs: 30_000,
      poll: (_iterator, signal) => {
        signals.push(signal);
        if (signals.length < 4) return new Promise<never>(() => undefined);
        const event = { at: clock.now(), id: "a", body: { type: "order.placed" } };
        return Promise.resolve({ events: [event], iterator: "1", done: true });
      },
    },
    { clock },
  );
  const started = listener.start();
  await until(() => expect(signals).toHaveLength(1));
  clock.advance(29_000);
  expect(signals[0]?.aborted).toBe(false);
  clock.advance(1000);
  await started;
  expect(signals[0]?.aborted).toBe(true);
  expect(listener.health().poll?.sources[0]?.failure).toMatch(/did not settle within .* 30000 ms/);
  await until(() => {
    clock.advance(10_000);
    expect(events).toHaveLength(1);
  });
  expect(told("warning")).toMatchObject([{ error: { code: "ERR_TIMEOUT" } }]);
  await until(() => expect(listener.health().healthy).toBe(true));
});

test.each([0, -1, Number.NaN, "60"])("a poll with `timeoutMs: %s` is an error", (timeoutMs) => {
  const page = async () => ({ events: [], iterator: "", done: true });
  const poll = { provider: "clerk", name: "a list", poll: page, timeoutMs: timeoutMs as number };
  expect(() => new TriggerListener({ poll })).toThrow(/`?poll\.timeoutMs/);
});
