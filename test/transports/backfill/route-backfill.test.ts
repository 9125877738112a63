import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  github,
  githubDeliveries,
  type ListenerEvent,
  type SenderLog,
  type TriggerEvent,
  TriggerListener,
} from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { signAs } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import type { RouteOptions } from "../../../src/settings/webhook.js";
import { FakeGithub, type GithubTry } from "../senders/fakes.js";

const until = (check: () => void) => vi.waitFor(check, 20_000);
const secret = "a secret of some length";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "earshot-backfill-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return join(path, "events.db");
}

/** A listener with a route for GitHub, over the same inbox as the one before it. */
async function started(path: string, backfill: SenderLog, options: Partial<RouteOptions> = {}) {
  const events: TriggerEvent[] = [];
  const reports: ListenerEvent[] = [];
  const listener = new TriggerListener({
    inbox: sqliteInbox({ path }),
    webhook: {
      port: 0,
      host: "127.0.0.1",
      routes: { "/github": { source: github({ secrets: [secret] }), backfill, ...options } },
    },
  });
  listener.on("*", (event) => reports.push(event));
  listener.on("warning", () => undefined);
  listener.on("gap.unfilled", () => undefined);
  listener.on("delivery.rejected", () => undefined);
  listener.callback({ provider: "github" }, (event) => void events.push(event));
  await listener.start();
  onTestFinished(() => listener.stop());
  return {
    listener,
    events,
    told: <Type extends ListenerEvent["type"]>(type: Type) =>
      reports.filter((one): one is Extract<ListenerEvent, { type: Type }> => one.type === type),
    async post(id: string, body: object): Promise<number> {
      const url = `${listener.health().webhook?.url}/github`;
      const signed = await signAs("github", { secret, id, body, eventName: "pull_request", url });
      const response = await fetch(url, {
        method: "POST",
        headers: signed.headers,
        body: signed.body as string,
      });
      await response.text();
      return response.status;
    },
  };
}

async function fakeGithub() {
  const fake = await new FakeGithub().start();
  let id = 0;
  const add = (guid: string, payload: object | undefined, more: Partial<GithubTry> = {}) => {
    id += 1;
    fake.tries.push({
      id: String(id),
      guid,
      at: Date.now(),
      event: "pull_request",
      statusCode: 502,
      payload,
      ...more,
    });
  };
  const log = githubDeliveries({
    token: "gh-token",
    owner: "acme",
    repo: "site",
    hookId: 7,
    baseUrl: fake.url,
  });
  return { fake, add, log };
}

test("what came while the process was down is read from GitHub, and what had arrived does not run again", async () => {
  const path = folder();
  const { add, log } = await fakeGithub();
  const first = await started(path, log);
  // Stored, but the response was lost: for GitHub it has failed. Its API has the members in another order.
  expect(await first.post("guid-lost", { action: "opened", number: 1, title: "<b>é" })).toBe(200);
  add("guid-lost", { title: "<b>é", number: 1, action: "opened" });
  await until(() => expect(first.events).toHaveLength(1));
  expect(first.told("gap.opened")).toEqual([]);
  await first.listener.stop();

  add("guid-down", { action: "opened", number: 2 });
  add("guid-down-2", { action: "closed", number: 2 });
  add("guid-delivered", { action: "opened", number: 3 }, { statusCode: 200 });
  const second = await started(path, log);
  await until(() => expect(second.told("gap.filled")).toHaveLength(1));
  await until(() => expect(second.events).toHaveLength(2));
  const [opened, closed] = second.events.toSorted(
    (a, b) => Number(a.payload.action !== "opened") - Number(b.payload.action !== "opened"),
  );
  expect(opened).toMatchObject({
    triggerName: "pull_request.opened",
    source: "backfill",
    origin: { provider: "github", route: "/github", signed: true },
    payload: { action: "opened", number: 2 },
  });
  expect(closed?.triggerName).toBe("pull_request.closed");
  expect(second.told("gap.opened")).toMatchObject([
    { route: "/github", detail: "The process was not running." },
  ]);
  expect(second.told("gap.filled")).toMatchObject([{ route: "/github", found: 3, missed: 2 }]);

  // GitHub is told to deliver it again, which it does with its own bytes.
  expect(await second.post("guid-down", { number: 2, action: "opened" })).toBe(200);
  await until(() => expect(second.told("event.duplicate")).toHaveLength(2));
  await second.listener.stop();

  // Nothing is read from before the last stop, and nothing runs a second time.
  const third = await started(path, log);
  await until(() => expect(third.told("gap.filled")).toHaveLength(1));
  expect(third.told("gap.filled")).toMatchObject([{ missed: 0 }]);
  expect(third.events).toEqual([]);
});

