import { appendFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { startPlatform } from "../../../src/dev/index.js";
import { accountOf, call, control, directory, enable, run, SITE, STAR } from "./fixture.js";

test("everything is there again after a restart", async () => {
  const dataDir = await directory();
  const first = await run({ dataDir, accounts: [{ appName: "github", userId: "bob" }] });
  const { id } = await enable(first);
  const bobs = await enable(first, STAR, SITE, "bob");
  await call(first, "PATCH", `/api/v3.1/trigger_instances/manage/${bobs.id}`, {
    body: { status: "disable" },
  });
  const key = (await call(first, "POST", "/api/v1/api_keys", { body: { name: "agent" } })).json;
  const subscription = await call(first, "POST", "/api/v3.1/webhook_subscriptions", {
    body: { webhook_url: "http://127.0.0.1:9/", enabled_events: ["composio.trigger.message"], version: "V3" },
  });
  const path = `/api/v3.1/webhook_subscriptions/${subscription.json.id}`;
  const rotated = await call(first, "POST", `${path}/rotate_secret`);
  first.faults.webhooks.lose(2);
  const fired = [await first.fire(STAR, { data: { n: 1 } }), await first.fire(STAR, { data: { n: 2 } })];
  await first.idle();
  const logs = await call(first, "GET", "/api/v1/triggers/logs");
  expect(logs.json.data[0].triggerClientError).toBe("lost on purpose");
  const shown = async (platform: typeof first) => ({
    accounts: (await call(platform, "GET", "/api/v3.1/connected_accounts?limit=100")).json,
    active: (await call(platform, "GET", "/api/v3.1/trigger_instances/active?show_disabled=true")).json,
    keys: (await call(platform, "GET", "/api/v1/api_keys")).json,
    webhooks: (await call(platform, "GET", "/api/v3.1/webhook_subscriptions")).json,
    logs: (await call(platform, "GET", "/api/v1/triggers/logs")).json,
    project: { ...platform.project },
  });
  const before = await shown(first);
  await first.stop();

  const second = await run({ dataDir });
  expect(await shown(second)).toEqual(before);
  expect(before.active.total_items).toBe(2);
  expect(before.keys).toEqual([key]);
  expect(before.project.webhookSecret).toBe(rotated.json.secret);
  const again = await second.fire(STAR, { data: { n: 3 } });
  const { json } = await call(second, "POST", "/api/v3.1/internal/trigger/logs", { body: {} });
  expect(json.data.map((line: { id: string }) => line.id)).toEqual(
    [again, ...fired.reverse()].flatMap(({ logIds }) => logIds),
  );
  expect(again.events[0]?.instance.nanoId).toBe(id);
});

test("what an answer confirmed is on the disk, without a stop", async () => {
  const dataDir = await directory();
  const first = await run({ dataDir });
  const { id } = await enable(first);
  // Nothing of the first one is waited for: so it would be if it had been killed.
  const saved = JSON.parse(await readFile(join(dataDir, "state.json"), "utf8"));
  expect(saved.instances).toMatchObject([{ nanoId: id, triggerName: STAR, config: SITE }]);
  await call(first, "DELETE", `/api/v3.1/trigger_instances/manage/${id}`);
  expect(JSON.parse(await readFile(join(dataDir, "state.json"), "utf8")).instances).toEqual([]);
});

test("secrets are for the owner's eyes, and nothing half-written is left", async () => {
  const dataDir = join(await directory(), "made", "on", "the", "way");
  const platform = await run({ dataDir });
  await enable(platform);
  await platform.fire(STAR);
  await platform.stop();
  expect((await readdir(dataDir)).sort()).toEqual(["events.jsonl", "state.json"]);
  for (const name of await readdir(dataDir)) {
    expect((await stat(join(dataDir, name))).mode & 0o077, name).toBe(0);
  }
});

test("without a directory, ids of accounts and of the project are the same all the same", async () => {
  const [one, two] = [await run(), await run()];
  expect((await accountOf(one)).id).toBe((await accountOf(two)).id);
  expect(one.project.id).toBe(two.project.id);
  expect(one.project.clientId).toBe(two.project.clientId);
  expect(one.project.webhookSecret, "but never a secret").not.toBe(two.project.webhookSecret);
});

test("an app that is new in the catalog gets its account", async () => {
  const dataDir = await directory();
  const entry = (app: string) => ({
    name: `${app.toUpperCase()}_HAPPENED`,
    appName: app,
    payload: { type: "object" },
  });
  const first = await run({ dataDir, builtInTriggers: false, catalog: [entry("alpha")] });
  const alpha = await accountOf(first, "alpha");
  await first.stop();
  const second = await run({ dataDir, builtInTriggers: false, catalog: [entry("alpha"), entry("beta")] });
  expect((await accountOf(second, "alpha")).id).toBe(alpha.id);
  expect(await accountOf(second, "beta")).toMatchObject({ status: "ACTIVE", user_id: "default" });
});

/** Whatever stands in a data file that is not sound: a clear error, and not a byte of it changed. */
async function refused(dataDir: string, name: string, content: string, words: RegExp): Promise<void> {
  const file = join(dataDir, name);
  await writeFile(file, content);
  await expect(startPlatform({ dataDir }).then((platform) => platform.stop())).rejects.toMatchObject({
    code: "ERR_PLATFORM_STATE",
    message: expect.stringMatching(words),
  });
  expect(await readFile(file, "utf8")).toBe(content);
}

async function soundState(): Promise<{ readonly dataDir: string; readonly state: Record<string, unknown> }> {
  const dataDir = await directory();
  const platform = await run({ dataDir });
  await enable(platform);
  await call(platform, "POST", "/api/v1/api_keys", { body: { name: "x" } });
  await call(platform, "POST", "/api/v1/triggers/set_callback_url", {
    body: { callbackURL: "http://127.0.0.1:9/" },
  });
  await platform.fire(STAR);
  await platform.stop();
  return { dataDir, state: JSON.parse(await readFile(join(dataDir, "state.json"), "utf8")) };
}

test("a state file that is not sound is named, with what is wrong, and left as it is", async () => {
  const { dataDir, state } = await soundState();
  const says = async (content: unknown, words: RegExp) =>
    refused(dataDir, "state.json", typeof content === "string" ? content : JSON.stringify(content), words);
  await says("", /state\.json cannot be used: it is not JSON/);
  await says(JSON.stringify(state).slice(0, 500), /it is not JSON/);
  await says([], /`the file` is not an object/);
  await says({ ...state, format: 99 }, /its format is 99, not 1/);
  await says({ ...state, project: null }, /`project` is not an object/);
  await says({ ...state, accounts: {} }, /`accounts` is not an array/);
  await says({ ...state, instances: [{}] }, /`instances\[0\]\.uuid` is not a string/);
  await says(
    { ...state, settings: { ...(state.settings as object), subscription: { id: "x" } } },
    /`settings\.subscription/,
  );
});

test("every value of a state file is looked at", async () => {
  const { dataDir, state } = await soundState();
  const paths: (string | number)[][] = [];
  const walk = (value: unknown, path: (string | number)[]): void => {
    // Only the first of each kind, and no config: that may be anything.
    if (path.at(-1) === "config" || path.length > 6) return;
    if (path.length > 0) paths.push(path);
    if (Array.isArray(value)) {
      if (value.length > 0) walk(value[0], [...path, 0]);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) walk(member, [...path, key]);
    }
  };
  walk(state, []);
  expect(paths.length).toBeGreaterThan(40);
  const lenient = new Set(["newWebhook", "enabledEvents.0", "subscription"]);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), async (path) => {
      if ([...lenient].some((end) => path.join(".").endsWith(end))) return;
      const broken = structuredClone(state);
      // biome-ignore lint/suspicious/noExplicitAny: any place of any value
      let at: any = broken;
      for (const key of path.slice(0, -1)) at = at[key];
      at[path.at(-1) as string] = { not: "that" };
      await refused(dataDir, "state.json", JSON.stringify(broken), /cannot be used/);
    }),
    { numRuns: 60 },
  );
});

test("an event log that is not sound is named by its line, and left as it is", async () => {
  const { dataDir } = await soundState();
  const file = join(dataDir, "events.jsonl");
  const sound = await readFile(file, "utf8");
  await refused(dataDir, "events.jsonl", `${sound}nonsense\n${sound}`, /events\.jsonl .*line 2 is not JSON/);
  await refused(dataDir, "events.jsonl", `${sound}{"event":{}}\n`, /line 2 is no line of an event log/);
  await refused(
    dataDir,
    "events.jsonl",
    `${sound.replace(/"timestamp":"[^"]*"/, '"timestamp":"soon"')}`,
    /line 1/,
  );
});

test("a line that a crash cut short is left out, and the next one is not glued to it", async () => {
  const { dataDir } = await soundState();
  const file = join(dataDir, "events.jsonl");
  const sound = await readFile(file, "utf8");
  await appendFile(file, sound.slice(0, sound.length / 2));
  const platform = await run({ dataDir });
  expect(platform.events()).toHaveLength(1);
  await platform.fire(STAR);
  await platform.stop();
  const again = await run({ dataDir });
  expect(again.events()).toHaveLength(2);
});

test("the event log on disk does not grow without end", async () => {
  const dataDir = await directory();
  const platform = await run({ dataDir, maxEvents: 10 });
  await enable(platform);
  for (let n = 0; n < 95; n += 1) {
    await platform.fire(STAR, { data: { n } });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await platform.stop();
  const lines = (await readFile(join(dataDir, "events.jsonl"), "utf8")).trim().split("\n");
  expect(lines.length).toBeLessThanOrEqual(21);
  const again = await run({ dataDir, maxEvents: 10 });
  expect(again.events().map(({ event }) => event.payload.n)).toEqual([
    94, 93, 92, 91, 90, 89, 88, 87, 86, 85,
  ]);
});

test("what cannot be written is said, and the platform lives", async () => {
  const dataDir = await directory();
  const platform = await run({ dataDir });
  const troubles: Error[] = [];
  platform.on((news) => {
    if (news.type === "error") troubles.push(news.error);
  });
  await enable(platform);
  await rm(dataDir, { recursive: true });
  await writeFile(dataDir, "a file where the directory was");
  const got = await call(platform, "POST", "/api/v1/api_keys", { body: { name: "x" } });
  expect(got.status).toBe(500);
  expect(got.json.message).toContain("cannot be written");
  await platform.fire(STAR);
  expect((await control(platform, "GET", "/events")).json.events).toHaveLength(1);
  await rm(dataDir);
  const saved = await call(platform, "POST", "/api/v1/api_keys", { body: { name: "y" } });
  expect(saved.status, "as soon as it can be written again").toBe(200);
  expect(troubles.length).toBeGreaterThan(0);
});

test("a second platform on the same port does not touch the first one's data", async () => {
  const dataDir = await directory();
  const platform = await run({ dataDir });
  const before = await stat(join(dataDir, "state.json"));
  await expect(startPlatform({ port: platform.port, dataDir })).rejects.toMatchObject({
    code: "ERR_PORT_IN_USE",
  });
  expect((await stat(join(dataDir, "state.json"))).mtimeMs).toBe(before.mtimeMs);
});
