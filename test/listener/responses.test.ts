import { createHmac } from "node:crypto";
import { hmac, type ListenerEvent, type Respond, type RouteOptions, TriggerListener } from "earshot";
import { Response as PackageResponse } from "undici";
import { expect, onTestFinished, test, vi } from "vitest";

import { systemClock } from "../../src/base/clock.js";
import type { Delivery } from "../../src/model/delivery.js";
import { RouteResponses } from "../../src/pipeline/route-response.js";

const secret = "a secret of some length";
const source = hmac({
  secrets: secret,
  header: "x-signature",
  eventName: "x-event",
  id: "x-id",
  provider: "acme",
});

async function open(route: Omit<RouteOptions, "source">, from = source) {
  const listener = new TriggerListener({
    webhook: { port: 0, host: "127.0.0.1", routes: { "/hooks/{tenant}": { source: from, ...route } } },
    retry: { attempts: 1 },
  });
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  const reports: ListenerEvent[] = [];
  listener.on("warning", (report) => reports.push(report));
  listener.on("callback.failed", () => undefined);
  listener.on("event.dead-lettered", () => undefined);
  await listener.start();
  const url = listener.health().webhook?.url;
  let n = 0;
  return {
    listener,
    warnings: () => reports.map((report) => ("error" in report ? String(report.error) : "")),
    async send(id = String(++n), payload: object = { n }) {
      const body = JSON.stringify(payload);
      const signature = createHmac("sha256", secret).update(body).digest("hex");
      const headers = { "x-signature": signature, "x-event": "made", "x-id": id };
      const answer = await fetch(`${url}/hooks/shop-7?region=eu`, { method: "POST", body, headers });
      return { status: answer.status, type: answer.headers.get("content-type"), body: await answer.text() };
    },
  };
}

const standard = { status: 200, type: "application/json", body: '{"ok":true}' };

test("the acknowledgement that a source's sender wants is the response to a stored delivery", async () => {
  const quiet = { ...source, acknowledgement: { status: 200 } };
  const { send, listener } = await open({}, quiet);
  expect(await send()).toEqual({ status: 200, type: null, body: "" });
  expect(await listener.inbox.counts()).toMatchObject({ dead: 0 });
  expect(await (await open({})).send()).toEqual(standard);
});

test("a route's own `respond` makes the response, and gets the request and whether it is a duplicate", async () => {
  const { send } = await open({
    respond: async ({ request, body, duplicate, provider }) => ({
      status: 202,
      headers: { "Content-Type": "text/xml", "Content-Length": "999" },
      body: `<${provider}>${request.path} ${request.query.region} ${JSON.parse(body).n} ${duplicate}</${provider}>`,
    }),
  });
  const answer = (duplicate: boolean) => ({
    status: 202,
    type: "text/xml",
    body: `<acme>/hooks/shop-7 eu 5 ${duplicate}</acme>`,
  });
  expect(await send("1", { n: 5 })).toEqual(answer(false));
  expect(await send("1", { n: 5 })).toEqual(answer(true));
});

test("a `respond` that throws, is late or returns an invalid response causes a warning, and the default is sent", async () => {
  const bad: Respond[] = [
    () => {
      throw new Error("respond failed");
    },
    () => Promise.reject(null),
    () => ({ status: 99 }),
    () => ({ headers: { "x-a": "one\r\nx-b: two" } }),
    () => ({ body: 5 as never, status: 200 }),
  ];
  for (const respond of bad) {
    const { send, warnings } = await open({ respond });
    expect(await send()).toEqual(standard);
    expect(warnings()).toEqual([expect.stringContaining("The response of the acme route could not be made")]);
  }
  const { send } = await open({ respond: { fromCallback: true, withinMs: 30 } });
  expect(await send()).toEqual(standard);
});

