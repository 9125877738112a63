import fc from "fast-check";
import { expect, test } from "vitest";
import { Client } from "../../src/client/client.js";
import { readOldestFirst } from "../../src/client/v1/reverse-pages.js";
import type { TriggerLog } from "../../src/model/trigger-log.js";
import type { LogsBodyV3 } from "../../src/protocol/rest-v3.js";
import type { ApiVersion } from "../../src/settings/toolset.js";
import { account1, account3, page3, setUp } from "./fixture.js";
import { type Answerer, type Seen, settingsFor } from "./support.js";

interface Line {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly name?: string;
  readonly account?: string;
  readonly error?: string;
}

const signal = new AbortController().signal;

const active1 = [
  ["t1", "A_B", "ca_1"],
  ["t2", "ONE_OF_TWO", "ca_1"],
  ["t3", "ONE_OF_TWO", "ca_1"],
].map(([id, triggerName, connectionId]) => ({ id, triggerName, connectionId, triggerConfig: {} }));

/** The log endpoint of generation 3, over lines in any order; cursors are offsets. */
function log3(lines: () => readonly Line[], { pageSize = 1000, isAlwaysNext = false } = {}): Answerer {
  return ({ what, body }) => {
    if (what === "GET /api/v3.1/connected_accounts") return page3([account3("ca_1")]);
    if (what !== "POST /api/v3.1/internal/trigger/logs") return { status: 404 };
    const asked = JSON.parse(body) as LogsBodyV3;
    const found = lines()
      .filter(({ at }) => at >= (asked.from ?? 0) && at <= (asked.to ?? Number.POSITIVE_INFINITY))
      .filter(
        ({ error }) => asked.status === undefined || (asked.status === "error") === (error !== undefined),
      )
      .sort((a, b) => b.at - a.at);
    const from = Number(asked.cursor ?? 0);
    const until = from + Math.min(asked.limit ?? 10, pageSize);
    const data = found.slice(from, until).map(({ id, at, name = "A_B", account = "ca_1", error }) => ({
      id,
      connectionId: account,
      entityId: "default",
      appName: "A",
      status: error === undefined ? "success" : "error",
      createdAt: new Date(at).toISOString(),
      meta: {
        triggerName: name,
        triggerNanoId: "ti_1",
        triggerClientPayload: JSON.stringify({ id }),
        triggerProviderPayload: "{broken",
        triggerClientError: error ?? null,
      },
    }));
    return { json: { data, nextCursor: until < found.length || isAlwaysNext ? String(until) : null } };
  };
}

/** The log endpoint of generation 1, over lines that stand newest first. */
function log1(lines: () => readonly Line[], onAsked: (seen: Seen) => void = () => undefined): Answerer {
  return (seen) => {
    if (seen.what === "GET /api/v1/connectedAccounts")
      return { json: { items: [account1("ca_1")], totalPages: 1, page: 1 } };
    if (seen.what === "GET /api/v1/connectedAccounts") return { json: { items: [account1("ca_1")] } };
    if (seen.what === "GET /api/v1/triggers/active_triggers") return { json: { triggers: active1 } };
    if (seen.what !== "GET /api/v1/triggers/logs") return { status: 404 };
    onAsked(seen);
    const { query } = seen;
    const account = query.get("connectionId");
    const found = lines().filter((line) => account === null || (line.account ?? "ca_1") === account);
    const limit = Number(query.get("limit"));
    const page = Number(query.get("page"));
    const data = found
      .slice((page - 1) * limit, page * limit)
      .map(({ id, at, name = "A_B", account = "ca_1", error }) => ({
        id,
        clientId: "c1",
        connectionId: account,
        triggerName: name,
        appKey: "A",
        triggerClientPayload: JSON.stringify({ id }),
        triggerProviderPayload: "{broken",
        triggerClientError: error ?? null,
        createdAt: new Date(at).toISOString(),
      }));
    return {
      json: {
        data,
        pageInfo: { currentPage: page, perPage: limit, totalPages: Math.ceil(found.length / limit) },
      },
    };
  };
}

const logOf: Readonly<Record<ApiVersion, (lines: readonly Line[]) => Answerer>> = {
  v3: (lines) => log3(() => lines),
  v1: (lines) => log1(() => lines),
};

function many(count: number, first = 1_000_000): Line[] {
  return Array.from({ length: count }, (_, index) => ({ id: `l${index}`, at: first - index * 10 }));
}

async function oldestFirst(version: ApiVersion, answer: Answerer, since: number, until: number) {
  const { server } = await setUp(version, answer);
  const client = new Client(settingsFor(server.url, { apiVersion: version }));
  const found: TriggerLog[] = [];
  try {
    for await (const line of client.platformAccess().logs({ since, until, signal })) found.push(line);
  } finally {
    await client.close();
  }
  return { ids: found.map(({ id }) => id), found, calls: server.seen.length };
}

