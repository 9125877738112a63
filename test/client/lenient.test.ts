import { gzipSync } from "node:zlib";
import type { EarshotError, Toolset } from "earshot";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { dateOf } from "../../src/base/date-of.js";
import { call, errorV3 } from "../dev/rest/fixture.js";
import { processorMs } from "../support/processor-time.js";
import {
  account1,
  account3,
  config,
  onLocalPlatform,
  onStrictPlatform,
  page3,
  setUp,
  trigger1,
  trigger3,
} from "./fixture.js";

/** What was warned of. */
function warnings() {
  const said: string[] = [];
  return { said, onWarning: ({ message }: EarshotError) => void said.push(message) };
}

const star = "GITHUB_STAR_ADDED_EVENT";
const active3 = { id: "ti_1", trigger_name: star, connected_account_id: "ca_1" };
const active1 = { id: "t1", triggerName: star, connectionId: "ca_1" };
const log3 = { id: "l1", createdAt: "2026-01-02T03:04:05Z", meta: { triggerName: star } };
const log1 = { id: "l1", createdAt: "2026-01-02T03:04:05Z", triggerName: star };

/** A list, what it gives for a sound item, and items that cannot be read, with what is said of them. */
const lists = [
  {
    name: "accounts, generation 3",
    version: "v3",
    what: "GET /api/v3.1/connected_accounts",
    answer: (items: unknown[]) => page3(items),
    sound: account3("ca_1"),
    bad: [
      [
        { ...account3("ca_9"), auth_config: null },
        "item 2 (ca_9) has no `auth_config.id`, as `auth_config` is null",
      ],
      [{ ...account3("ca_9"), toolkit: [] }, "item 2 (ca_9) has no `toolkit.slug`, as `toolkit` is a list"],
      [{ ...account3("ca_9"), status: {} }, "item 2 (ca_9) has no `status`, but an object"],
      [null, "item 2 is null, not an object"],
      ["ca_9", "item 2 is a string, not an object"],
    ],
    list: (toolset: Toolset) => toolset.connectedAccounts(),
  },
  {
    name: "accounts, generation 1",
    version: "v1",
    what: "GET /api/v1/connectedAccounts",
    answer: (items: unknown[]) => ({ json: { items, totalPages: 1 } }),
    sound: account1("ca_1"),
    bad: [[{ ...account1("ca_9"), integrationId: null }, "item 2 (ca_9) has no `integrationId`, but null"]],
    list: (toolset: Toolset) => toolset.connectedAccounts(),
  },
  {
    name: "active triggers, generation 3",
    version: "v3",
    what: "GET /api/v3.1/trigger_instances/active",
    answer: (items: unknown[]) => page3(items),
    sound: active3,
    bad: [[{ ...active3, id: "ti_9", trigger_name: undefined }, "item 2 (ti_9) has no `trigger_name`"]],
    list: (toolset: Toolset) => toolset.activeTriggers(),
  },
  {
    name: "active triggers, generation 1",
    version: "v1",
    what: "GET /api/v1/triggers/active_triggers",
    answer: (triggers: unknown[]) => ({ json: { triggers, pageInfo: { totalPages: 1 } } }),
    sound: active1,
    bad: [[{ ...active1, id: 2 ** 60 }, "has a number for `id` that JSON rounds"]],
    list: (toolset: Toolset) => toolset.activeTriggers(),
  },
  {
    name: "trigger types, generation 3",
    version: "v3",
    what: "GET /api/v3.1/triggers_types",
    answer: (items: unknown[]) => page3(items),
    sound: trigger3,
    bad: [
      [
        { ...trigger3, slug: "B_C", toolkit: null },
        "item 2 (B_C) has no `toolkit.slug`, as `toolkit` is null",
      ],
    ],
    list: (toolset: Toolset) => toolset.listTriggers(),
  },
  {
    name: "trigger types, generation 1",
    version: "v1",
    what: "GET /api/v1/triggers",
    answer: (items: unknown[]) => ({ json: items }),
    sound: trigger1,
    bad: [[{ ...trigger1, name: "" }, "item 2 has no `name`, but an empty text"]],
    list: (toolset: Toolset) => toolset.listTriggers(),
  },
  {
    name: "the log, generation 3",
    version: "v3",
    what: "POST /api/v3.1/internal/trigger/logs",
    answer: (data: unknown[]) => ({ json: { data, nextCursor: null } }),
    sound: log3,
    bad: [
      [{ ...log3, id: "l9", createdAt: undefined }, "item 2 (l9) has no `createdAt`"],
      [{ ...log3, id: "l9", createdAt: "soon" }, "item 2 (l9) has no `createdAt` that can be read as a time"],
    ],
    list: (toolset: Toolset) => toolset.triggerLogs(),
  },
  {
    name: "the log, generation 1",
    version: "v1",
    what: "GET /api/v1/triggers/logs",
    answer: (data: unknown[]) => ({ json: { data, pageInfo: { totalPages: 1 } } }),
    sound: log1,
    bad: [[{ ...log1, id: undefined }, "item 2 has no `id`"]],
    list: (toolset: Toolset) => toolset.triggerLogs(),
  },
] as const;

