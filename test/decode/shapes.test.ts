import fc from "fast-check";
import { expect, test } from "vitest";
import { DecodeError } from "../../src/base/errors.js";
import { CanonicalJson, ContentHash } from "../../src/decode/content-hash.js";
import { decode } from "../../src/decode/index.js";
import type { JsonObject } from "../../src/model/json.js";
import type { Origin } from "../../src/model/verified.js";
import { markVerified } from "../../src/verify/outcome.js";
import { runs } from "../support/runs.js";

const composio: Origin = { provider: "composio", signed: true };
const receivedAt = Date.UTC(2026, 0, 2, 3, 4, 5);

function decodeBody(body: unknown, origin: Origin = composio, contents = false) {
  const text = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  const [one, ...others] = decode(markVerified({ source: "webhook", body: text, receivedAt }, origin), {
    contents,
  });
  if (one === undefined || others.length > 0) throw new Error("A delivery of the platform gives one event.");
  return one;
}

const payload = { action: "created", starred_by: "ada", nested: { list: [1, "2", null] } };

const legacy = {
  appName: "github",
  clientId: 42,
  payload,
  originalPayload: { raw: true },
  metadata: {
    id: "0b7c1f0e-0000-4000-8000-000000000001",
    nanoId: "ti_abc",
    connectionId: "conn-uuid",
    triggerName: "GITHUB_STAR_ADDED_EVENT",
    triggerData: "{}",
    triggerConfig: { owner: "acme" },
    connection: {
      id: "conn-uuid",
      connectedAccountNanoId: "ca_abc",
      integrationId: "int-uuid",
      authConfigNanoId: "ac_abc",
      clientUniqueUserId: "default",
      status: "ACTIVE",
    },
  },
};

const v1 = {
  trigger_name: "GITHUB_STAR_ADDED_EVENT",
  connection_id: "conn-uuid",
  trigger_id: "0b7c1f0e-0000-4000-8000-000000000001",
  payload,
  log_id: "log_1",
};

const v2 = {
  type: "github_star_added_event",
  timestamp: "2026-01-02T03:04:00.000Z",
  log_id: "log_1",
  data: {
    connection_id: "conn-uuid",
    connection_nano_id: "ca_abc",
    trigger_nano_id: "ti_abc",
    trigger_id: "0b7c1f0e-0000-4000-8000-000000000001",
    user_id: "default",
    ...payload,
  },
};

const v3 = {
  id: "msg_1",
  timestamp: "2026-01-02T03:04:00.000Z",
  type: "composio.trigger.message",
  metadata: {
    log_id: "log_1",
    trigger_slug: "GITHUB_STAR_ADDED_EVENT",
    trigger_id: "ti_abc",
    connected_account_id: "ca_abc",
    auth_config_id: "ac_abc",
    user_id: "default",
  },
  data: payload,
};

test.each([
  ["realtime legacy", legacy],
  ["V1", v1],
  ["V2", v2],
  ["V3", v3],
])("the %s shape gives the trigger, the app and the payload as they were sent", (_name, body) => {
  const { event } = decodeBody(body);
  expect(event.triggerName).toBe("GITHUB_STAR_ADDED_EVENT");
  expect(event.appName).toBe("github");
  expect(event.payload).toEqual(payload);
  expect(JSON.parse(event.raw)).toEqual(body);
  expect(event.receivedAt).toEqual(new Date(receivedAt));
});

test("the legacy shape carries the ids of instance, account, auth config and user, and the original payload", () => {
  const { event } = decodeBody(legacy);
  expect(event).toMatchObject({
    triggerId: legacy.metadata.id,
    connectionId: "conn-uuid",
    integrationId: "int-uuid",
    entityId: "default",
    originalPayload: { raw: true },
    timestamp: new Date(receivedAt),
  });
});

test("V2 and V3 carry the user and the sender's own time", () => {
  for (const body of [v2, v3]) {
    const { event } = decodeBody(body);
    expect(event.entityId).toBe("default");
    expect(event.timestamp).toEqual(new Date("2026-01-02T03:04:00.000Z"));
  }
});

test("another V3 event keeps its type as its name", () => {
  const { event } = decodeBody({
    id: "msg_9",
    timestamp: "2026-01-02T03:04:00.000Z",
    type: "composio.connected_account.expired",
    metadata: { project_id: "pr_1", org_id: "ok_1" },
    data: {
      id: "ca_abc",
      status: "EXPIRED",
      user_id: "ada",
      auth_config: { id: "ac_1" },
      toolkit: { slug: "gmail" },
    },
  });
  expect(event).toMatchObject({
    id: "msg_9",
    triggerName: "composio.connected_account.expired",
    appName: "composio",
    connectionId: "ca_abc",
    integrationId: "ac_1",
    entityId: "ada",
  });
});

const admin = {
  type: "connected_account.add.completed",
  timestamp: "2026-01-02T03:04:00.000Z",
  data: {
    app_name: "gmail",
    integration_name: "gmail_1",
    integration_id: "int-1",
    connected_account_id: "conn-1",
    body: { status: "ACTIVE" },
  },
};

test.each([
  ["bare", admin],
  [
    "wrapped",
    { event: { method: "POST", path: "/", query: {}, client_ip: "x", url: "u", headers: {}, body: admin } },
  ],
])("the %s admin webhook is an event about a connected account", (_name, body) => {
  const { event } = decodeBody(body);
  expect(event).toMatchObject({
    triggerName: "connected_account.add.completed",
    appName: "gmail",
    connectionId: "conn-1",
    integrationId: "int-1",
    payload: admin.data,
  });
});

