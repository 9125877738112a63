import { createServer } from "node:net";
import {
  Drop,
  type ListenerEvent,
  type ListenerOptions,
  TriggerListener,
  type WebhookOptions,
} from "earshot";
import { signedWebhook } from "earshot/testing";
import { afterEach, expect, test, vi } from "vitest";
import { collect } from "../support/collect.js";

const secret = "a secret of some length";
const running: TriggerListener[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((listener) => listener.stop()));
});

async function open(webhook: WebhookOptions = {}, options: ListenerOptions = {}) {
  const listener = new TriggerListener({
    webhook: { port: 0, secrets: secret, ...webhook },
    retry: { attempts: 2, baseMs: 1, capMs: 1 },
    ...options,
  });
  running.push(listener);
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  await listener.start();
  const url = `${listener.health().webhook?.url}/webhook`;
  const post = (body: string | Uint8Array, headers: Record<string, string>) =>
    fetch(url, { method: "POST", body: body as string, headers });
  const fire = (triggerName: string, payload: Record<string, unknown>, logId?: string) => {
    const signed = signedWebhook({ secret, triggerName, payload, ...(logId === undefined ? {} : { logId }) });
    return post(signed.body, signed.headers);
  };
  const rejections = () =>
    reports.flatMap((report) => (report.type === "delivery.rejected" ? [report.error] : []));
  return { listener, reports, url, post, fire, rejections };
}

test("a signed event is acknowledged and runs the matching callback, once for all its copies", async () => {
  const { listener, fire, reports } = await open();
  const heard: unknown[] = [];
  listener.callback("acme_order_placed", (event) => void heard.push(event.payload));
  listener.callback("ANOTHER", () => heard.push("never"));
  for (let copy = 0; copy < 3; copy += 1) {
    expect((await fire("ACME_ORDER_PLACED", { order: 7 }, "log_7")).status).toBe(200);
  }
  expect(heard).toEqual([{ order: 7 }]);
  expect(reports.map(({ type }) => type)).toEqual([
    "webhook.listening",
    "event.stored",
    "callback.done",
    "event.done",
    "event.duplicate",
    "event.duplicate",
  ]);
});

test("the sender has its response before the callback ends", async () => {
  const { listener, fire } = await open();
  let release: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    release = resolve;
  });
  listener.callback({}, () => ended);
  expect((await fire("A", {})).status).toBe(200);
  expect(listener.health().running).toBe(1);
  release();
  await vi.waitFor(() => expect(listener.health().running).toBe(0));
});

test("a callback that throws is reported and retried without the others", async () => {
  const { listener, fire, reports } = await open();
  const runs: string[] = [];
  listener.callback({}, function good() {
    runs.push("good");
  });
  listener.callback({}, async function bad(_event, { attempt }) {
    runs.push(`bad ${attempt}`);
    if (attempt === 1) throw new Error("no");
  });
  await fire("A", {});
  await vi.waitFor(() => expect(reports.at(-1)?.type).toBe("event.done"));
  expect(runs).toEqual(["good", "bad 1", "bad 2"]);
});

test("an event that keeps failing is dead-lettered with its bytes and its error, and can be replayed", async () => {
  const { listener, fire, reports } = await open();
  let fixed = false;
  listener.callback({}, function fragile() {
    if (!fixed) throw new Error("broken");
  });
  await fire("A", { n: 1 });
  await vi.waitFor(() => expect(reports.at(-1)?.type).toBe("event.dead-lettered"));
  const [dead] = await collect(listener.inbox.find({ state: "dead" }));
  expect(JSON.parse(String(dead?.body))).toMatchObject({ data: { n: 1 } });
  expect(dead?.failures.at(-1)?.message).toBe("broken");
  fixed = true;
  expect(await listener.inbox.replay({ state: "dead" })).toBe(1);
  await vi.waitFor(() => expect(reports.at(-1)).toMatchObject({ type: "event.done", source: "replay" }));
});

test("an event without a matching callback is acknowledged and reported as unmatched", async () => {
  const { fire, reports } = await open();
  expect((await fire("A", {})).status).toBe(200);
  expect(reports.map(({ type }) => type)).toContain("event.unmatched");
});

