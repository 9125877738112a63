import { request } from "node:http";
import {
  composio,
  github,
  hmac,
  shopify,
  standardWebhooks,
  stripe,
  svix,
  type TriggerEvent,
  token,
} from "earshot";
import { signedWebhook } from "earshot/testing";
import { expect, test, vi } from "vitest";
import { StandardWebhook as Webhook } from "../compat/signing.js";
import { open, otherSecret, post, secret } from "./sender.js";

const [keyA, keyB] = [7, 9].map((fill) => `whsec_${Buffer.alloc(32, fill).toString("base64")}`) as [
  string,
  string,
];

/** A delivery in the form of Standard Webhooks, with headers of either name. */
async function deliver(url: string, key: string, id: string, text: string, prefix = "webhook") {
  const body = JSON.stringify({ type: "a", text });
  const at = new Date();
  const headers = {
    "content-type": "application/json",
    [`${prefix}-id`]: id,
    [`${prefix}-timestamp`]: String(Math.floor(at.getTime() / 1000)),
    [`${prefix}-signature`]: new Webhook(key).sign(id, at, body),
  };
  return (await fetch(url, { method: "POST", body, headers })).status;
}

test("an id belongs to its route: another sender's event of the same id runs too", async () => {
  const { url, events } = await open({
    "/a": standardWebhooks({ secrets: keyA }),
    "/b": standardWebhooks({ secrets: keyB }),
    "/c": svix({ secrets: keyA }),
    "/d": svix({ secrets: keyB }),
    "/e": hmac({
      secrets: secret,
      header: "x-signature",
      id: "x-id",
      signed: "{id}.{body}",
      provider: "acme",
    }),
  });
  expect(await deliver(`${url}/a`, keyA, "msg_1", "of a")).toBe(200);
  expect(await deliver(`${url}/b`, keyB, "msg_1", "of b")).toBe(200);
  expect(await deliver(`${url}/c`, keyA, "msg_1", "of c", "svix")).toBe(200);
  expect(await deliver(`${url}/d`, keyB, "msg_1", "of d", "svix")).toBe(200);
  expect(await deliver(`${url}/a`, keyA, "msg_1", "of a")).toBe(200);
  await vi.waitFor(() =>
    expect(events.map(({ payload }) => payload.text)).toEqual(["of a", "of b", "of c", "of d"]),
  );
  expect(new Set(events.map(({ id }) => id)).size).toBe(4);
});

test("an id of the platform that another sender's route has too is another event, and each is known again", async () => {
  const logId = "log_shared";
  const platform = signedWebhook({ secret: keyA, triggerName: "A", payload: { text: "platform" }, logId });
  const messageId = platform.headers["webhook-id"] ?? expect.fail();
  const { url, events, count } = await open({
    "/platform": composio({ secrets: keyA }),
    "/standard": standardWebhooks({ secrets: keyB }),
    "/svix": svix({ secrets: keyB }),
    "/hmac": hmac({ provider: "acme", secrets: secret, header: "x-signature", id: "x-id" }),
    "/stripe": stripe({ secrets: secret }),
  });
  const { hex } = await import("./sender.js");
  const send = async (id: string) => {
    const { body, headers } = platform;
    const response = await fetch(`${url}/platform`, { method: "POST", body, headers });
    const inBody = JSON.stringify({ id, type: "a" });
    const at = String(Math.floor(Date.now() / 1000));
    const stripeHeaders = { "stripe-signature": `t=${at},v1=${hex(secret, `${at}.${inBody}`)}` };
    return [
      response.status,
      await deliver(`${url}/standard`, keyB, id, "standard"),
      await deliver(`${url}/svix`, keyB, id, "svix", "svix"),
      await post(`${url}/hmac`, '{"type":"a"}', { "x-id": id }),
      await post(`${url}/stripe`, inBody, stripeHeaders),
    ];
  };
  const accepted = [200, 200, 200, 200, 200];
  expect(await send(logId)).toEqual(accepted);
  const providers = ["composio", "standard-webhooks", "svix", "acme", "stripe"];
  await vi.waitFor(() => expect(events.map(({ origin }) => origin.provider)).toEqual(providers));
  expect(events[0]?.id).toBe(logId);
  expect(new Set(events.map(({ id }) => id)).size).toBe(5);
  expect(await send(logId)).toEqual(accepted);
  await vi.waitFor(() => expect(count("event.duplicate")).toBe(5));
  // The platform's message id: of the platform, it is a copy once more.
  expect(await send(messageId)).toEqual(accepted);
  await vi.waitFor(() => expect(events).toHaveLength(9));
  expect(count("event.duplicate")).toBe(6);
});