test("identity is the log id, else the message id, else one that is made for this delivery", () => {
  expect(decodeBody(v3)).toMatchObject({ event: { id: "log_1" }, hasId: true });
  const { log_id: _gone, ...metadata } = v3.metadata;
  expect(decodeBody({ ...v3, metadata }).event.id).toBe("msg_1");
  expect(decodeBody(legacy, { ...composio, messageId: "msg_header" }).event.id).toBe("msg_header");
  const [one, two] = [decodeBody(legacy), decodeBody(legacy)];
  expect(one.hasId).toBe(false);
  expect(one.event.id).not.toBe(two.event.id);
});

test.each([
  ["V1", v1],
  ["V2", v2],
  ["V3", v3],
])("a legacy copy without an id and its %s copy have a content hash in common", (_name, body) => {
  const without = decodeBody(legacy, composio, true);
  const withId = decodeBody(body, composio, true);
  expect(without.event.id).not.toBe(withId.event.id);
  expect(without.hashes.filter((hash) => withId.hashes.includes(hash))).not.toEqual([]);
});

test("two events with ids of their own are two, however alike", () => {
  const first = decodeBody(v3, composio, true);
  const second = decodeBody(
    { ...v3, id: "msg_2", metadata: { ...v3.metadata, log_id: "log_2" } },
    composio,
    true,
  );
  expect(first.hashes).toEqual(second.hashes);
  expect([first.hasId, second.hasId]).toEqual([true, true]);
  expect(first.event.id).not.toBe(second.event.id);
});

test("the digest does not depend on the order of members, and does on every value", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const shuffled = Object.fromEntries(Object.entries(value).reverse());
      const raw = JSON.stringify(value);
      const of = (name: string, payload: JsonObject, id: string) =>
        new ContentHash(name, payload, raw).of(id);
      const digest = of("A", value, "1");
      expect(of("A", shuffled, "1")).toBe(digest);
      expect(JSON.parse(new CanonicalJson().textOf(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(of("A", { ...value, more: "than before" }, "1")).not.toBe(digest);
      expect(of("A", value, "2")).not.toBe(digest);
      expect(of("B", value, "1")).not.toBe(digest);
    }),
  );
});

/** What `CanonicalJson` is to give, the slow way: whoever stored a digest has made it of this text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return new Map(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted((value as Record<string, unknown>)[name])]),
  );
}

function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  if (!(value instanceof Map)) return JSON.stringify(value);
  return `{${[...value].map(([name, member]) => `${JSON.stringify(name)}:${written(member)}`).join(",")}}`;
}

test("the canonical text is that of JSON.stringify, with the members in order, for every text there can be", () => {
  const units = fc.array(fc.nat(0xffff)).map((all) => String.fromCharCode(...all));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      units,
      fc.string(),
      fc.double(),
      fc.integer(),
      fc.constantFrom(null, true, false, "", '"', "\\", "\u007f", "\u2028", "\ud800"),
      fc.array(tie("value")),
      fc.dictionary(fc.oneof(units, fc.string()), tie("value")),
    ),
  }));
  fc.assert(
    fc.property(value, (any) => {
      const json = JSON.parse(JSON.stringify(any));
      expect(new CanonicalJson().textOf(json)).toBe(written(sorted(json)));
    }),
    { numRuns: runs(1000) },
  );
});

test.each([
  [
    "bytes that are not UTF-8",
    new Uint8Array([0x7b, 0xff, 0x7d]),
    "ERR_NOT_UTF8",
    /3 bytes is not valid UTF-8/,
  ],
  ["text that is not JSON", '{"a":', "ERR_NOT_JSON", /^The body is not JSON: /],
  ["an unknown shape", { hello: 1, world: 2 }, "ERR_SHAPE", /an object with the properties hello, world/],
  ["an array", [1, 2], "ERR_SHAPE", /an array of 2/],
  ["null", "null", "ERR_SHAPE", /null/],
  ["a V3 trigger message without a slug", { ...v3, metadata: {} }, "ERR_SHAPE", /id, timestamp, type/],
  ["a V1 event whose payload is text", { ...v1, payload: "x" }, "ERR_SHAPE", /trigger_name/],
])("%s is a DecodeError that says what was found", (_name, body, code, message) => {
  const failing = () => decodeBody(body);
  expect(failing).toThrow(DecodeError);
  expect(failing).toThrow(message as RegExp);
  expect(failing).toThrow(expect.objectContaining({ code }));
});

test("no JSON value, however odd, makes decoding throw anything but a DecodeError", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.constantFrom(legacy, v1, v2, v3, admin)),
      fc.jsonValue(),
      (body, odd) => {
        const mixed =
          typeof body === "object" && body !== null ? { ...body, metadata: odd, data: odd } : body;
        try {
          decodeBody(mixed);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      },
    ),
    { numRuns: runs(500) },
  );
});

test("a trigger instance's id of any length and text makes a key of bounded length", () => {
  const hashOf = (id: string) =>
    decodeBody({ ...legacy, metadata: { ...legacy.metadata, id, nanoId: id } }, composio, true).hashes;
  const odd = ["x".repeat(100_000), `${"x".repeat(99_999)}y`, "\0", "\ud800", ":", ""].map(hashOf);
  for (const hashes of odd) expect(hashes).toHaveLength(1);
  expect(Math.max(...odd.flat().map((hash) => hash.length))).toBeLessThan(600);
  expect(new Set(odd.flat()).size).toBe(odd.length);
});

test("numbers that JavaScript reads as infinite make no two contents one", () => {
  const digest = (raw: string) => new ContentHash("A", JSON.parse(raw) as JsonObject, raw).of("x");
  const all = ["null", "1e400", "-1e400", "1e401"].map((number) => digest(`{"a":${number}}`));
  expect(new Set(all).size).toBe(4);
});
