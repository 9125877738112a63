import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DecodeError } from "../../src/base/errors.js";
import { ListenerEventEmitter } from "../../src/base/listener-event-emitter.js";
import { CallbackIndex } from "../../src/callbacks/callback-index.js";
import { nameOfFilter } from "../../src/callbacks/filter.js";
import { frameFilter } from "../../src/callbacks/frame-filter.js";
import { parseFilter } from "../../src/callbacks/parse-filter.js";
import { decode } from "../../src/decode/index.js";
import { memoryInbox } from "../../src/inbox/memory/index.js";
import { bodyOf, readFrame } from "../../src/transports/websocket/protocol.js";
import { markVerified } from "../../src/verify/outcome.js";
import { runs } from "../support/runs.js";

const names = [
  "GITHUB_STAR_ADDED_EVENT",
  "SLACK_RECEIVE_MESSAGE",
  "ASK",
  "ASKED",
  "MISSIONS",
  "STRASSE",
] as const;
/** Names of the same trigger in another dress: case, and letters whose upper case is another letter's. */
const dressed = (name: string) =>
  fc.constantFrom(name, name.toLowerCase(), name.replaceAll("S", "ſ"), name.replace("SS", "ß"));
const name = fc.constantFrom(...names, "other.event", "composio.connected_account.expired").chain(dressed);

const key = fc.constantFrom(
  "type",
  "trigger_name",
  "trigger_slug",
  "triggerName",
  "typed",
  "a",
  "data",
  "metadata",
  "\\",
  '"type"',
);
const text = fc.oneof(
  name,
  fc.string({ unit: "binary" }),
  key,
  name.map((one) => `{"type":"${one}"}`),
);
const payload = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.constant(null),
    tie("object"),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
  object: fc.dictionary(fc.oneof(key, fc.string()), tie("value"), { maxKeys: 4 }),
})).object as fc.Arbitrary<Record<string, unknown>>;

/** Every shape that an event comes in. */
const body = fc.oneof(
  fc.record({
    id: fc.constant("msg_1"),
    timestamp: fc.constant("2026-01-05T10:00:00Z"),
    type: fc.constant("composio.trigger.message"),
    metadata: fc
      .tuple(payload, name)
      .map(([rest, slug]) => ({ ...rest, log_id: "log_1", trigger_slug: slug })),
    data: payload,
  }),
  fc.record({ type: name, timestamp: fc.constant("2026-01-05T10:00:00Z"), metadata: payload, data: payload }),
  fc.record({
    type: name,
    timestamp: fc.constant("2026-01-05T10:00:00Z"),
    log_id: fc.constant("log_1"),
    data: payload,
  }),
  fc.record({
    trigger_name: name,
    connection_id: fc.constant("c"),
    trigger_id: fc.constant("t"),
    payload,
    log_id: fc.constant("log_1"),
  }),
  fc.record({
    appName: fc.constant("app"),
    clientId: fc.constant(1),
    payload,
    originalPayload: payload,
    metadata: fc.tuple(payload, name).map(([rest, one]) => ({ ...rest, id: "t", triggerName: one })),
  }),
);

/** The members of an object, and of those within it, in another order. */
function shuffled(value: unknown, turn: number): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([one, inner]) => [one, shuffled(inner, turn)] as const);
  const at = entries.length === 0 ? 0 : turn % entries.length;
  return Object.fromEntries([...entries.slice(at), ...entries.slice(0, at)]);
}

const unicode = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Writes some letters of the strings as `\u` escapes, as some servers do. */
const escaped = (json: string, every: number) =>
  json.replace(/"(?:[^"\\]|\\.)*"/g, (literal) =>
    literal.replace(/\\u[0-9a-f]{4}|\\.|[A-Za-z_]/gi, (part, at: number) =>
      part.length === 1 && every > 0 && at % every === 0 ? unicode(part) : part,
    ),
  );

const written = fc.record({
  body,
  turn: fc.nat(7),
  space: fc.constantFrom(undefined, 1, "\t"),
  outerSpace: fc.constantFrom(undefined, 1),
  asText: fc.boolean(),
  innerEscapes: fc.constantFrom(0, 0, 0, 3, 7),
  outerEscapes: fc.constantFrom(0, 0, 0, 5),
  eventFirst: fc.constantFrom(true, true, true, false),
});

function frameOf(one: typeof written extends fc.Arbitrary<infer T> ? T : never): string {
  const inner = escaped(JSON.stringify(shuffled(one.body, one.turn), undefined, one.space), one.innerEscapes);
  const data: unknown = one.asText ? inner : JSON.parse(inner);
  const frame = one.eventFirst
    ? { event: "trigger_to_client", channel: "private-x_triggers", data }
    : { data, channel: "private-x_triggers", event: "trigger_to_client" };
  return escaped(JSON.stringify(frame, undefined, one.outerSpace), one.outerEscapes);
}

function indexOf(wanted: readonly unknown[]): CallbackIndex {
  const index = new CallbackIndex();
  for (const one of wanted) {
    const filter = parseFilter(one);
    index.add({
      name: index.names.unique(nameOfFilter(filter)),
      filter,
      handler: () => undefined,
      retry: { attempts: 1, baseMs: 0, capMs: 0 },
      attemptTimeoutMs: 1000,
    });
  }
  return index;
}