test("two routes whose senders have no id never take each other's bodies for copies", async () => {
  const make = (key: string) => hmac({ provider: "acme", secrets: key, header: "x-signature", id: "x-id" });
  const { url, events } = await open({ "/a": make(secret), "/b": make(otherSecret) });
  expect(await post(`${url}/a`, '{"n":1}', { "x-id": "1" })).toBe(200);
  expect(await post(`${url}/b`, '{"n":1}', { "x-id": "1" }, otherSecret)).toBe(200);
  await vi.waitFor(() => expect(events).toHaveLength(2));
});

test("two alike notifications of a sender without ids, one after the other, are two events", async () => {
  const { url, events } = await open({
    "/hmac": hmac({ provider: "acme", secrets: secret, header: "x-signature" }),
    "/token": token({ provider: "drive", secrets: secret, header: "x-token" }),
  });
  for (let times = 0; times < 3; times += 1) {
    expect(await post(`${url}/hmac`, '{"changed":true}')).toBe(200);
    expect(await post(`${url}/token`, "", { "x-token": secret })).toBe(200);
  }
  await vi.waitFor(() => expect(events).toHaveLength(6));
});

test("over the Fetch handler, too, an equal body after the response is another event", async () => {
  const { listener, events } = await open({
    "/t": token({ provider: "drive", secrets: secret, header: "x-token" }),
  });
  const handler = listener.fetchHandler();
  for (let times = 0; times < 3; times += 1) {
    const headers = { "x-token": secret };
    const response = await handler(
      new Request("http://localhost/t", { method: "POST", body: "{}", headers }),
    );
    expect(response.status).toBe(200);
  }
  await vi.waitFor(() => expect(events).toHaveLength(3));
});

/** Posts, and hangs up before there is a response. */
async function hangUp(url: string, body: string, started: () => boolean): Promise<void> {
  const sent = request(url, {
    method: "POST",
    headers: { "x-token": secret, "content-type": "application/json", "content-length": body.length },
  });
  sent.on("error", () => undefined);
  sent.end(body);
  await vi.waitFor(() => expect(started()).toBe(true));
  const closed = new Promise((resolve) => sent.once("close", resolve));
  sent.destroy();
  await closed;
}

test("a sender that got no response and sends the same again has sent one event", async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let asked = 0;
  const { url, events, count } = await open({
    "/t": {
      source: token({ provider: "drive", secrets: secret, header: "x-token" }),
      respond: async () => {
        asked += 1;
        await held;
        return undefined;
      },
    },
  });
  await hangUp(`${url}/t`, '{"n":1}', () => asked === 1);
  release();
  const again = () => post(`${url}/t`, '{"n":1}', { "x-token": secret });
  expect(await again()).toBe(200);
  await vi.waitFor(() => expect(count("event.duplicate")).toBe(1));
  expect(events).toHaveLength(1);
  // That one had its response.
  expect(await again()).toBe(200);
  await vi.waitFor(() => expect(events).toHaveLength(2));
});

const drive = () => token({ provider: "drive", secrets: secret, header: "x-token" });
const plain = (url: string, body: string) => post(url, body, { "x-token": secret });

test('dedupe "none" runs each delivery, "body" each body once, and a function each key once', async () => {
  const { url, events } = await open({
    "/none": { source: stripe({ secrets: secret }), dedupe: "none" },
    "/body": { source: drive(), dedupe: "body" },
    "/key": { source: drive(), dedupe: ({ payload }: TriggerEvent) => payload.key as string | undefined },
  });
  const at = String(Math.floor(Date.now() / 1000));
  const body = '{"id":"evt_1","type":"a"}';
  const { hex } = await import("./sender.js");
  const headers = { "stripe-signature": `t=${at},v1=${hex(secret, `${at}.${body}`)}` };
  for (let times = 0; times < 3; times += 1) expect(await post(`${url}/none`, body, headers)).toBe(200);
  await vi.waitFor(() => expect(events).toHaveLength(3));
  events.length = 0;
  for (const n of [1, 1, 2, 1]) expect(await plain(`${url}/body`, `{"n":${n}}`)).toBe(200);
  await vi.waitFor(() => expect(events.map(({ payload }) => payload.n)).toEqual([1, 2]));
  events.length = 0;
  for (const key of ["a", "b", "a"])
    expect(await plain(`${url}/key`, `{"key":"${key}","at":"${Math.random()}"}`)).toBe(200);
  for (let times = 0; times < 2; times += 1) expect(await plain(`${url}/key`, '{"other":1}')).toBe(200);
  await vi.waitFor(() =>
    expect(events.map(({ payload }) => payload.key)).toEqual(["a", "b", undefined, undefined]),
  );
});

