import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { startPlatform } from "../../src/dev/index.js";
import { type StrictPlatform, startStrict } from "../support/strict-platform.js";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(): Promise<StrictPlatform> {
  const platform = await startPlatform();
  cleanups.push(() => platform.stop());
  const strict = await startStrict(platform.url);
  cleanups.push(() => strict.close());
  return strict;
}

const upsert = "POST /api/v3.1/trigger_instances/GITHUB_STAR_ADDED_EVENT/upsert";
const fitting = { user_id: "default", trigger_config: { owner: "acme", repo: "site" } };

test.each<[string, string, object | undefined, string]>([
  ["a page of 51", "GET /api/v3.1/triggers_types?limit=51", undefined, "limit is 50 at most"],
  ["a page of 500", "GET /api/v3/trigger_instances/active?limit=500", undefined, "limit is 50 at most"],
  ["an unknown query name", "GET /api/v3.1/connected_accounts?user=a", undefined, "unknown query name user"],
  ["an unknown member", upsert, { ...fitting, entity_id: "a" }, "unknown member entity_id"],
  [
    "an account without its owner",
    upsert,
    { connected_account_id: "ca_1", trigger_config: {} },
    "user_id is required",
  ],
  ["a body that lacks a member", "PATCH /api/v3.1/trigger_instances/manage/ti_1", {}, "lacks status"],
  ["a path that is not there", "GET /api/v3.1/triggers", undefined, "no such call"],
])("the strict platform rejects %s, which the tests of the client rely on", async (_, call, body, said) => {
  const strict = await start();
  const [method = "", path = ""] = call.split(" ");
  const headers = { "x-api-key": "local", "content-type": "application/json" };
  const json = body === undefined ? null : JSON.stringify(body);
  const response = await fetch(strict.url + path, { method, headers, body: json });
  expect(response.status).toBe(400);
  expect(JSON.stringify(await response.json())).toContain(said);
  expect(strict.rejected).toEqual([expect.stringContaining(said)]);
});

test("it passes what is right, and the local platform's own error", async () => {
  const strict = await start();
  const headers = { "x-api-key": "local" };
  const types = await fetch(`${strict.url}/api/v3.1/triggers_types?limit=50`, { headers });
  expect(types.status).toBe(200);
  expect(((await types.json()) as { items: unknown[] }).items).toHaveLength(50);
  expect((await fetch(`${strict.url}/api/v3.1/connected_accounts/ca_none`, { headers })).status).toBe(404);
  expect(strict.rejected).toEqual([]);
});

/** Tests of the layer that sends: their paths are none of the platform's. */
const sending = ["request.test.ts", "transport.test.ts"];

test("every test of the client that makes calls makes them before the strict platform's rules", () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".test.ts"));
  const starts = (file: string) => {
    const source = readFileSync(join(import.meta.dirname, file), "utf8");
    return [...source.matchAll(/\b(startPlatform|scripted|createServer|setUp|onStrictPlatform)\(/g)].map(
      ([, name = ""]) => name,
    );
  };
  const others = files.filter((file) => !sending.includes(file) && file !== "strict.test.ts");
  const checked = ["setUp", "onStrictPlatform"];
  expect(others.filter((file) => starts(file).some((name) => !checked.includes(name)))).toEqual([]);
  expect(others.filter((file) => starts(file).length > 0).length).toBeGreaterThan(7);
  for (const file of sending) expect(starts(file)).toContain("scripted");
});