describe.each(lists)("$name", ({ version, what, answer, sound, bad, list }) => {
  test.each(bad.map(([item, said]) => [said, item] as const))(
    "an item that cannot be read is left out and told of, and the others live: %s",
    async (said, item) => {
      const heard = warnings();
      const other =
        "slug" in sound
          ? { ...sound, slug: "A_B" }
          : "status" in sound || "id" in sound
            ? { ...sound, id: "x_2" }
            : sound;
      const { toolset } = await setUp(
        version,
        { [what]: answer([sound, item, other]) },
        { onWarning: heard.onWarning },
      );
      expect(await list(toolset)).toHaveLength(2);
      expect(heard.said).toHaveLength(1);
      expect(heard.said[0]).toContain(said);
      expect(heard.said[0]).toContain("Of 3 items");
    },
  );

  test("a response whose list is no list is an error that names what came instead", async () => {
    const broken = JSON.parse(JSON.stringify(answer([])), (_name, value) =>
      Array.isArray(value) ? null : value,
    );
    const { toolset } = await setUp(version, { [what]: broken });
    const said = await Promise.resolve(list(toolset)).catch((error: Error) => error.message);
    expect(said).toContain("has no list where one belongs, but null");
  });
});

test("an account that cannot be read keeps no trigger of another account from being enabled", async () => {
  const heard = warnings();
  const replies = {
    [`GET /api/v3.1/triggers_types/${star}`]: { json: trigger3 },
    "GET /api/v3.1/connected_accounts": page3([{ ...account3("ca_9"), auth_config: null }, account3("ca_1")]),
    [`POST /api/v3.1/trigger_instances/${star}/upsert`]: { json: { trigger_id: "ti_1" } },
  };
  const { toolset } = await setUp("v3", replies, { onWarning: heard.onWarning });
  const enabled = await toolset.enableTrigger(star, {
    config: { owner: "a", repo: "b" },
    requireSingleAccount: true,
  });
  expect(enabled).toMatchObject({ triggerId: "ti_1", connectedAccountId: "ca_1" });
  expect(heard.said[0]).toContain("`auth_config` is null");
  expect(config.required).toEqual(["owner", "repo"]);
});