test.each([
  ["nothing signed", {}, "ERR_SIGNATURE_MISSING", 401],
  ["a wrong signature", { "webhook-signature": `v1,${"A".repeat(43)}=` }, "ERR_SIGNATURE_WRONG", 401],
  ["no id", { "webhook-id": undefined }, "ERR_SIGNATURE_MISSING", 401],
  ["an id with a dot", { "webhook-id": "msg.1" }, "ERR_SIGNATURE_MALFORMED", 400],
  ["a time that is no number", { "webhook-timestamp": "1700000000abc" }, "ERR_TIMESTAMP_MALFORMED", 400],
])("%s is refused without saying why, and reported with the reason", async (name, changes, code, status) => {
  const { post, rejections, listener } = await open();
  const heard = vi.fn();
  listener.callback({}, heard);
  const signed = signedWebhook({ secret, triggerName: "A", payload: {} });
  const merged: Record<string, string | undefined> = { ...signed.headers, ...changes };
  const headers =
    name === "nothing signed"
      ? {}
      : Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  const answer = await post(signed.body, headers as Record<string, string>);
  expect(answer.status).toBe(status);
  expect(await answer.text()).not.toMatch(/signature|time|id/i);
  expect(rejections().map((error) => error.code)).toEqual([code]);
  expect(rejections()[0]?.message.length).toBeGreaterThan(20);
  expect(heard).not.toHaveBeenCalled();
});

test.each([
  ["stale", -301_000, "ERR_TIMESTAMP_STALE"],
  ["from the future", 301_000, "ERR_TIMESTAMP_FUTURE"],
])("a time that is %s is refused", async (_name, byMs, code) => {
  const { post, rejections } = await open();
  const signed = signedWebhook({ secret, triggerName: "A", payload: {}, at: new Date(Date.now() + byMs) });
  expect((await post(signed.body, signed.headers)).status).toBe(401);
  expect(rejections()[0]?.code).toBe(code);
  expect(rejections()[0]?.message).toMatch(/seconds|ms/);
});

test("a body that is too large is rejected", async () => {
  const { post, rejections } = await open({ maxBodyBytes: 1000 });
  const signed = signedWebhook({ secret, triggerName: "A", payload: { text: "x".repeat(2000) } });
  expect((await post(signed.body, signed.headers)).status).toBe(413);
  expect(rejections()[0]).toMatchObject({
    code: "ERR_BODY_TOO_LARGE",
    message: expect.stringContaining("1000"),
  });
});

test("a signed body that is not JSON is acknowledged, reported with its bytes, and dead-lettered", async () => {
  const { listener, reports } = await open({ unsigned: true, secrets: undefined as never });
  const url = `${listener.health().webhook?.url}/webhook`;
  const bytes = new Uint8Array([0x7b, 0xff, 0xfe]);
  for (const body of ["{not json", bytes, "[1]"]) {
    expect((await fetch(url, { method: "POST", body: body as string })).status).toBe(200);
  }
  const lost = reports.flatMap((report) => (report.type === "delivery.undecodable" ? [report] : []));
  expect(lost.map(({ error }) => error.code)).toEqual(["ERR_NOT_JSON", "ERR_NOT_UTF8", "ERR_SHAPE"]);
  expect(Buffer.from(lost[1]?.delivery.body ?? "")).toEqual(Buffer.from(bytes));
  expect(listener.inbox.counts()).toMatchObject({ dead: 3 });
});

test("a port in use is an error that names it, and leaves nothing open", async () => {
  const blocker = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => blocker.once("listening", resolve));
  const { port } = blocker.address() as { port: number };
  const listener = new TriggerListener({ webhook: { port, host: "127.0.0.1", secrets: secret } });
  await expect(listener.start()).rejects.toMatchObject({
    code: "ERR_PORT_IN_USE",
    message: expect.stringContaining(String(port)),
  });
  expect(listener.health().state).toBe("failed");
  await new Promise((resolve) => blocker.close(resolve));
});

test("without a secret the webhook server does not open", async () => {
  await expect(new TriggerListener({ webhook: { port: 0 } }).start()).rejects.toMatchObject({
    code: "ERR_SECRET_MISSING",
  });
  expect(() => new TriggerListener({ webhook: { port: 0, secrets: "" } })).toThrow(
    "`webhook.secrets` has an empty secret.",
  );
  vi.stubEnv("COMPOSIO_WEBHOOK_SECRET", "");
  await expect(new TriggerListener({ webhook: { port: 0 } }).start()).rejects.toThrow(
    "The environment variable COMPOSIO_WEBHOOK_SECRET is set but empty.",
  );
  vi.unstubAllEnvs();
});