test('with respond: "callback" the result of the callback is the response, and the event is stored and done', async () => {
  const { send, listener } = await open({ respond: "callback" });
  const replies: unknown[] = [];
  listener.callback({}, async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return replies.shift();
  });
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const cases: readonly [unknown, { status: number; type: string | null; body: string }][] = [
    ["done", { status: 200, type: "text/plain; charset=utf-8", body: "done" }],
    [
      { response_action: "clear" },
      { status: 200, type: "application/json", body: '{"response_action":"clear"}' },
    ],
    [{ status: "ok" }, { status: 200, type: "application/json", body: '{"status":"ok"}' }],
    [
      { status: 201, headers: { "content-type": "text/xml" }, body: "<Response/>" },
      { status: 201, type: "text/xml", body: "<Response/>" },
    ],
    [
      Response.json({ type: 4 }, { status: 200 }),
      { status: 200, type: "application/json", body: '{"type":4}' },
    ],
    [undefined, standard],
    [7, standard],
    [circular, standard],
  ];
  for (const [reply, answer] of cases) {
    replies.push(reply);
    expect(await send()).toEqual(answer);
  }
  await vi.waitFor(async () =>
    expect(await listener.inbox.counts()).toMatchObject({ done: cases.length, dead: 0 }),
  );
  // A copy does not run again, so it has no callback result.
  expect(await send("1", { n: 1 })).toEqual(standard);
});

test("a callback that fails, or takes longer than the sender waits, gets the default acknowledgement, and the event goes on", async () => {
  const { send, listener } = await open({ respond: { fromCallback: true, withinMs: 40 } });
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const off = listener.callback({}, async () => {
    await gate;
    return "too late";
  });
  expect(await send()).toEqual(standard);
  release();
  await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ done: 1 }));
  off();
  listener.callback({}, () => {
    throw new Error("failed");
  });
  expect(await send()).toEqual(standard);
  expect(await listener.inbox.counts()).toMatchObject({ done: 1, dead: 1 });
});

test("an invalid `respond` is an error when the listener is created", () => {
  for (const respond of [
    "later",
    { fromCallback: false },
    { fromCallback: true, withinMs: -1 },
    { withinMs: 5 },
  ]) {
    const routes = { "/x": { source, respond: respond as never } };
    expect(() => new TriggerListener({ webhook: { routes } })).toThrow(/respond/);
  }
});

const sent = { status: 201, type: null, body: "hi" };

test.each<[string, () => unknown, object]>([
  [
    "a Response of a package",
    () => new PackageResponse("hi", { status: 201, headers: { "content-type": "a/b" } }),
    { ...sent, type: "a/b" },
  ],
  [
    "headers that are Headers",
    () => ({ status: 201, headers: new Headers({ "content-type": "a/b" }), body: "hi" }),
    { ...sent, type: "a/b" },
  ],
  [
    "headers that are a Map",
    () => ({ status: 201, headers: new Map([["content-type", "a/b"]]), body: "hi" }),
    { ...sent, type: "a/b" },
  ],
  [
    "a header of the connection",
    () => ({ status: 201, headers: { Trailer: "x-a", TE: "x" }, body: "hi" }),
    sent,
  ],
  [
    "a header without a value",
    () => ({ status: 201, headers: { "x-a": undefined, "x-n": 5 }, body: "hi" }),
    sent,
  ],
  ["null for headers and body", () => ({ status: 201, headers: null, body: null }), { ...sent, body: "" }],
])("%s in a response is sent as it is meant", async (_what, respond, expected) => {
  const { send, warnings } = await open({ respond: respond as Respond as never });
  expect(await send()).toEqual(expected);
  expect(warnings()).toEqual([]);
});

test("a list's response is the first that one of its callbacks returns, in any order of their ends", async () => {
  const { send, listener } = await open({ respond: "callback" });
  listener.callback({ provider: "acme" }, function answers(event) {
    return (event.payload as { n: number }).n === 1 ? "one" : undefined;
  });
  expect((await send("l-1", [{ n: 1 }, { n: 2 }])).body).toBe("one");
  expect((await send("l-2", [{ n: 2 }, { n: 1 }])).body).toBe("one");
  const at = performance.now();
  expect(await send("l-3", [{ n: 2 }, { n: 3 }])).toEqual(standard);
  expect(performance.now() - at).toBeLessThan(2000);
});

test("no callback result is awaited for a delivery that was not stored", () => {
  const responses = new RouteResponses(systemClock, () => undefined);
  const delivery: Delivery = { source: "webhook", body: "{}", receivedAt: 0 };
  const callbacks = [{ name: "one" }] as never;
  responses.expect("callback", delivery, "r-1");
  responses.expect("callback", delivery, "r-2");
  expect(responses.unavailable(delivery, { full: 1000 }).status).toBe(503);
  for (const id of ["r-1", "r-2"]) expect(responses.watched(id, callbacks)).toBe(callbacks);
});
