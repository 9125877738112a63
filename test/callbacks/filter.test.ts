import fc from "fast-check";
import { expect, test } from "vitest";
import type { Callback } from "../../src/callbacks/callback.js";
import { CallbackIndex } from "../../src/callbacks/callback-index.js";
import { contains } from "../../src/callbacks/contains.js";
import { fieldNames, nameOfFilter } from "../../src/callbacks/filter.js";
import { parseFilter } from "../../src/callbacks/parse-filter.js";
import type { TriggerEvent } from "../../src/model/event.js";
import { runs } from "../support/runs.js";
import { event } from "./events.js";
import { patterns, payloads, sharedPatterns } from "./patterns.js";
import { selects } from "./reference-filter.js";

function callback(wanted: unknown, name = "callback"): Callback {
  return {
    name,
    filter: parseFilter(wanted),
    handler: () => undefined,
    retry: { attempts: 1, baseMs: 0, capMs: 0 },
    attemptTimeoutMs: 1000,
  };
}

function matches(wanted: unknown, of: TriggerEvent): boolean {
  const index = new CallbackIndex();
  index.add(callback(wanted));
  return index.match(of, (same) => same).length === 1;
}

test.each([
  ["a name", "GITHUB_STAR_ADDED_EVENT", true],
  ["a name in another case", "github_star_added_event", true],
  ["another name", "GITHUB_COMMIT_EVENT", false],
  ["a list with the name", ["SLACK_RECEIVE_MESSAGE", "GITHUB_STAR_ADDED_EVENT"], true],
  ["the app", { appName: "GitHub" }, true],
  ["another app", { appName: "slack" }, false],
  ["the instance", { triggerId: "0b7c-uuid" }, true],
  ["the account and the wrong user", { connectionId: "conn-uuid", entityId: "ada" }, false],
  [
    "every key",
    {
      triggerName: "GITHUB_STAR_ADDED_EVENT",
      appName: "github",
      triggerId: ["x", "0B7C-UUID"],
      connectionId: "conn-uuid",
      integrationId: "int-uuid",
      entityId: "default",
    },
    true,
  ],
  ["a part of the payload", { payload: { repository: { owner: "acme" } } }, true],
  ["a part of the payload that differs", { payload: { repository: { owner: "evil" } } }, false],
  ["a whole array", { payload: { repository: { topics: ["a", "b"] } } }, true],
  ["a shorter array", { payload: { repository: { topics: ["a"] } } }, false],
  ["a member that every object inherits", { payload: { toString: {} } }, false],
  ["a predicate", { where: (of: TriggerEvent) => of.payload.action === "created" }, true],
  ["nothing at all", {}, true],
])("%s", (_name, wanted, expected) => {
  expect(matches(wanted, event())).toBe(expected);
});

test("an instance, account or auth config is found by its nano id too", () => {
  const legacy = event({
    metadata: { nanoId: "ti_1", connection: { connectedAccountNanoId: "ca_1", authConfigNanoId: "ac_1" } },
  });
  expect(matches({ triggerId: "ti_1" }, legacy)).toBe(true);
  expect(matches({ connectionId: "ca_1", integrationId: "ac_1" }, legacy)).toBe(true);
  expect(matches({ triggerId: ["ti_1", "0b7c-uuid"] }, legacy)).toBe(true);
});

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { value };
  return value;
}

