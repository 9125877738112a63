import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  defineSource,
  hmac,
  reject,
  type Source,
  type SourceDefinition,
  TriggerListener,
  verified,
} from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { signAs, testSource } from "earshot/testing";
import { afterEach, describe, expect, test } from "vitest";
import type { ListenerEvent, RouteOptions, TriggerEvent } from "../../src/index.js";
import { requireCompat } from "../compat/packages.js";

const secret = "8f14e45fceea167a5a36dedd4bea2543";
const mac = (body: string | Uint8Array) => createHmac("sha256", secret).update(body).digest("hex");

const acme = (more: Partial<SourceDefinition> = {}): Source =>
  defineSource({
    provider: "acme",
    docs: "https://acme.example/webhooks",
    credentialHeaders: ["X-Acme-Signature"],
    verify(request) {
      const given = request.header("X-Acme-Signature");
      if (given === undefined) throw reject("ERR_SIGNATURE_MISSING", "There is no signature.");
      // A user's own comparison; the suite's measurement of time is not asked of it.
      if (given !== mac(request.body))
        throw reject("ERR_SIGNATURE_WRONG", "The signature is not this secret's.");
      return verified({ id: request.header("x-acme-delivery"), eventName: request.header("x-acme-event") });
    },
    ...more,
  });

testSource(acme(), {
  sign: (text) => {
    const body = JSON.stringify({ text });
    return { headers: { "x-acme-signature": mac(body) }, body };
  },
  timing: false,
  runner: { describe, test },
});

const running: TriggerListener[] = [];
afterEach(async () => {
  for (const listener of running.splice(0)) await listener.stop();
});

async function listening(route: Source | RouteOptions, options: object = {}, run?: () => never) {
  const events: TriggerEvent[] = [];
  const reports: ListenerEvent[] = [];
  const listener = new TriggerListener({
    webhook: { port: 0, host: "127.0.0.1", routes: { "/acme": route } },
    ...options,
  });
  running.push(listener);
  listener.on("*", (event) => void reports.push(event));
  listener.callback({ route: "/acme" }, run ?? ((event) => void events.push(event)));
  await listener.start();
  const url = new URL("/acme", listener.health().webhook?.url).href;
  const post = async (body: string, headers: Record<string, string> = {}, method = "POST") => {
    const sent = { "content-type": "application/json", "x-acme-signature": mac(body), ...headers };
    const response = await fetch(url, { method, headers: sent, ...(method === "POST" && { body }) });
    return { status: response.status, text: await response.text() };
  };
  return { listener, events, reports, post };
}

const read: SourceDefinition["read"] = ({ body, id }) =>
  (body as { items: { kind: string; key: string; at: number }[] }).items.map((item) => ({
    name: item.kind,
    id: `${id}:${item.key}`,
    at: item.at,
    payload: item,
  }));

test("each element that `read` returns is an event with its own name, id and time; a copy runs once", async () => {
  const { events, post } = await listening(acme({ read, respond: { status: 202, body: "thanks" } }));
  const body = JSON.stringify({
    items: [
      { kind: "made", key: "a", at: 1_750_000_000 },
      { kind: "sold", key: "b", at: 1_750_000_001 },
    ],
  });
  for (let copy = 0; copy < 2; copy += 1) {
    expect(await post(body, { "x-acme-delivery": "d1" })).toEqual({ status: 202, text: "thanks" });
  }
  await expect.poll(() => events.length).toBe(2);
  expect(
    events.map(({ triggerName, payload, timestamp, appName }) => [
      triggerName,
      payload.key,
      timestamp.getTime(),
      appName,
    ]),
  ).toEqual([
    ["made", "a", 1_750_000_000_000, "acme"],
    ["sold", "b", 1_750_000_001_000, "acme"],
  ]);
  expect(await post('{"items":[]}')).toMatchObject({ status: 202 });
  expect(events).toHaveLength(2);
  expect(JSON.stringify(events)).not.toContain(mac(body));
});

