import { expect, test } from "vitest";
import { manualClock } from "../../support/manual-clock.js";
import { accountOf, call, enable, errorV3, iso, nano, run, SITE, STAR, text } from "./fixture.js";

const PATH = "/api/v3.1/internal/trigger/logs";
const MINUTE_MS = 60_000;

/** A platform with ten events, a minute apart, the last one now. */
async function tenEvents() {
  const clock = manualClock();
  const platform = await run({ clock, accounts: [{ appName: "github", userId: "bob" }] });
  await enable(platform);
  const bobs = await enable(platform, STAR, SITE, "bob");
  for (let n = 1; n <= 10; n += 1) {
    clock.advance(MINUTE_MS);
    const whose = n % 5 === 0 ? { triggerId: bobs.id } : { userId: "default" };
    await platform.fire(STAR, { data: { n, word: n === 7 ? "Needle" : "hay" }, ...whose });
  }
  const ask = (body: unknown) => call(platform, "POST", PATH, { body });
  const numbers = async (body: unknown): Promise<number[]> => {
    const { status, json, text: said } = await ask(body);
    expect(status, said).toBe(200);
    return json.data.map(
      (line: { meta: { triggerClientPayload: string } }) => JSON.parse(line.meta.triggerClientPayload).n,
    );
  };
  return { platform, clock, ask, numbers, nowMs: clock.now() };
}

test("a line has its ids, its names and its payloads as text", async () => {
  const { platform, ask } = await tenEvents();
  const { json } = await ask({ limit: 1 });
  const account = await accountOf(platform, "github", "bob");
  expect(json).toEqual({
    nextCursor: text,
    data: [
      {
        id: nano("log"),
        clientId: platform.project.id,
        connectionId: account.id,
        entityId: "bob",
        appName: "github",
        status: "success",
        createdAt: iso,
        type: "trigger",
        meta: {
          id: json.data[0].id,
          clientId: platform.project.id,
          connectionId: account.id,
          createdAt: iso,
          updatedAt: iso,
          provider: "github",
          type: "trigger",
          triggerName: STAR,
          triggerId: text,
          triggerNanoId: nano("ti"),
          triggerClientPayload: '{"n":10,"word":"hay"}',
          triggerProviderPayload: '{"n":10,"word":"hay"}',
          triggerClientError: null,
        },
      },
    ],
  });
  const one = await call(platform, "GET", `/api/v3/internal/trigger/log/${json.data[0].id}`);
  expect(one.json).toEqual({ log: json.data[0] });
  expect((await call(platform, "GET", "/api/v3/internal/trigger/log/nope")).json).toEqual(errorV3(404));
});

test("pages follow one another, newest first, and stand still while new events come", async () => {
  const { platform, ask } = await tenEvents();
  const seen: number[] = [];
  let cursor: string | null = null;
  do {
    const { json } = await ask({ limit: 4, cursor });
    for (const { meta } of json.data) seen.push(JSON.parse(meta.triggerClientPayload).n);
    cursor = json.nextCursor;
    await platform.fire(STAR, { data: { n: 99 } });
  } while (cursor !== null);
  expect(seen).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect((await ask({ cursor: "made-up" })).json).toEqual(errorV3(400));
});

test("from and to are epoch milliseconds, both inclusive; time counts back from now", async () => {
  const { numbers, nowMs } = await tenEvents();
  const at = (n: number) => nowMs - (10 - n) * MINUTE_MS;
  expect(await numbers({ from: at(8) })).toEqual([10, 9, 8]);
  expect(await numbers({ from: at(8) + 1 })).toEqual([10, 9]);
  expect(await numbers({ to: at(2) })).toEqual([2, 1]);
  expect(await numbers({ from: at(3), to: at(4) })).toEqual([4, 3]);
  expect(await numbers({ from: at(3), to: at(9), limit: 2 })).toEqual([9, 8]);
  expect(await numbers({ time: "5m" })).toEqual([10, 9, 8, 7, 6, 5]);
  expect(await numbers({ time: "1y" })).toHaveLength(10);
  expect(await numbers({ from: 0 }), "0 is a time").toHaveLength(10);
});

test("user, search and payloads on request", async () => {
  const { numbers, ask } = await tenEvents();
  expect(await numbers({ userId: "bob" })).toEqual([10, 5]);
  expect(await numbers({ entity_id: "bob" })).toEqual([10, 5]);
  expect(await numbers({ search: "needle" })).toEqual([7]);
  expect(await numbers({ search: "github_star" })).toHaveLength(10);
  expect(await numbers({ search: "nowhere" })).toEqual([]);
  const { json } = await ask({ include_payload: false, limit: 1 });
  expect(json.data[0].meta).not.toHaveProperty("triggerClientPayload");
});

test.each([
  [{ limit: 0 }],
  [{ limit: "many" }],
  [{ from: "yesterday" }],
  [{ time: "2h" }],
  [{ status: "odd" }],
  [{ cursor: 7 }],
  [[]],
])("what makes no sense is refused: %j", async (body) => {
  const platform = await run();
  expect((await call(platform, "POST", PATH, { body })).json).toEqual(errorV3(400));
});

test("no body at all asks for everything", async () => {
  const { platform } = await tenEvents();
  expect((await call(platform, "POST", PATH)).json.data).toHaveLength(10);
});

test("search_params are conditions on the members of a line", async () => {
  const { ask, numbers } = await tenEvents();
  const where = (...search_params: unknown[]) => numbers({ search_params });
  expect(await where({ field: "entityId", operation: "equals", value: "bob" })).toEqual([10, 5]);
  expect(await where({ field: "entityId", operation: "not_equals", value: "BOB" })).toHaveLength(8);
  expect(await where({ field: "triggerClientPayload", operation: "contains", value: "needle" })).toEqual([7]);
  const starts = { field: "triggerName", operation: "starts_with", value: "GITHUB_" };
  expect(await where(starts, { field: "entityId", value: "bob" })).toEqual([10, 5]);
  for (const field of ["toString", "__proto__", "nothing"]) {
    expect(await where({ field, operation: "contains", value: "o" }), field).toEqual([]);
  }
  for (const bad of [1, null, {}, { field: "id", operation: "near" }, { field: "id", operation: {} }]) {
    const { status, json } = await ask({ search_params: [bad] });
    expect(status, JSON.stringify(bad)).toBe(400);
    expect(json.error.message).toContain("search_params[0]");
  }
  expect((await ask({ search_params: "x" })).status).toBe(400);
});