function cyclic(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

test.each<[unknown, string]>([
  [{ triggername: "X" }, "A filter has no key `triggername`. Did you mean `triggerName`?"],
  [{ conectionId: "X" }, "Did you mean `connectionId`?"],
  [{ triggerName: "" }, "`triggerName` is a non-empty string or a list of them, not an empty string."],
  [{ triggerName: [] }, "`triggerName` is an empty list: it would match nothing."],
  [{ appName: 5 }, "not 5."],
  [{ payload: [] }, "`payload` is an object with a part of the payload, not an array."],
  [{ where: "x" }, "`where` is a function from an event to a boolean, not a string."],
  [undefined, "A filter is a trigger name or an object, not undefined."],
  [7, "not 7."],
  [/GITHUB_.*/, "not a value of the kind RegExp."],
  [new Map([["triggerName", "X"]]), "not a value of the kind Map."],
  [new Date(0), "not a value of the kind Date."],
  [{ payload: { title: /bug/ } }, "`payload.title` is a value of the kind RegExp"],
  [{ payload: { at: [new Date(0)] } }, "`payload.at[0]` is a value of the kind Date"],
  [{ payload: new Map() }, "`payload` is a value of the kind Map"],
  [{ payload: { channel: undefined } }, "`payload.channel` is undefined"],
  [{ payload: { count: Number.NaN } }, "`payload.count` is NaN"],
  [{ payload: { count: 5n } }, "`payload.count` is a bigint"],
  [{ payload: { test: () => true } }, "`payload.test` is a function"],
  [{ payload: { within: nested(10_000) } }, "more than 100 levels deep"],
  [{ payload: { itself: cyclic() } }, "an object that contains itself"],
])("a filter that is wrong says what and where: %#", (wanted, message) => {
  expect(() => parseFilter(wanted)).toThrow(expect.objectContaining({ code: "ERR_FILTER" }));
  expect(() => parseFilter(wanted)).toThrow(message);
});

test("callbacks are found in the order of their registration, across all indices", () => {
  const index = new CallbackIndex();
  const filters = [
    {},
    { appName: "github" },
    "GITHUB_STAR_ADDED_EVENT",
    { triggerId: "0b7c-uuid" },
    { entityId: "default" },
    {},
  ];
  for (const [at, wanted] of filters.entries()) index.add(callback(wanted, String(at)));
  expect(index.match(event(), (same) => same).map(({ name }) => name)).toEqual([
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
  ]);
});

test("what is taken off is not found, and leaves nothing behind", () => {
  const index = new CallbackIndex();
  const off = index.add(callback("GITHUB_STAR_ADDED_EVENT"));
  const stays = callback({ appName: "github" }, "stays");
  index.add(stays);
  expect(index.size).toBe(2);
  expect(index.match(event(), (same) => same)).toHaveLength(2);
  off();
  off();
  expect(index.size).toBe(1);
  const found = index.match(event(), (same) => same);
  expect(found).toHaveLength(1);
  // The same object: one that only looks alike would pass a comparison by members.
  expect(found[0]).toBe(stays);
});

test("a filter that its caller changes after the registration goes on selecting what it did", () => {
  const index = new CallbackIndex();
  const wanted = { payload: { repo: { name: "a" }, tags: ["x"], size: { $in: [1] } } };
  index.add(callback(wanted, "a"));
  wanted.payload.repo.name = "b";
  wanted.payload.tags.push("y");
  wanted.payload.size.$in[0] = 2;
  index.add(callback(wanted, "b"));
  const found = (payload: Record<string, unknown>) =>
    index.match(event({ payload }), (same) => same).map(({ name }) => name);
  expect(found({ repo: { name: "a" }, tags: ["x"], size: 1 })).toEqual(["a"]);
  expect(found({ repo: { name: "b" }, tags: ["x", "y"], size: 2 })).toEqual(["b"]);
});

test("a predicate that throws does not lose the event: its callback is run, and fails", () => {
  const index = new CallbackIndex();
  const thrown = new Error("boom");
  index.add(
    callback({
      where: () => {
        throw thrown;
      },
    }),
  );
  const seen: unknown[] = [];
  const found = index.match(event(), (failing, error) => {
    seen.push(error);
    return failing;
  });
  expect(found).toHaveLength(1);
  expect(seen).toEqual([thrown]);
});

test("the index never finds more or fewer than testing every filter by itself", () => {
  const value = fc.constantFrom("a", "B", "b", "c", "A");
  const filter = fc.record(
    Object.fromEntries(
      fieldNames.map((key) => [key, fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }))]),
    ),
    { requiredKeys: [] },
  );
  const facts = fc.record(Object.fromEntries(fieldNames.map((key) => [key, value])));
  const metadata = fc.record(
    { nanoId: value, trigger_nano_id: value, connection_nano_id: value },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(filter, { maxLength: 12 }), facts, metadata, (filters, names, meta) => {
      const { provider = "", route, ...named } = names;
      const of = event({ ...named, origin: { provider, route, signed: true }, metadata: meta });
      const index = new CallbackIndex();
      for (const [at, wanted] of filters.entries()) index.add(callback(wanted, String(at)));
      const found = index.match(of, (same) => same).map(({ name }) => Number(name));
      const one = (wanted: Record<string, unknown>) =>
        Object.entries(wanted).every(([key, wish]) => {
          const second =
            key === "triggerId"
              ? (meta.nanoId ?? meta.trigger_nano_id)
              : key === "connectionId"
                ? meta.connection_nano_id
                : undefined;
          const first = key === "provider" || key === "route" ? of.origin[key] : of[key as "appName"];
          const have = [first, second].map((name) => name?.toLowerCase());
          return [wish].flat().some((name) => have.includes(String(name).toLowerCase()));
        });
      expect(found).toEqual(filters.flatMap((wanted, at) => (one(wanted) ? [at] : [])));
    }),
    { numRuns: runs(500) },
  );
});

test("callbacks come and go between events, and a list that was given out stays as it was", () => {
  const wanted = fc.constantFrom(
    "a",
    "b",
    {},
    { appName: "a" },
    { triggerName: ["a", "b"] },
    { where: () => true },
  );
  const act = fc.oneof(
    fc.record({ add: wanted }),
    fc.record({ off: fc.nat(20) }),
    fc.constant("look" as const),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), fc.constantFrom("a", "b"), (acts, name) => {
      const of = event({ triggerName: name, appName: name });
      const index = new CallbackIndex();
      const all: { readonly callback: Callback; readonly fits: boolean; readonly off: () => void }[] = [];
      const there = new Set<(typeof all)[number]>();
      const given: { readonly list: readonly Callback[]; readonly copy: readonly Callback[] }[] = [];
      for (const [at, one] of acts.entries()) {
        if (one === "look") {
          const list = index.match(of, (same) => same);
          expect(list).toEqual([...there].filter(({ fits }) => fits).map(({ callback }) => callback));
          given.push({ list, copy: [...list] });
        } else if ("add" in one) {
          const made = callback(one.add, String(at));
          const entry = { callback: made, fits: matches(one.add, of), off: index.add(made) };
          all.push(entry);
          there.add(entry);
        } else {
          const entry = all[one.off];
          if (entry === undefined) continue;
          entry.off();
          there.delete(entry);
        }
        expect(index.size).toBe(there.size);
      }
      for (const { list, copy } of given) expect(list).toEqual(copy);
    }),
    { numRuns: runs(1000) },
  );
});