test.each<ApiVersion>(["v3", "v1"])(
  "%s: a line of the log, JSON that is text read, what cannot be read kept raw",
  async (version) => {
    const { toolset } = await setUp(version, logOf[version]([{ id: "l1", at: 5_000, error: "timed out" }]));
    const [line] = await toolset.triggerLogs();
    expect(line).toMatchObject({
      id: "l1",
      triggerName: "A_B",
      appName: "a",
      connectionId: "ca_1",
      status: "error",
      payload: { id: "l1" },
      originalPayload: undefined,
      error: "timed out",
      createdAt: new Date(5_000),
    });
    expect(JSON.stringify(line?.raw)).toContain("{broken");
  },
);

test.each<ApiVersion>(["v3", "v1"])("%s: 100 lines unless asked for more or for a time", async (version) => {
  const { toolset, asked } = await setUp(version, logOf[version](many(250)));
  const ids = async (query: object) => (await toolset.triggerLogs(query)).map(({ id }) => id);
  expect(await ids({})).toEqual(many(100).map(({ id }) => id));
  expect(asked()).toHaveLength(1);
  expect(await ids({ limit: 3 })).toEqual(["l0", "l1", "l2"]);
  expect(await ids({ limit: 0 })).toEqual([]);
  expect(await ids({ limit: Number.POSITIVE_INFINITY })).toHaveLength(250);
  // From the 201st line on, inclusive; up to the 11th, exclusive.
  expect(await ids({ since: new Date(1_000_000 - 2000), until: 1_000_000 - 100 })).toEqual(
    many(250)
      .slice(11, 201)
      .map(({ id }) => id),
  );
});

test.each<ApiVersion>(["v3", "v1"])(
  "%s: logs by status, name, account, entity, integration",
  async (version) => {
    const lines: Line[] = [
      { id: "a", at: 40, name: "A_B" },
      { id: "b", at: 30, name: "C_D", error: "boom" },
      { id: "c", at: 20, name: "A_B", account: "ca_2" },
      { id: "d", at: 10, name: "A_B", account: "uuid-ca_1" },
    ];
    const { toolset } = await setUp(version, logOf[version](lines));
    const ids = async (query: object) => (await toolset.triggerLogs(query)).map(({ id }) => id).join("");
    expect(await ids({ status: "error" })).toBe("b");
    expect(await ids({ status: "success" })).toBe("acd");
    expect(await ids({ triggerNames: "c_d" })).toBe("b");
    expect(await ids({ connectedAccountIds: "ca_2" })).toBe("c");
    expect(await ids({ connectedAccountIds: "ca_1" })).toBe(version === "v3" ? "abd" : "ab");
    // The account's id or its UUID, whichever the line has.
    const own = version === "v3" ? "abd" : "ab";
    expect(await ids({ entityIds: "default" })).toBe(own);
    expect(await ids({ integrationIds: version === "v3" ? "ac_1" : "int-1" })).toBe(own);
    expect(await ids({ triggerIds: "ti_1" })).toBe(version === "v3" ? "abcd" : "");
  },
);

test("v1: a text is searched for here, and reading stops once lines are too old", async () => {
  const { toolset, asked } = await setUp("v1", logOf.v1(many(1000)));
  expect((await toolset.triggerLogs({ search: "L42" })).map(({ id }) => id)).toContain("l42");
  const before = asked().length;
  expect(await toolset.triggerLogs({ since: 1_000_000 - 1500 })).toHaveLength(151);
  expect(asked().length - before).toBe(2);
});

test("v1: a page in no order does not hide the lines of the next", async () => {
  const lines = many(150);
  const firstPage = [...lines.splice(0, 99).reverse(), { id: "old", at: 1 }];
  lines.unshift(...firstPage);
  const { toolset } = await setUp("v1", logOf.v1(lines));
  expect(await toolset.triggerLogs({ since: 2 })).toHaveLength(150);
});

test.each([0, 1, 100, 400, 401, 1234])(
  "v3: a range of %i lines is given oldest first, each once",
  async (count) => {
    const lines = many(count);
    const shuffled = [...lines].sort(() => 0.5);
    const { ids } = await oldestFirst(
      "v3",
      log3(() => shuffled),
      0,
      2_000_000,
    );
    expect(ids).toEqual(lines.map(({ id }) => id).reverse());
  },
);

test("v3: the range is inclusive at its start, exclusive at its end, and may be empty", async () => {
  const lines = [1, 2, 3, 4].map((at) => ({ id: `l${at}`, at }));
  expect((await oldestFirst("v3", logOf.v3(lines), 2, 4)).ids).toEqual(["l2", "l3"]);
  const empty = await oldestFirst("v3", logOf.v3(lines), 4, 4);
  expect(empty).toMatchObject({ ids: [], calls: 0 });
});