test("a warning is a process warning by default, and an exception of `onWarning` ends no call", async () => {
  const emitted: string[] = [];
  const listen = (warning: Error) => void emitted.push(warning.message);
  process.on("warning", listen);
  onTestFinished(() => void process.off("warning", listen));
  const replies = { "GET /api/v3.1/connected_accounts": page3([null, account3("ca_1")]) };
  const plain = await setUp("v3", replies);
  expect(await plain.toolset.connectedAccounts()).toHaveLength(1);
  const onWarning = () => {
    throw new Error("mine");
  };
  const throwing = await setUp("v3", replies, { onWarning });
  expect(await throwing.toolset.connectedAccounts()).toHaveLength(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(emitted.join("\n")).toMatch(/item 1 is null[\s\S]*`onWarning` threw: mine/);
  const rejecting = await setUp("v3", replies, { onWarning: async () => onWarning() });
  expect(await rejecting.toolset.connectedAccounts()).toHaveLength(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(emitted.at(-1)).toMatch(/`onWarning` threw: mine/);
  expect(emitted).toHaveLength(3);
});

describe("a redirect is told with where it leads, and how to follow it", () => {
  test.each([
    [
      301,
      "https://eu.platform.example/api/v3.1/x",
      /redirect to https:\/\/eu\.platform\.example\/api\/v3\.1\/x\. .* use https:\/\/eu\.platform\.example\./,
    ],
    [
      302,
      "/login",
      /redirect to http:\/\/127\.0\.0\.1:\d+\/login\. It is not followed, as the key would go there too\.$/,
    ],
    [308, "https://joe:secret@other.example/", /redirect to https:\/\/other\.example\/\. /],
    [307, undefined, /redirect without a `Location`/],
  ])("%i %s", async (status, location, said) => {
    const headers = location === undefined ? {} : { location };
    const reply = { status, text: "<html><title>Moved</title></html>", headers };
    const { toolset } = await setUp("v3", { "GET /api/v3.1/connected_accounts": reply });
    const error = await Promise.resolve(toolset.connectedAccounts()).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: "ERR_BAD_ANSWER", status });
    expect((error as Error).message).toMatch(said);
    expect((error as Error).message).not.toContain("secret");
  });
});

describe("an answer that came compressed without having been asked for", () => {
  const body = Buffer.from(JSON.stringify(page3([account3("ca_1")]).json));
  const answering = (bytes: Buffer, encoding?: string) =>
    setUp("v3", (_seen, _nth, response) => {
      response.writeHead(200, encoding === undefined ? {} : { "content-encoding": encoding }).end(bytes);
      return undefined;
    });

  test.each([
    ["gzip", gzipSync(body)],
    ["GZIP", gzipSync(body)],
    ["gzip, gzip", gzipSync(gzipSync(body))],
    ["identity", body],
    [undefined, gzipSync(body)],
  ])("is read: %s", async (encoding, bytes) => {
    const { toolset } = await answering(bytes, encoding);
    expect(await toolset.connectedAccounts()).toMatchObject([{ id: "ca_1" }]);
  });

  test.each([
    ["zstd", body, "is encoded as zstd, which was not asked for and cannot be read"],
    ["gzip", body, "says that it is encoded as gzip, and is not"],
    ["gzip", gzipSync(Buffer.alloc(40 * 1024 * 1024)), "is larger than 32 MiB"],
    ["constructor", body, "is encoded as constructor, which"],
  ])("or told of precisely: %s", async (encoding, bytes, said) => {
    const { toolset } = await answering(bytes, encoding);
    const error = await Promise.resolve(toolset.connectedAccounts()).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: "ERR_BAD_ANSWER" });
    expect((error as Error).message).toContain(said);
  });
});

test.each([
  1_767_323_045,
  1_767_323_045_000,
  1_767_323_045_000_000,
  1_767_323_045_000_000_000,
  "1767323045",
  "1767323045000",
  "1767323045.000",
  "2026-01-02T03:04:05Z",
  "2026-01-02T03:04:05.000+00:00",
  "2026-01-02T05:04:05+0200",
  "2026-01-02 03:04:05",
  "2026-01-02T03:04:05",
  "2026-01-02 03:04:05.000000+00",
  "Fri, 02 Jan 2026 03:04:05 GMT",
  "Fri, 02 Jan 2026 03:04:05",
  "Fri Jan  2 03:04:05 2026",
  "Jan 2, 2026 03:04:05 AM",
  "2026/01/02 03:04:05",
  "2026-1-2 3:04:05",
  "2026-01-02T03:04:05.0000000000",
  "2026-01-02 05:04:05.0000000000 +02:00",
  "Fri Jan 02 2026 05:04:05 GMT+0200 (Central European Summer Time)",
])("a time of the log is the moment that it means, in any zone of this machine: %s", (written) => {
  vi.stubEnv("TZ", "America/New_York");
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(new Date(2026, 0, 2).getTimezoneOffset()).toBe(300);
  expect(dateOf(written)?.toISOString()).toBe("2026-01-02T03:04:05.000Z");
});

test.each([
  0,
  "",
  " ",
  "soon",
  null,
  {},
  [],
  true,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  "9".repeat(1_000_000),
])("what is no time is none: %s", (written) => {
  expect(dateOf(written)).toBeUndefined();
});