test("payload conditions that are indexed find what testing every filter finds, while callbacks come and go", () => {
  const wanted = fc.record(
    { triggerName: fc.constantFrom("a", "b"), payload: fc.oneof(patterns, sharedPatterns) },
    { requiredKeys: [] },
  );
  const act = fc.oneof(
    { weight: 6, arbitrary: fc.record({ add: wanted }) },
    { weight: 2, arbitrary: fc.record({ off: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ look: payloads }) },
  );
  let found = 0;
  fc.assert(
    fc.property(
      fc.array(act, { minLength: 20, maxLength: 60 }),
      fc.array(payloads, { minLength: 3 }),
      (acts, last) => {
        const index = new CallbackIndex();
        const all: { readonly callback: Callback; readonly off: () => void }[] = [];
        const there = new Set<(typeof all)[number]>();
        const look = (payload: object) => {
          const of = event({ triggerName: "a", payload: payload as never });
          const fits = [...there].filter(({ callback: { filter } }) => {
            const names = filter.fields.get("triggerName");
            return (names === undefined || names.includes("A")) && selects(filter.payload ?? {}, payload);
          });
          expect(index.match(of, (same) => same)).toEqual(fits.map(({ callback }) => callback));
          found += fits.length;
        };
        for (const [at, one] of acts.entries()) {
          if ("look" in one) look(one.look);
          else if ("add" in one) {
            const made = callback(one.add, String(at));
            const entry = { callback: made, off: index.add(made) };
            all.push(entry);
            there.add(entry);
          } else {
            const entry = all[one.off];
            entry?.off();
            if (entry !== undefined) there.delete(entry);
          }
        }
        for (const payload of last) look(payload);
        for (const entry of there) entry.off();
        there.clear();
        look({ a: 1, b: "a" });
      },
    ),
    { numRuns: runs(300) },
  );
  // Else nothing was compared.
  expect(found).toBeGreaterThan(1000);
});

test.each<[string, (n: number) => object]>([
  ["an equality", (n) => ({ number: n })],
  ["an equality beside one that all share", (n) => ({ action: "opened", number: n })],
  ["$in", (n) => ({ number: { $in: [n, -n - 1] } })],
  ["a path into a list", (n) => ({ labels: { name: `l${n}`, color: "red" } })],
  ["$or of different members", (n) => ({ $or: [{ number: n }, { deep: { id: n } }] })],
  ["$and, and an operator", (n) => ({ $and: [{ stars: { $gte: 1 } }, { number: n }] })],
  ["an element", (n) => ({ labels: { $contains: { name: `l${n}` } } })],
])("of 5,000 callbacks, only those that can match are tried: by %s", (_, payloadOf) => {
  const count = 5000;
  const index = new CallbackIndex();
  let tried = 0;
  for (let n = 0; n < count; n += 1) {
    const made = callback({ payload: payloadOf(n) }, String(n));
    const test = made.filter.testPayload;
    const testPayload = (payload: unknown) => {
      tried += 1;
      return test?.(payload) === true;
    };
    index.add({ ...made, filter: { ...made.filter, testPayload } });
  }
  for (let n = 0; n < count; n += 100) {
    const labels = [{ name: `l${n}`, color: "red" }, { name: "other" }];
    const payload = { action: "opened", number: n, stars: 3, labels };
    const found = index.match(event({ payload }), (same) => same);
    expect(found.map(({ name }) => name)).toEqual([String(n)]);
  }
  expect(tried).toBeLessThanOrEqual((count / 100) * 3);
});

test("contains: a value contains itself, and what is removed from it still is a part", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (whole) => {
      const value = JSON.parse(JSON.stringify(whole)) as Record<string, unknown>;
      expect(contains(value, structuredClone(value))).toBe(true);
      const [first, ...rest] = Object.keys(value);
      if (first !== undefined) {
        const part = Object.fromEntries(rest.map((name) => [name, value[name]]));
        expect(contains(value, part)).toBe(true);
        expect(contains(part, value)).toBe(Object.hasOwn(part, first));
      }
    }),
  );
});

test("a callback without a name takes its filter's text", () => {
  expect(nameOfFilter(parseFilter("a_b"))).toBe("A_B");
  expect(nameOfFilter(parseFilter({ appName: ["x", "y"], payload: { a: 1 } }))).toBe(
    'appName=X|Y payload={"a":1}',
  );
  expect(nameOfFilter(parseFilter({}))).toBe("*");
});
