import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startPlatform } from "../../../src/dev/index.js";
import { call, directory, enable, run, STAR } from "./fixture.js";

const ORDER = {
  name: "ACME_ORDER_PLACED",
  appName: "acme",
  config: { type: "object", properties: { shop: { type: "string" } }, required: ["shop"] },
  payload: { type: "object", properties: { order_id: { type: "integer" } }, required: ["order_id"] },
};

test.each([
  [{ prot: 1 }, "Did you mean `port`?"],
  [{ port: -1 }, "`port`"],
  [{ port: 65_536 }, "`port`"],
  [{ port: "4747" }, "`port`"],
  [{ catalog: "" }, "`catalog`"],
  [{ dataDir: 7 }, "`dataDir`"],
  [{ apiKeys: [] }, "`apiKeys`"],
  [{ apiKeys: [""] }, "`apiKeys`"],
  [{ accounts: [{ app: "github" }] }, "`accounts`"],
  [{ accounts: [{ appName: "github", status: "FINE" }] }, "`accounts`"],
  [{ maxEvents: 0 }, "`maxEvents`"],
  [{ host: "0.0.0.0" }, "`host`"],
])("%j is refused", async (options, words) => {
  await expect(startPlatform(options as never)).rejects.toMatchObject({
    code: "ERR_OPTION",
    message: expect.stringContaining(words),
  });
});

test("a port that is taken", async () => {
  const { port } = await run();
  await expect(startPlatform({ port })).rejects.toMatchObject({
    code: "ERR_PORT_IN_USE",
    message: `Port ${port} on 127.0.0.1 is taken.`,
  });
});

test("triggers of one's own, from code, stand beside the built-in ones and work like them", async () => {
  const platform = await run({ catalog: [ORDER] });
  const { json } = await call(platform, "GET", "/api/v3.1/triggers_types/list/enum");
  expect(json).toEqual(expect.arrayContaining([STAR, "ACME_ORDER_PLACED"]));
  await enable(platform, "ACME_ORDER_PLACED", { shop: "x" });
  const { events } = await platform.fire("acme_order_placed");
  expect(events[0]).toMatchObject({ appName: "acme", payload: { order_id: expect.any(Number) } });
});

test("a trigger of one's own with a built-in name takes its place; the built-in ones can be left out", async () => {
  const star = { ...ORDER, name: STAR, appName: "github", displayName: "Mine" };
  const beside = await run({ catalog: [star] });
  const names = (await call(beside, "GET", "/api/v3.1/triggers_types/list/enum")).json;
  expect(names.filter((name: string) => name === STAR)).toHaveLength(1);
  expect((await call(beside, "GET", `/api/v3.1/triggers_types/${STAR}`)).json.name).toBe("Mine");
  const alone = await run({ catalog: [ORDER], builtInTriggers: false });
  expect((await call(alone, "GET", "/api/v3.1/triggers_types/list/enum")).json).toEqual([
    "ACME_ORDER_PLACED",
  ]);
});

test("triggers from a file, and a file that is not sound", async () => {
  const file = join(await directory(), "catalog.json");
  await writeFile(file, JSON.stringify([ORDER]));
  const platform = await run({ catalog: file });
  expect((await call(platform, "GET", "/api/v2/triggers/ACME_ORDER_PLACED")).status).toBe(200);
  await writeFile(file, JSON.stringify([{ ...ORDER, payload: 7 }]));
  await expect(startPlatform({ catalog: file })).rejects.toMatchObject({ code: "ERR_CATALOG" });
  await expect(startPlatform({ catalog: [{ ...ORDER, name: "no name" }] })).rejects.toMatchObject({
    code: "ERR_CATALOG",
    message: expect.stringContaining("catalog[0].name"),
  });
});