test("each route whose `dedupe` fails is warned of once, by its path, and its events run", async () => {
  const fails = () => {
    throw new Error("no tenant");
  };
  const { url, events, reports } = await open({
    "/a": { source: drive(), dedupe: fails },
    "/b": { source: drive(), dedupe: fails },
  });
  for (const [path, n] of [
    ["a", 1],
    ["b", 2],
    ["a", 3],
    ["b", 4],
  ] as const)
    expect(await plain(`${url}/${path}`, `{"n":${n}}`)).toBe(200);
  await vi.waitFor(() => expect(events.map(({ payload }) => payload.n)).toEqual([1, 2, 3, 4]));
  const warnings = reports.flatMap((report) => (report.type === "warning" ? [report.error.message] : []));
  expect(warnings).toEqual([
    expect.stringMatching(/^`dedupe` of the route \/a threw on .+: no tenant/),
    expect.stringMatching(/^`dedupe` of the route \/b threw on .+: no tenant/),
  ]);
});

test("dedupeKey makes two ids one event, on every route, and says nothing of events without a key", async () => {
  const { url, events } = await open(
    { "/a": standardWebhooks({ secrets: keyA }), "/b": standardWebhooks({ secrets: keyB }) },
    { dedupeKey: ({ payload }) => (payload.text === "none" ? undefined : String(payload.text)) },
  );
  expect(await deliver(`${url}/a`, keyA, "msg_1", "mail 1")).toBe(200);
  expect(await deliver(`${url}/a`, keyA, "msg_2", "mail 1")).toBe(200);
  expect(await deliver(`${url}/b`, keyB, "msg_3", "mail 1")).toBe(200);
  expect(await deliver(`${url}/a`, keyA, "msg_4", "none")).toBe(200);
  expect(await deliver(`${url}/a`, keyA, "msg_5", "none")).toBe(200);
  await vi.waitFor(() =>
    expect(events.map(({ payload }) => payload.text)).toEqual(["mail 1", "none", "none"]),
  );
});

test("one captured request of GitHub runs once, whatever delivery id or event name it is sent with", async () => {
  const { url, events } = await open({ "/github": github({ secrets: secret }) });
  const body = '{"action":"opened","number":1}';
  const send = (id: string, name: string) =>
    post(`${url}/github`, body, { "x-github-delivery": id, "x-github-event": name });
  expect(await send("1", "issues")).toBe(200);
  for (const [id, name] of [
    ["2", "issues"],
    ["1", "push"],
    ["3", "pull_request"],
  ] as const)
    expect(await send(id, name)).toBe(200);
  await vi.waitFor(() => expect(events.map(({ triggerName }) => triggerName)).toEqual(["issues.opened"]));
});

test("one captured request of Shopify runs once for each topic, whatever id it is sent with", async () => {
  const { url, events } = await open({ "/shopify": shopify({ secrets: secret }) });
  const { createHmac } = await import("node:crypto");
  const body = '{"id":1}';
  const mac = createHmac("sha256", secret).update(body).digest("base64");
  const send = (id: string, topic: string) =>
    post(`${url}/shopify`, body, {
      "x-shopify-hmac-sha256": mac,
      "x-shopify-webhook-id": id,
      "x-shopify-topic": topic,
    });
  for (const id of ["1", "2", "3"]) expect(await send(id, "orders/create")).toBe(200);
  expect(await send("4", "orders/paid")).toBe(200);
  await vi.waitFor(() =>
    expect(events.map(({ triggerName }) => triggerName)).toEqual(["orders/create", "orders/paid"]),
  );
});

test("ids that no store can tell apart stay two events", async () => {
  const { url, events } = await open({ "/s": stripe({ secrets: secret }) });
  const { hex } = await import("./sender.js");
  const at = String(Math.floor(Date.now() / 1000));
  for (const id of ["\\ud800", "\\ud801", "\\u0000", "x".repeat(5000)]) {
    const body = `{"id":"${id}","type":"a"}`;
    const headers = { "stripe-signature": `t=${at},v1=${hex(secret, `${at}.${body}`)}` };
    for (let times = 0; times < 2; times += 1) expect(await post(`${url}/s`, body, headers)).toBe(200);
  }
  await vi.waitFor(() => expect(events).toHaveLength(4));
  for (const { id } of events) {
    expect(id.length).toBeLessThan(600);
    expect(Buffer.from(id).toString()).toBe(id);
  }
});