test("a key that is wrong, a body that is gone and a period that GitHub has forgotten are reported", async () => {
  const path = folder();
  const { fake, add, log } = await fakeGithub();
  await (await started(path, log)).listener.stop();
  fake.faults.push({ status: 401, json: { message: "Bad credentials" } });
  const wrong = await started(path, log);
  await until(() => expect(wrong.told("gap.unfilled")).toHaveLength(1));
  expect(wrong.told("gap.unfilled")[0]?.error.message).toMatch(
    /GitHub's list of deliveries could not be read.*401/,
  );
  await wrong.listener.stop();

  // The gap that was not filled is open still.
  add("guid-gone", undefined);
  add("guid-there", { action: "opened" });
  const gone = await started(path, log);
  await until(() => expect(gone.events).toHaveLength(1));
  await until(() => expect(gone.told("gap.unfilled")).toHaveLength(1));
  expect(gone.told("gap.unfilled")[0]?.error.message).toContain("the event guid-gone has no body");
  await gone.listener.stop();

  const short: SenderLog = { name: "GitHub's list", retentionMs: 1, async *read() {} };
  const forgotten = await started(path, short);
  await until(() => expect(forgotten.told("gap.unfilled").length).toBeGreaterThan(0));
  expect(forgotten.told("gap.unfilled")[0]?.error.message).toContain("does not reach back");
});

test("an own list that yields odd values, throws them, or repeats an event loses nothing that it has", async () => {
  const path = folder();
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const throwing = Object.defineProperty({}, "at", {
    get() {
      throw new Error("no time");
    },
  });
  let readings = 0;
  const log: SenderLog = {
    name: "Acme's list",
    async *read() {
      readings += 1;
      const at = Date.now();
      yield { at, id: "a", body: '{"action":"first"}' };
      yield { at, id: "a", body: { action: "first" } };
      if (readings === 1) throw "a string";
      yield { at, id: "b", body: cycle };
      yield { at: Number.NaN, id: "c", body: {} };
      yield throwing as never;
      yield null as never;
      yield { at, id: "d", body: "no JSON" };
      yield { at, id: "e", body: { action: "last" } };
    },
  };
  await (await started(path, log)).listener.stop();
  const { events, told } = await started(path, log);
  await until(() => expect(told("gap.unfilled")).toHaveLength(1));
  await until(() => expect(events.length).toBeGreaterThanOrEqual(2));
  expect(events.map(({ payload }) => payload.action)).toEqual(expect.arrayContaining(["first", "last"]));
  expect(events.filter(({ payload }) => payload.action === "first")).toHaveLength(1);
  expect(readings).toBe(2);
  expect(told("gap.unfilled")[0]?.error.message).toMatch(/cannot be read.*circular|circular/is);
});

test("a delivery that the route rejects by its schema is reported, and the list is read to its end", async () => {
  const path = folder();
  const { add, log } = await fakeGithub();
  const schema = {
    "~standard": {
      version: 1 as const,
      vendor: "test",
      validate: (value: unknown) =>
        (value as { number?: number }).number === 1 ? { issues: [{ message: "not 1" }] } : { value },
    },
  };
  const options = { schema, onInvalid: "reject" } as const;
  await (await started(path, log, options)).listener.stop();
  add("guid-1", { action: "opened", number: 1 });
  add("guid-2", { action: "opened", number: 2 });
  const { events, told } = await started(path, log, options);
  await until(() => expect(told("gap.filled")).toHaveLength(1));
  await until(() => expect(events).toHaveLength(1));
  expect(told("delivery.rejected")).toMatchObject([{ route: "/github", status: 400 }]);
});

test("stop() does not wait for a list that ignores its signal, and the next process reads the gap", async () => {
  const path = folder();
  let readings = 0;
  const log = (event?: { readonly action: string }): SenderLog => ({
    name: "Acme's list",
    async *read() {
      readings += 1;
      if (event === undefined) await new Promise(() => undefined);
      yield { at: Date.now(), id: "a", body: event };
    },
  });
  await (await started(path, log())).listener.stop();
  const hanging = await started(path, log());
  await until(() => expect(readings).toBe(1));
  await hanging.listener.stop();
  const { events } = await started(path, log({ action: "opened" }));
  await until(() => expect(events).toHaveLength(1));
});
