import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EarshotError, InvalidError } from "../../src/base/errors.js";
import { builtInCatalog, loadCatalog } from "../../src/catalog/index.js";
import { startPlatform } from "../../src/dev/index.js";
import { processorMs } from "../support/processor-time.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "earshot-catalog-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function load(content: string) {
  const file = join(directory, `${Math.random().toString(36).slice(2)}.json`);
  await writeFile(file, content);
  return loadCatalog(file);
}

const failure = (content: unknown): Promise<unknown> =>
  load(typeof content === "string" ? content : JSON.stringify(content)).then(
    () => expect.unreachable("it was accepted"),
    (error: unknown) => error,
  );

const problems = async (content: unknown): Promise<readonly string[]> => {
  const error = await failure(content);
  expect(error).toBeInstanceOf(InvalidError);
  const { code, problems, message } = error as InvalidError;
  expect(code).toBe("ERR_CATALOG");
  for (const problem of problems.slice(0, 10)) expect(message).toContain(problem.message);
  return problems.map(({ path }) => path);
};

test("what the local platform has can be written to a file and read back", async () => {
  expect(await load(JSON.stringify(builtInCatalog()))).toEqual(builtInCatalog());
});

test("a trigger needs a name, an app and a payload; the rest has defaults", async () => {
  const payload = { type: "object", properties: { id: { type: "string" } } };
  expect(
    await load(`\uFEFF${JSON.stringify([{ name: "ACME_ORDER_PLACED", appName: "acme", payload }])}`),
  ).toEqual([
    {
      name: "ACME_ORDER_PLACED",
      displayName: "ACME_ORDER_PLACED",
      description: "",
      instructions: "",
      appName: "acme",
      appDisplayName: "acme",
      type: "webhook",
      config: { type: "object", properties: {} },
      payload,
      version: "00000000_00",
      requiresWebhookEndpoint: false,
    },
  ]);
});

test("an empty catalog is a catalog", async () => {
  expect(await load("[]")).toEqual([]);
});

test("every problem is listed with its path", async () => {
  const sound = { name: "ACME_A", appName: "acme", payload: { type: "object" } };
  expect(
    await problems([
      sound,
      {
        ...sound,
        payload: { properties: { id: { type: "text" }, by: { $ref: "#/$defs/user" } }, required: "id" },
      },
      { name: "acme_b", appName: "Acme", type: "push", displayName: 1, payloads: {} },
      "ACME_C",
      {
        ...sound,
        name: "ACME_D",
        config: [],
        payload: {
          type: "string",
          anyOf: [],
          items: [true, 7],
          minLength: -1,
          enum: [],
          minimum: "0",
          examples: 1,
        },
      },
    ]),
  ).toEqual([
    "[1].payload.required",
    "[1].payload.properties.id.type",
    "[1].payload.properties.by.$ref",
    "[1].name",
    "[2].payloads",
    "[2].name",
    "[2].appName",
    "[2].type",
    "[2].displayName",
    "[2].payload",
    "[3]",
    "[4].config",
    "[4].payload.enum",
    "[4].payload.examples",
    "[4].payload.minimum",
    "[4].payload.minLength",
    "[4].payload.anyOf",
    "[4].payload.items[1]",
    "[4].payload.type",
  ]);
});

test("an object in place of the array is a problem of the file", async () => {
  expect(await problems({ triggers: [] })).toEqual([""]);
});

const apiType = (slug: string, toolkit: string) => ({
  slug,
  name: "Placed",
  description: "Fires.",
  instructions: "",
  type: "webhook",
  toolkit: { slug: toolkit, name: toolkit, logo: "https://example.com/logo.svg" },
  config: { type: "object", properties: {}, examples: "none" },
  payload: { type: "object", properties: { id: { type: "string", examples: ["a1"] } } },
  version: "20260101_00",
  requires_webhook_endpoint_setup: false,
});
const types = [
  apiType("ACME_PLACED", "acme"),
  apiType("_21RISK_FOUND", "_21risk"),
  apiType("ONE_DRIVE_NEW", "one_drive"),
];
const page = (items: unknown) => ({
  items,
  next_cursor: null,
  total_pages: 1,
  current_page: 1,
  total_items: 3,
});

