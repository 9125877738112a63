import { describe, expect, test } from "vitest";
import { Client } from "../../src/client/client.js";
import type { ApiVersion } from "../../src/settings/toolset.js";
import type { Toolset } from "../../src/toolset.js";
import { account1, account3, setUp, trigger3 } from "./fixture.js";
import { type Answerer, type Seen, settingsFor, until } from "./support.js";

type List = (toolset: Toolset) => PromiseLike<unknown>;

const lists: Readonly<Record<string, List>> = {
  "trigger types": (toolset) => toolset.listTriggers(),
  "active triggers": (toolset) => toolset.activeTriggers({ showDisabled: true }),
  "connected accounts": (toolset) => toolset.connectedAccounts(),
  tools: (toolset) => toolset.listTools(),
  "the trigger log": (toolset) => toolset.triggerLogs({ since: 0 }),
};

const active3 = {
  connected_account_id: "ca_1",
  trigger_name: "GITHUB_STAR_ADDED_EVENT",
  trigger_config: {},
  disabled_at: null,
};
const tool3 = { toolkit: { slug: "github" }, input_parameters: {}, output_parameters: {} };
const line3 = { createdAt: "2026-01-01T00:00:00Z", meta: { triggerName: "GITHUB_STAR_ADDED_EVENT" } };

/** A platform whose lists go on, each page with the cursor that `cursor` makes of its number. */
function goesOn(cursor: (page: number) => unknown): Answerer {
  let page = 0;
  return ({ path }) => {
    page += 1;
    const next = cursor(page);
    if (path.endsWith("/trigger/logs"))
      return { json: { data: [{ ...line3, id: `log_${page}` }], nextCursor: next } };
    const item = path.endsWith("/triggers_types")
      ? { ...trigger3, slug: `GITHUB_EVENT_${page}` }
      : path.endsWith("/tools")
        ? { ...tool3, slug: `GITHUB_TOOL_${page}` }
        : path.endsWith("/active")
          ? { ...active3, id: `ti_${page}` }
          : account3(`ca_${page}`);
    return { json: { items: [item], next_cursor: next, total_pages: 2, current_page: 1, total_items: 2 } };
  };
}

describe.each(Object.entries(lists))("generation 3, %s", (_, list) => {
  test.each<[string, (page: number) => unknown, string, number]>([
    ["the same cursor again", () => "again", "names the same next page twice", 2],
    ["two cursors in turn", (page) => `turn-${page % 2}`, "names the same next page twice", 3],
    ["new cursors for ever", (page) => `page-${page}`, "goes on after 9 pages", 9],
    ["a cursor that is no text", () => ({ page: 2 }), "a cursor for its next page that is no text", 1],
  ])("%s is an error, not a loop", async (_, cursor, said, calls) => {
    const { toolset, asked } = await setUp("v3", goesOn(cursor), { maxPages: 9 });
    await expect(Promise.resolve(list(toolset))).rejects.toMatchObject({
      code: "ERR_BAD_ANSWER",
      message: expect.stringContaining(said),
    });
    expect(asked()).toHaveLength(calls);
  });

  test.each([undefined, null, "", false])("the cursor %o ends it", async (end) => {
    const { toolset } = await setUp(
      "v3",
      goesOn((page) => (page < 3 ? `page-${page}` : end)),
    );
    expect(await list(toolset)).toHaveLength(3);
  });
});

const item1: Readonly<Record<string, (page: number) => object>> = {
  "/api/v1/triggers/active_triggers": (page) => ({
    triggers: [
      { id: `t${page}`, connectionId: "c1", triggerName: "GITHUB_STAR_ADDED_EVENT", triggerConfig: {} },
    ],
  }),
  "/api/v1/connectedAccounts": (page) => ({ items: [account1(`c${page}`)] }),
  "/api/v2/actions": (page) => ({
    items: [{ name: `GITHUB_TOOL_${page}`, appName: "github", parameters: {}, response: {} }],
  }),
  "/api/v1/triggers/logs": (page) => ({
    data: [{ id: `log_${page}`, appKey: "github", connectionId: "c1", createdAt: "2026-01-01T00:00:00Z" }],
  }),
};

// Generation 1 lists its trigger types in one response.
describe.each(Object.entries(lists).filter(([name]) => name !== "trigger types"))(
  "generation 1, %s",
  (_, list) => {
    test.each<[string, object]>([
      ["without a number of pages", {}],
      ["of a million pages", { totalPages: 1e6, pageInfo: { totalPages: 1e6 } }],
    ])("a list %s is an error, not a loop", async (_, total) => {
      let page = 0;
      const answer = ({ path }: Seen) => {
        page += 1;
        return { json: { ...item1[path]?.(page), ...total } };
      };
      const { toolset, asked } = await setUp("v1", answer, { maxPages: 9 });
      await expect(Promise.resolve(list(toolset))).rejects.toMatchObject({
        code: "ERR_BAD_ANSWER",
        message: expect.stringContaining("goes on after 9 pages"),
      });
      expect(asked()).toHaveLength(9);
    });
  },
);

test("no list asks for a longer page than the platform gives", async () => {
  const longest: Readonly<Record<string, number>> = {
    "/api/v3.1/triggers_types": 50,
    "/api/v3.1/trigger_instances/active": 50,
    "/api/v3.1/connected_accounts": 1000,
    "/api/v3.1/tools": 1000,
    "/api/v3.1/internal/trigger/logs": 1000,
  };
  const { toolset, server } = await setUp(
    "v3",
    goesOn(() => null),
  );
  for (const list of Object.values(lists)) await list(toolset);
  const limits = server.seen.map(({ path, query, body }) => [
    path,
    Number(query.get("limit") ?? JSON.parse(body).limit),
  ]);
  expect(limits.map(([path]) => path)).toEqual(Object.keys(longest));
  for (const [path, limit] of limits) expect(limit).toBeLessThanOrEqual(longest[String(path)] ?? 0);
});

test.each<ApiVersion>(["v3", "v1"])(
  "%s: a backfill from a log that never ends says so and ends",
  async (apiVersion) => {
    const answer = apiVersion === "v3" ? goesOn((page) => `page-${page}`) : endlessLog1();
    const { server } = await setUp(apiVersion, answer);
    const client = new Client(settingsFor(server.url, { apiVersion, maxPages: 9, maxTries: 1 }));
    const doubts: unknown[] = [];
    const range = { since: 0, until: Date.parse("2026-06-01"), signal: new AbortController().signal };
    const lines: string[] = [];
    const onDoubt = (doubt: unknown) => doubts.push(doubt);
    for await (const { id } of client.platformAccess().logs({ ...range, onDoubt })) lines.push(id);
    await client.close();
    await until(() => doubts.length > 0);
    expect(JSON.stringify(doubts)).toContain("9 pages");
    // Generation 3 reads a range again in halves, 100 times at most, each of 9 pages at most.
    expect(server.seen.length).toBeLessThan(2 * 100 * 9);
  },
);

function endlessLog1(): Answerer {
  let page = 0;
  return ({ path }) => {
    page += 1;
    const isLog = path.endsWith("/logs");
    // The accounts and the instances, which complete the lines, have one page.
    const totalPages = isLog ? 1e6 : 1;
    return { json: { ...item1[path]?.(page), totalPages, pageInfo: { totalPages } } };
  };
}