test("v3: many lines in one millisecond, and servers that always name a next page", async () => {
  const burst = Array.from({ length: 600 }, (_, index) => ({ id: `b${index}`, at: 500 }));
  const lines = [{ id: "before", at: 499 }, ...burst, { id: "after", at: 501 }];
  const { ids, calls } = await oldestFirst(
    "v3",
    log3(() => lines, { pageSize: 50, isAlwaysNext: true }),
    0,
    1_000_000,
  );
  expect(ids).toHaveLength(602);
  expect(new Set(ids).size).toBe(602);
  expect([ids[0], ids.at(-1)]).toEqual(["before", "after"]);
  // Halving ends: some twenty levels, not a million milliseconds.
  expect(calls).toBeLessThan(600);
});

test.each([0, 1, 100, 400, 401, 1234])(
  "v1: a range of %i lines is given oldest first, each once",
  async (count) => {
    const older = many(150, 1_000_000 - count * 10).map(({ id, at }) => ({ id: `old-${id}`, at }));
    const lines = [...many(count), ...older];
    const { ids } = await oldestFirst("v1", logOf.v1(lines), 1_000_000 - count * 10 + 1, 2_000_000);
    expect(ids).toEqual(
      many(count)
        .map(({ id }) => id)
        .reverse(),
    );
  },
);

test("v1: lines that come in while the log is read neither hide others nor double them", async () => {
  const lines = many(1000);
  let asked = 0;
  const answer = log1(
    () => lines,
    () => {
      asked += 1;
      // The log grows at its front before every page that is asked for.
      for (let more = 0; more < 7; more += 1)
        lines.unshift({ id: `new-${asked}-${more}`, at: 3_000_000 + asked });
    },
  );
  const { ids } = await oldestFirst("v1", answer, 0, 2_000_000);
  expect(ids).toEqual(
    many(1000)
      .map(({ id }) => id)
      .reverse(),
  );
});

/** A list of numbers that are their own ids and times. */
const asNumbers = {
  idOf: String,
  timeOf: (item: number) => item,
  maxPages: 1000,
  onDoubt: () => undefined,
};

test("reading backwards gives each item once and in order, however the list grows", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 900 }),
      fc.integer({ min: 20, max: 120 }),
      fc.infiniteStream(fc.nat({ max: 15 })),
      async (count, pageSize, growth) => {
        const list = Array.from({ length: count }, (_, index) => count - index);
        let newest = count;
        const found: number[] = [];
        const fetch = async (page: number) => {
          for (let more = growth.next().value ?? 0; more > 0; more -= 1) {
            newest += 1;
            list.unshift(newest);
          }
          return {
            items: list.slice((page - 1) * pageSize, page * pageSize),
            count: list.slice((page - 1) * pageSize, page * pageSize).length,
            total: Math.ceil(list.length / pageSize),
          };
        };
        const walk = readOldestFirst(fetch, {
          ...asNumbers,
          isInside: (item) => item > count / 4 && item <= count,
          isPast: (item) => item <= count / 4,
        });
        for await (const item of walk) found.push(item);
        const wanted = Array.from({ length: count }, (_, index) => index + 1).filter(
          (item) => item > count / 4,
        );
        expect(found).toEqual(wanted);
      },
    ),
    { numRuns: 60 },
  );
});

test("a line that has gone from the log meanwhile is skipped", async () => {
  let list = Array.from({ length: 900 }, (_, index) => 900 - index);
  let fetched = 0;
  const fetch = async (page: number) => {
    fetched += 1;
    // After the survey, the oldest 50 are dropped.
    if (fetched === 10) list = list.slice(0, 850);
    const items = list.slice((page - 1) * 100, page * 100);
    return { items, count: items.length, total: Math.ceil(list.length / 100) };
  };
  const found: number[] = [];
  const doubts: unknown[] = [];
  const walk = readOldestFirst(fetch, {
    ...asNumbers,
    isInside: () => true,
    isPast: () => false,
    onDoubt: (...doubt) => doubts.push(doubt),
  });
  for await (const item of walk) found.push(item);
  expect(found).toEqual(Array.from({ length: 850 }, (_, index) => index + 51));
  // Each of them is told of: nobody can give it any more.
  expect(doubts).toHaveLength(50);
});

test("v1: what the log leaves out is looked up, the trigger where the connection has only one of its name", async () => {
  const lines = [
    { id: "l1", at: 3000 },
    { id: "l2", at: 2000, name: "ONE_OF_TWO" },
    { id: "l3", at: 1000, account: "ca_gone" },
  ];
  const { found, calls } = await oldestFirst("v1", logOf.v1(lines), 0, 10_000);
  expect(
    found.map(({ id, triggerId, integrationId, entityId }) => [id, triggerId, integrationId, entityId]),
  ).toEqual([
    ["l3", undefined, undefined, undefined],
    ["l2", undefined, "int-1", "default"],
    ["l1", "t1", "int-1", "default"],
  ]);
  // One page of each list, and one more of the log and of a list that does not say how many pages it has.
  expect(calls).toBe(5);
});