test.each([
  ["an answer with items", JSON.stringify(page(types))],
  ["the bare list", JSON.stringify(types)],
  ["an array of pages", JSON.stringify([page(types.slice(0, 1)), page(types.slice(1))])],
  [
    "pages one after the other",
    `${JSON.stringify(page(types.slice(0, 1)))}\n${JSON.stringify(page(types.slice(1)), null, 2)}`,
  ],
  ["bare lists one after the other", `${JSON.stringify(types.slice(0, 2))}${JSON.stringify(types.slice(2))}`],
  ["pages that overlap", JSON.stringify([page(types.slice(0, 2)), page(types.slice(1))])],
])("the platform's own list of trigger types is a catalog: %s", async (_, content) => {
  const triggers = await load(content);
  expect(
    triggers.map(({ name, appName, displayName, version }) => [name, appName, displayName, version]),
  ).toEqual([
    ["ACME_PLACED", "acme", "Placed", "20260101_00"],
    ["_21RISK_FOUND", "_21risk", "Placed", "20260101_00"],
    ["ONE_DRIVE_NEW", "one_drive", "Placed", "20260101_00"],
  ]);
  expect(triggers[0]?.payload).toEqual(types[0]?.payload);
});

test("generation 1's list of triggers is a catalog too", async () => {
  const { slug, toolkit, ...rest } = types[0] ?? apiType("", "");
  const listed = {
    ...rest,
    name: slug,
    display_name: "Placed",
    appKey: toolkit.slug,
    appName: toolkit.slug,
    enabled: false,
    count: 0,
  };
  expect(await load(JSON.stringify([listed]))).toMatchObject([
    { name: "ACME_PLACED", appName: "acme", displayName: "Placed" },
  ]);
});

test("what a local platform answers for its trigger types is a catalog of another one", async () => {
  const first = await startPlatform();
  const pages: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const answer = await fetch(`${first.url}/api/v3.1/triggers_types?limit=50&cursor=${cursor}`, {
      headers: { "x-api-key": "k" },
    });
    const page = await answer.text();
    pages.push(page);
    cursor = (JSON.parse(page) as { next_cursor: string | null }).next_cursor;
  }
  const triggers = await load(pages.join("\n"));
  await first.stop();
  expect(triggers).toEqual(builtInCatalog());
});

test("names and slugs of one's own triggers may begin with an underscore", async () => {
  const own = [{ name: "_2CHAT_NEW_MESSAGE", appName: "_2chat", payload: { type: "object" } }];
  expect(await load(JSON.stringify(own))).toMatchObject(own);
});

test("at most ten problems of a bad file are printed, and the others are counted", async () => {
  const bad = Array.from({ length: 469 }, (_, at) => ({ name: `acme ${at}`, appName: "acme", payload: {} }));
  const { message, problems: all } = (await failure(bad)) as InvalidError;
  expect(all).toHaveLength(469);
  expect(message.split("\n")).toHaveLength(12);
  expect(message).toContain("… and 459 more problems");
});

test("10,000 trigger types start in less than a second, each of an app of its own", async () => {
  const many = Array.from({ length: 10_000 }, (_, at) => apiType(`APP${at}_NEW`, `app${at}`));
  const file = join(directory, "many.json");
  await writeFile(file, JSON.stringify(page(many)));
  const timesOf = async (catalog?: string) => {
    const before = processorMs();
    const platform = await startPlatform(catalog === undefined ? {} : { catalog });
    const start = processorMs() - before;
    const answer = await fetch(`${platform.url}/api/v3/connected_accounts?limit=1`, {
      headers: { "x-api-key": "k" },
    });
    expect(answer.status).toBe(200);
    const answered = processorMs() - before;
    await platform.stop();
    return { start, answered };
  };
  const without = await timesOf();
  const times = [await timesOf(file), await timesOf(file)];
  // About 0.2 s of a processor.
  expect(Math.min(...times.map(({ start }) => start))).toBeLessThan(1_000);
  // About 0.8 s. A search for each app would take minutes.
  expect(Math.min(...times.map(({ answered }) => answered)) - without.answered).toBeLessThan(3_000);
});

test("a file that is not there, and one that is not JSON, name the file and why", async () => {
  const missing = await loadCatalog(join(directory, "none.json")).catch((error: unknown) => error);
  expect(missing).toBeInstanceOf(EarshotError);
  expect(missing).toMatchObject({
    code: "ERR_CATALOG",
    message: expect.stringMatching(/none\.json.*ENOENT/),
  });
  const broken = await failure("[{]");
  expect(broken).toMatchObject({ code: "ERR_CATALOG", message: expect.stringContaining("is not JSON") });
});