test("unsigned deliveries are accepted only with the option, and then only from this machine", async () => {
  const { listener } = await open({ unsigned: true, secrets: undefined as never });
  expect(listener.health().webhook?.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
});

test("the errors of wrong options, filters and callbacks name the mistake", () => {
  const make = (options: object) => () => new TriggerListener(options);
  expect(make({})).toThrow(expect.objectContaining({ code: "ERR_NO_TRANSPORT" }));
  expect(make({ websockets: true })).toThrow("The listener has no option `websockets`");
  expect(make({ webhook: { prot: 1 } })).toThrow("`webhook` has no option `prot`");
  expect(make({ webhook: { port: 70_000, secrets: secret } })).toThrow(
    "`webhook.port` is a whole number from 0 to 65535, not 70000.",
  );
  expect(make({ webhook: { secrets: secret }, concurrency: 0 })).toThrow(
    "`concurrency` is a number of 1 or more, not 0.",
  );
  const listener = new TriggerListener({ webhook: { secrets: secret } });
  expect(() => listener.callback({ trigerName: "A" } as never, () => undefined)).toThrow(
    "Did you mean `triggerName`?",
  );
  expect(() => listener.callback("A", undefined as never)).toThrow(
    "A callback is a function, not undefined.",
  );
  expect(() => listener.callback("A", "x" as never)).toThrow("A callback is a function, not a string.");
});

test("once waits for one event, until its time limit or its signal", async () => {
  const { listener, fire } = await open();
  const heard = listener.once("ACME_X");
  await fire("ACME_OTHER", {});
  await fire("ACME_X", { n: 1 });
  await fire("ACME_X", { n: 2 });
  expect((await heard).payload).toEqual({ n: 1 });
  await expect(listener.once("ACME_X", { timeoutMs: 5 })).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
  const stop = new AbortController();
  const waiting = listener.once("ACME_X", { signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});

test("events are an async iterable; leaving the loop removes the callback", async () => {
  const { listener, fire, reports } = await open();
  const events = listener.events({ appName: "acme" });
  for (let n = 0; n < 5; n += 1) await fire("ACME_X", { n });
  const heard: unknown[] = [];
  for await (const event of events) {
    heard.push(event.payload.n);
    if (heard.length === 3) break;
  }
  expect(heard).toEqual([0, 1, 2]);
  await vi.waitFor(() => expect(listener.health().running).toBe(0));
  await fire("ACME_X", { n: 9 });
  expect(reports.at(-2)?.type ?? reports.at(-1)?.type).toBeDefined();
  expect(reports.filter(({ type }) => type === "event.unmatched").length).toBeGreaterThan(0);
});

test("a loop that is never left ends when the listener stops", async () => {
  const { listener } = await open();
  const ended = (async () => {
    for await (const _event of listener.events({})) void _event;
    return "ended";
  })();
  await listener.stop();
  expect(await ended).toBe("ended");
});

test("Drop discards: the record is done and nothing runs again", async () => {
  const { listener, fire, reports } = await open();
  listener.callback({}, () => {
    throw new Drop("not mine");
  });
  await fire("A", {});
  expect(reports.at(-1)).toMatchObject({ type: "event.done" });
});

test("stop waits for callbacks, then aborts them; a second call is harmless", async () => {
  const { listener, fire } = await open();
  let aborted: unknown;
  listener.callback(
    {},
    (_event, { signal }) =>
      new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          aborted = signal.reason;
          resolve();
        });
      }),
  );
  await fire("A", {});
  await Promise.all([listener.stop({ timeoutMs: 20 }), listener.stop()]);
  expect(aborted).toMatchObject({ code: "ERR_ABORTED" });
  await expect(listener.start()).rejects.toMatchObject({ code: "ERR_LISTENER_STATE" });
});

test("waitForever ends when the listener is stopped", async () => {
  const { listener } = await open();
  const waiting = listener.waitForever();
  await listener.stop();
  await waiting;
  expect(listener.health().state).toBe("stopped");
});

test("a full inbox answers 503 with Retry-After and loses nothing", async () => {
  const { listener, fire, reports } = await open({}, { maxPending: 2, concurrency: 1 });
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const heard: unknown[] = [];
  listener.callback({}, async (event) => {
    await gate;
    heard.push(event.payload.n);
  });
  expect((await fire("A", { n: 1 }, "log_1")).status).toBe(200);
  expect((await fire("A", { n: 2 }, "log_2")).status).toBe(200);
  const refused = await fire("A", { n: 3 }, "log_3");
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  expect((await fire("A", { n: 1 }, "log_1")).status).toBe(200);
  expect(listener.health().healthy).toBe(false);
  release();
  await vi.waitFor(() => expect(heard).toEqual([1, 2]));
  expect((await fire("A", { n: 3 }, "log_3")).status).toBe(200);
  await vi.waitFor(() => expect(heard).toEqual([1, 2, 3]));
  expect(reports.map(({ type }) => type)).toEqual(expect.arrayContaining(["inbox.full", "inbox.ready"]));
});