test.each([
  ["<".repeat(1_000_000), "a web page"],
  ["<title".repeat(170_000), "a web page"],
  [`<${" ".repeat(1_000_000)}title>x`, "a web page"],
  [" ".repeat(1_000_000), "no words"],
  [`{"error":{"errors":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`, "The platform answered 500"],
  [JSON.stringify({ error: { message: "m".repeat(1_000_000) } }), "mmm"],
])("an error's text of a megabyte is read in no time and told short (%#)", async (text, said) => {
  const { toolset } = await setUp("v3", { "GET /api/v3.1/connected_accounts": { status: 500, text } });
  const began = processorMs();
  const error = (await Promise.resolve(toolset.connectedAccounts()).catch(
    (thrown: Error) => thrown,
  )) as Error;
  expect(error.message).toContain(said);
  expect(error.message.length).toBeLessThan(10_000);
  // Quadratic, it would take minutes.
  expect(processorMs() - began).toBeLessThan(3000);
});

describe.each(["v3", "v1"] as const)("generation %s", (apiVersion) => {
  test("every list of the client is whole where it has more items than a page", async () => {
    const payload = { type: "object" };
    const catalog = Array.from({ length: 130 }, (_, n) => ({
      name: `APP${n}_EVENT`,
      appName: `app${n}`,
      payload,
    }));
    const { platform, toolset } = await onStrictPlatform(apiVersion, {}, { catalog, builtInTriggers: false });
    for (let from = 0; from < catalog.length; from += 10) {
      await Promise.all(catalog.slice(from, from + 10).map(({ name }) => toolset.enableTrigger(name)));
    }
    for (const { name } of catalog) await platform.fire(name);
    expect(await toolset.listTriggers()).toHaveLength(130);
    expect(await toolset.activeTriggers()).toHaveLength(130);
    expect(await toolset.connectedAccounts()).toHaveLength(130);
    expect(await toolset.triggerLogs({ limit: 1000 })).toHaveLength(130);
  });

  test("a list that never ends is an error after `maxPages` pages, which the message names", async () => {
    let nth = 0;
    const { toolset, asked } = await setUp(
      apiVersion,
      () => {
        nth += 1;
        return apiVersion === "v3"
          ? page3([account3(`ca_${nth}`)], `cursor-${nth}`)
          : { json: { items: [account1(`ca_${nth}`)], totalPages: 1_000_000 } };
      },
      { maxPages: 7 },
    );
    const error = (await Promise.resolve(toolset.connectedAccounts()).catch(
      (thrown: Error) => thrown,
    )) as Error;
    expect(error).toMatchObject({ code: "ERR_BAD_ANSWER" });
    expect(error.message).toContain("goes on after 7 pages, the most that are read (`maxPages`)");
    expect(asked()).toHaveLength(7);
  });
});

test("generation 1: pages shorter than what was requested, without a count of pages, are read to the end", async () => {
  const all = Array.from({ length: 35 }, (_, n) => account1(`ca_${n}`));
  const { toolset } = await setUp("v1", ({ query }) => {
    const page = Number(query.get("page"));
    return { json: { items: all.slice((page - 1) * 10, page * 10) } };
  });
  expect(await toolset.connectedAccounts()).toHaveLength(35);
});

test("generation 1: a server with one page only gets no further request, and gives each item once", async () => {
  const { toolset, asked } = await setUp("v1", () => ({
    json: { items: [account1("ca_1"), account1("ca_2")] },
  }));
  expect(await toolset.connectedAccounts()).toHaveLength(2);
  expect(asked()).toHaveLength(2);
});

test.each(["triggers_types", "trigger_instances/active", "auth_configs", "webhook_subscriptions"])(
  "the local platform refuses more than 50 items a page of %s, as the platform may",
  async (path) => {
    const { platform } = await onLocalPlatform("v3");
    const at = (limit: number) => call(platform, "GET", `/api/v3.1/${path}?limit=${limit}`);
    expect((await at(50)).status).toBe(200);
    const refused = await at(51);
    expect(refused.status).toBe(400);
    expect(refused.json).toEqual(errorV3(400));
    expect(refused.json.error.message).toContain("`limit` is 50 at most");
  },
);