/** What the whole path would find for a frame. */
function matches(index: CallbackIndex, frame: string): number {
  const read = readFrame(frame);
  if (read === undefined) return 0;
  const delivery = { source: "websocket", body: bodyOf(read, frame), receivedAt: 0 } as const;
  try {
    const all = decode(markVerified(delivery, { provider: "composio", signed: true }), { contents: false });
    return all.reduce((sum, { event }) => sum + index.match(event, (callback) => callback).length, 0);
  } catch (error) {
    // No event can be made of it, so it is for no callback.
    if (error instanceof DecodeError) return 0;
    throw error;
  }
}

const passing = (index: CallbackIndex, reports = new ListenerEventEmitter()) => {
  const may = frameFilter(memoryInbox(), index.triggerNames, reports);
  if (may === undefined) throw new Error("Over a memory inbox frames may pass by.");
  return may;
};

const filters = fc.subarray([...names], { minLength: 1 }).chain((some) =>
  fc.constantFrom<readonly unknown[]>(
    some,
    some.map((one) => one.toLowerCase()),
    some.map((triggerName) => ({ triggerName, payload: {} })),
    [{ triggerName: some }],
    [...some, { appName: "github" }],
    [{ where: () => true }],
  ),
);

describe("a frame passes by unread", () => {
  test("never, where a callback would have matched: escapes, order, spaces, letters, names in payloads, every shape", () => {
    let passed = 0;
    let matched = 0;
    fc.assert(
      fc.property(written, filters, (one, wanted) => {
        const frame = frameOf(one);
        const index = indexOf(wanted);
        const by = passing(index)(Buffer.from(frame));
        const count = matches(index, frame);
        if (by) passed += 1;
        if (count > 0) matched += 1;
        expect(by && count > 0).toBe(false);
      }),
      { numRuns: runs(20_000) },
    );
    // It would hold of nothing at all, too.
    expect(passed).toBeGreaterThan(runs(20_000) / 500);
    expect(matched).toBeGreaterThan(runs(20_000) / 10);
  });

  const plain = (name: string, data: Record<string, unknown> = {}) =>
    Buffer.from(
      JSON.stringify({
        event: "trigger_to_client",
        channel: "private-x_triggers",
        data: JSON.stringify({
          id: "msg_1",
          type: "composio.trigger.message",
          metadata: { log_id: "log_1", trigger_slug: name },
          data,
        }),
      }),
    );

  test("where its trigger is another one", () => {
    const by = passing(indexOf(["ASK"]));
    expect(by(plain("OTHER"))).toBe(true);
    expect(by(plain("OTHER", { type: "User", text: 'he said "type"', list: [{ type: 5 }] }))).toBe(false);
    expect(by(plain("OTHER", { type: "User", nested: '{"type":"ASK"}' }))).toBe(true);
    expect(by(plain("ask"))).toBe(false);
    expect(by(plain("OTHER", { type: "Ask" }))).toBe(false);
    expect(by(plain("OTHER", { text: "søme — 汉字 🙂" }))).toBe(true);
    // Its bytes could be those of a name in another dress.
    expect(by(plain("OTHER", { type: "Größe" }))).toBe(false);
  });

  test("not where a member comes twice, and the second names what was asked for", () => {
    const by = passing(indexOf(["ASK"]));
    const twice = (second: string) =>
      Buffer.from(
        plain("OTHER", { end: true })
          .toString()
          .replace(/}}"}$/, `},\\"metadata\\":{\\"trigger_slug\\":\\"${second}\\"}}"}`),
      );
    expect(JSON.parse(JSON.parse(twice("ASK").toString()).data).metadata.trigger_slug).toBe("ASK");
    expect(by(twice("ASK"))).toBe(false);
    expect(by(twice("ASKED"))).toBe(true);
  });

  test("soon again, after many that were all asked for", () => {
    const by = passing(indexOf(["ASK"]));
    for (let n = 0; n < 100; n += 1) expect(by(plain("ASK"))).toBe(false);
    const others = Array.from({ length: 40 }, () => by(plain("OTHER")));
    const first = others.indexOf(true);
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThan(16);
    expect(others.slice(first)).not.toContain(false);
  });

  test("not where somebody hears of every event, or nobody has asked yet, or the inbox outlives the process", () => {
    const reports = new ListenerEventEmitter();
    const by = passing(indexOf(["ASK"]), reports);
    const off = reports.on("event.unmatched", () => undefined);
    expect(by(plain("OTHER"))).toBe(false);
    off();
    expect(by(plain("OTHER"))).toBe(true);
    expect(passing(indexOf([]))(plain("OTHER"))).toBe(false);
    expect(
      frameFilter({ ...memoryInbox(), durable: true }, indexOf(["ASK"]).triggerNames, reports),
    ).toBeUndefined();
  });

  test("no longer, once its callback has come, and again when it has gone", () => {
    const index = indexOf(["ASK"]);
    const by = passing(index);
    const filter = parseFilter("OTHER");
    const off = index.add({
      name: "late",
      filter,
      handler: () => undefined,
      retry: { attempts: 1, baseMs: 0, capMs: 0 },
      attemptTimeoutMs: 1000,
    });
    expect(by(plain("OTHER"))).toBe(false);
    off();
    expect(by(plain("OTHER"))).toBe(true);
  });
});