test("what `read` made of an event is the same after a restart, without the source", async () => {
  const folder = mkdtempSync(join(tmpdir(), "earshot-own-source-"));
  try {
    const inbox = () => sqliteInbox({ path: join(folder, "inbox.db") });
    const failing = () => {
      throw new Error("not now");
    };
    const first = await listening(acme({ read }), { inbox: inbox(), retry: { attempts: 1 } }, failing);
    await first.post('{"items":[{"kind":"made","key":"a","at":1750000000}]}', { "x-acme-delivery": "d1" });
    await expect.poll(() => first.reports.some(({ type }) => type === "event.dead-lettered")).toBe(true);
    await first.listener.stop();
    // The second process has another reader for the route, which the stored record does not need.
    const second = await listening(acme(), { inbox: inbox() });
    expect(await second.listener.inbox.replay({ state: "dead" })).toBe(1);
    await expect.poll(() => second.events.length).toBe(1);
    expect(second.events[0]).toMatchObject({ triggerName: "made", payload: { kind: "made", key: "a" } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const bad: ReadonlyArray<
  readonly [what: string, more: Partial<SourceDefinition>, status: number, type: string]
> = [
  [
    "verify throws a plain error",
    {
      verify: () => {
        throw new Error("bug");
      },
    },
    401,
    "delivery.rejected",
  ],
  [
    "verify throws nothing at all",
    {
      verify: () => {
        throw undefined;
      },
    },
    401,
    "delivery.rejected",
  ],
  ["verify returns true", { verify: () => true as never }, 401, "delivery.rejected"],
  ["verify returns nothing", { verify: () => undefined as never }, 401, "delivery.rejected"],
  [
    "verify returns a rejection",
    { verify: () => reject("ERR_SIGNATURE_WRONG", "no") as never },
    401,
    "delivery.rejected",
  ],
  [
    "verify rejects",
    {
      verify: async () => {
        throw reject("ERR_SIGNATURE_MALFORMED", "no");
      },
    },
    400,
    "delivery.rejected",
  ],
  [
    "read throws",
    {
      read: () => {
        throw new Error("bug");
      },
    },
    200,
    "delivery.undecodable",
  ],
  ["read returns no list", { read: () => ({}) as never }, 200, "delivery.undecodable"],
  ["read returns no payload", { read: () => [{ name: "x" }] as never }, 200, "delivery.undecodable"],
  ["read returns what JSON cannot hold", { read: () => [{ payload: 1n }] }, 200, "delivery.undecodable"],
  [
    "respond throws",
    {
      respond: () => {
        throw new Error("bug");
      },
    },
    200,
    "warning",
  ],
  [
    "handshake throws",
    {
      handshake: () => {
        throw new Error("bug");
      },
    },
    401,
    "delivery.rejected",
  ],
];

test.each(bad)(
  "where %s, the sender gets its status, and a listener event says why",
  async (_what, more, status, type) => {
    const { post, reports } = await listening(acme(more));
    expect((await post("{}")).status).toBe(status);
    await expect.poll(() => reports.map((report) => report.type)).toContain(type);
  },
);

test("a source that verifies with another one keeps its own name, and the other's handshake and headers", async () => {
  const wrapped = defineSource({
    provider: "acme",
    verify: hmac({ provider: "inner", header: "X-Acme-Signature", secrets: secret }),
    read: ({ raw }) => [{ name: "wrapped", payload: { raw } }],
  });
  expect(wrapped).toMatchObject({ provider: "acme", credentialHeaders: ["x-acme-signature"] });
  const { events, post } = await listening(wrapped);
  expect((await post("{}")).status).toBe(200);
  expect((await post("{}", { "x-acme-signature": mac("x") })).status).toBe(401);
  await expect
    .poll(() => events.map(({ origin, triggerName }) => [origin.provider, triggerName]))
    .toEqual([["acme", "wrapped"]]);
});

test("set-up requests of any method reach the handshake, and events do not", async () => {
  const { post } = await listening(
    acme({
      handshakeMethods: ["OPTIONS"],
      handshake: ({ method, header }) =>
        method === "OPTIONS"
          ? { status: 200, headers: { "webhook-allowed-origin": String(header("webhook-request-origin")) } }
          : undefined,
    }),
  );
  expect((await post("", { "webhook-request-origin": "a.example" }, "OPTIONS")).status).toBe(200);
  expect((await post("", {}, "GET")).status).toBe(405);
  expect((await post("{}")).status).toBe(200);
});

test("a definition that cannot work says what is wrong", () => {
  expect(() => defineSource(undefined as never)).toThrow(/takes an object/);
  expect(() => defineSource({ verify: () => verified() } as never)).toThrow(/provider/);
  expect(() => defineSource({ provider: "composio", verify: () => verified() })).toThrow(/composio/);
  expect(() => defineSource({ provider: "acme" } as never)).toThrow(/`verify` of acme/);
  expect(() => defineSource({ provider: "acme", verify: () => verified(), read: [] as never })).toThrow(
    /`read`/,
  );
  expect(() => defineSource({ provider: "acme", verify: () => verified(), reed: 1 } as never)).toThrow(
    /no option `reed`/,
  );
});

const { XMLParser } = requireCompat("fast-xml-parser") as {
  XMLParser: new () => { parse(text: string): unknown };
};
const parser = new XMLParser();
const bodies: ReadonlyArray<readonly [what: string, contentType: string, body: string, payloads: unknown]> = [
  ["XML", "application/xml", "<order><id>7</id></order>", [{ order: { id: 7 } }]],
  ["JSON lines", "application/x-ndjson", '{"a":1}\n\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
  ["a form", "application/x-www-form-urlencoded", "a=1&a=2&b=%C3%BC", [{ a: ["1", "2"], b: "ü" }]],
  [
    "a multipart form",
    "multipart/form-data; boundary=xYz",
    '--xYz\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--xYz\r\ncontent-disposition: form-data; name="f"; filename="ü.txt"\r\nContent-Type: text/plain\r\n\r\nhi\r\n--xYz--\r\n',
    [{ a: "1", f: { filename: "ü.txt", contentType: "text/plain", base64: "aGk=" } }],
  ],
  ["JSON", "application/json", '{"a":1}', [{ a: 1 }]],
  ["nothing", "application/json", "", [{}]],
];

test.each(bodies)("%s is read, whole", async (_what, contentType, body, payloads) => {
  const { events, post } = await listening({
    source: acme(),
    parse: (text) => parser.parse(text),
  });
  expect((await post(body, { "content-type": contentType })).status).toBe(200);
  await expect.poll(() => events.map(({ payload }) => ({ ...payload }))).toEqual(payloads);
});

test("a body that the route's parser cannot read is dead-lettered with its bytes, and a broken line of JSON too", async () => {
  const { post, reports } = await listening({
    source: acme(),
    parse: () => {
      throw new Error("no XML");
    },
  });
  expect((await post("<order>", { "content-type": "application/xml" })).status).toBe(200);
  expect((await post('{"a":1}\n{"a"', { "content-type": "application/x-ndjson" })).status).toBe(200);
  await expect.poll(() => reports.filter(({ type }) => type === "delivery.undecodable").length).toBe(2);
});

test("`signAs` signs for a sender's route in a user's own test", async () => {
  const { github } = await import("earshot");
  const { events, listener } = await listening(github({ secrets: secret }));
  const { headers, body } = await signAs("github", {
    secret,
    body: { action: "opened" },
    eventName: "pull_request",
  });
  const url = new URL("/acme", listener.health().webhook?.url);
  expect((await fetch(url, { method: "POST", headers, body: String(body) })).status).toBe(200);
  await expect.poll(() => events.map(({ triggerName }) => triggerName)).toEqual(["pull_request.opened"]);
});
