import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { builtInCatalog } from "../../src/catalog/index.js";
import { startPlatform } from "../../src/dev/index.js";
import { PayloadMaker } from "../../src/dev/payload.js";
import { Toolset } from "../../src/index.js";
import { samplePayload } from "../../src/json-schema/sample.js";
import type { JsonObject, JsonSchema } from "../../src/model/json.js";
import { runs } from "../support/runs.js";
import { payloadSchema, seeded } from "./schemas.js";

const NOW = Date.parse("2026-02-03T04:05:06.789Z");
const makerOf = (seed: number) => new PayloadMaker({ now: () => NOW }, seeded(seed));
const typeOf = (name: string) => {
  const type = builtInCatalog().find((one) => one.name === name);
  if (type === undefined) throw new Error(`no ${name}`);
  return type;
};
const manyOf = (name: string, count = 200): JsonObject[] => {
  const maker = makerOf(1);
  return Array.from({ length: count }, () => maker.make(typeOf(name), {}));
};
const validator = (schema: JsonSchema) => z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

test("a payload of an event matches its schema, whatever the schema says", () => {
  fc.assert(
    fc.property(payloadSchema, fc.nat(), (schema, seed) => {
      const payload = samplePayload(schema, seeded(seed), { atUs: NOW * 1_000 });
      const result = validator(schema).safeParse(payload);
      expect(result.success, `${JSON.stringify(payload)} ${result.error?.message}`).toBe(true);
    }),
    { numRuns: runs(500) },
  );
});

test.each(builtInCatalog().map((type) => [type.name, type] as const))(
  "two events of %s share no id of their own and no time",
  (_, type) => {
    const maker = makerOf(7);
    const watched = new Set(Object.keys(type.config.properties ?? {}).map(comparable));
    const [first, second] = [maker.make(type, {}), maker.make(type, {})].map((payload) => {
      validator(type.payload).parse(payload);
      return idsAndTimes(payload, watched);
    });
    const shared = [...(first ?? [])].filter(
      ([path, value]) => value !== undefined && second?.get(path) === value,
    );
    expect(shared).toEqual([]);
  },
);

test("the times of a payload are the moment of firing, not a constant", () => {
  const [star] = manyOf("GITHUB_STAR_ADDED_EVENT", 1);
  expect(star?.starred_at).toBe("2026-02-03T04:05:06Z");
  const [message] = manyOf("SLACK_RECEIVE_MESSAGE", 1);
  expect(message?.ts).toBe(`${Math.floor(NOW / 1000)}.789000`);
});

test("most Slack messages are a person's, some are a bot's; some are in a thread, and all have their own ts", () => {
  const messages = manyOf("SLACK_RECEIVE_MESSAGE");
  const bots = messages.filter(({ bot_id }) => typeof bot_id === "string").length;
  expect(bots).toBeGreaterThan(0);
  expect(bots).toBeLessThan(messages.length / 3);
  const threads = messages.filter(({ thread_ts }) => typeof thread_ts === "string");
  expect(threads.length).toBeGreaterThan(20);
  expect(threads.length).toBeLessThan(messages.length);
  for (const { ts, thread_ts } of threads) expect(Number(thread_ts)).toBeLessThan(Number(ts));
  expect(new Set(messages.map(({ ts }) => ts)).size).toBe(messages.length);
});

test("what may be missing is missing in some events, what may be null is null in some", () => {
  const events = manyOf("GOOGLECALENDAR_EVENT_STARTING_SOON_TRIGGER");
  const shares = [
    events.filter((event) => "organizer_self" in event).length,
    events.filter(({ summary }) => summary === null).length,
  ];
  for (const count of shares) {
    expect(count).toBeGreaterThan(20);
    expect(count).toBeLessThan(180);
  }
});

test("one id is the same everywhere in a payload, within links and texts too", () => {
  const [commit] = manyOf("GITHUB_COMMIT_EVENT", 1);
  expect(commit?.id).toMatch(/^[0-9a-f]{40}$/);
  expect(commit?.url).toBe(`https://github.com/acme/site/commit/${commit?.id}`);
  const [pull] = manyOf("GITHUB_PULL_REQUEST_EVENT", 1);
  expect(pull?.url).toBe(`https://github.com/acme/site/pull/${pull?.number}`);
});

test("what the trigger was configured with is what its events are of", () => {
  const type = typeOf("DISCORD_NEW_MESSAGE_TRIGGER");
  expect(makerOf(1).make(type, { channel_id: "123" })).toMatchObject({ message: { channel_id: "123" } });
  expect(makerOf(1).make(type, {})).toMatchObject({ message: { channel_id: "41771983423143937" } });
});

test("a schema without examples gives new ids and the moment of firing too", () => {
  const schema = {
    type: "object",
    properties: {
      id: { type: "string" },
      number: { type: "integer" },
      ts: { type: "string" },
      created: { type: "integer" },
      updated_at: { type: "string", format: "date-time" },
    },
    required: ["id", "number", "ts", "created", "updated_at"],
  };
  const type = { ...typeOf("GITHUB_STAR_ADDED_EVENT"), payload: schema };
  const maker = makerOf(3);
  const events = Array.from({ length: 100 }, () => maker.make(type, {}));
  for (const name of ["id", "number", "ts"]) {
    expect(new Set(events.map((event) => event[name])).size, name).toBe(100);
  }
  expect(events[0]).toMatchObject({ created: Math.floor(NOW / 1000), updated_at: "2026-02-03T04:05:06Z" });
});

test("the same numbers and the same clock give the same events", () => {
  expect(manyOf("STRIPE_PAYMENT_FAILED_TRIGGER", 20)).toEqual(manyOf("STRIPE_PAYMENT_FAILED_TRIGGER", 20));
});

test("in code, `changes` are merged over the sample and `data` is the whole payload", async () => {
  const platform = await startPlatform();
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  try {
    await toolset.enableTrigger("SLACK_REACTION_ADDED", { config: {} });
    const fired = await platform.fire("SLACK_REACTION_ADDED", { changes: { item: { channel: "C1" } } });
    expect(fired.events[0]?.payload).toMatchObject({
      reaction: expect.any(String),
      item: { channel: "C1", type: "message", ts: expect.any(String) },
    });
    expect(fired).toMatchObject({ connections: 0, webhook: undefined });
    const raw = await platform.fire("SLACK_REACTION_ADDED", { data: { reaction: "eyes" } });
    expect(raw.events[0]?.payload).toEqual({ reaction: "eyes" });
    await expect(platform.fire("SLACK_REACTION_ADDED", { data: {}, changes: {} })).rejects.toMatchObject({
      code: "ERR_OPTION",
    });
  } finally {
    await toolset.close();
    await platform.stop();
  }
});

const comparable = (name: string) => name.replaceAll("_", "").toLowerCase();

/** Members whose names say that they are an id or a time, with their paths. */
function idsAndTimes(value: unknown, watched: ReadonlySet<string>, path = ""): Map<string, unknown> {
  const found = new Map<string, unknown>();
  if (typeof value !== "object" || value === null) return found;
  for (const [name, member] of Object.entries(value)) {
    const at = `${path}.${name}`;
    const isOwn = /(^|_)(id|ts|gid|sha)$|Id$|(_at|_time|^created|timestamp)$/.test(name);
    const isThing = typeof member === "number" || (typeof member === "string" && /\d/.test(member));
    if (isOwn && isThing && !watched.has(comparable(name))) found.set(at, member);
    for (const [inner, one] of idsAndTimes(member, watched, at)) found.set(inner, one);
  }
  return found;
}
