import { expect, test } from "vitest";
import { Toolset } from "../../../src/index.js";
import { processorMs } from "../../support/processor-time.js";
import { call, run } from "./fixture.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
const config = { owner: "acme", repo: "site" };

test("a user that nobody set up has an active account of every app, in both generations", async () => {
  const platform = await run();
  const listed = await call(platform, "GET", "/api/v3/connected_accounts?user_ids=foo&limit=1000");
  const apps = (await call(platform, "GET", "/api/v3/toolkits?limit=1000")).json.items;
  expect(listed.json.total_items).toBe(apps.length);
  for (const { user_id, status } of listed.json.items) expect([user_id, status]).toEqual(["foo", "ACTIVE"]);
  const github = await call(
    platform,
    "GET",
    "/api/v3.1/connected_accounts?user_ids=foo&toolkit_slugs=github",
  );
  expect(github.json.items).toHaveLength(1);
  for (const name of ["user_uuid", "entityId"]) {
    const first = await call(platform, "GET", `/api/v1/connectedAccounts?${name}=of-${name}&appNames=slack`);
    expect(first.json.items).toMatchObject([{ appName: "slack", clientUniqueUserId: `of-${name}` }]);
  }
  const upsert = await call(platform, "POST", `/api/v3.1/trigger_instances/${STAR}/upsert`, {
    body: { user_id: "bar", trigger_config: config },
  });
  expect(upsert.status).toBe(200);
});

test.each(["v1", "v3"] as const)(
  "enableTrigger for any entity works on a fresh platform: generation %s",
  async (apiVersion) => {
    const platform = await run();
    const toolset = new Toolset({ baseUrl: platform.url, apiKey: "k", apiVersion });
    try {
      const first = await toolset.enableTrigger(STAR, { config, entityId: "user-1234" });
      expect(first.triggerId).toEqual(expect.any(String));
      const fired = await platform.fire(STAR, { userId: "user-1234" });
      expect(fired.events[0]?.account.userId).toBe("user-1234");
    } finally {
      await toolset.close();
    }
  },
);

test("where accounts are given, or on demand is off, an unknown user has none", async () => {
  for (const options of [
    { accountsOnDemand: false },
    { defaultAccounts: false },
    { accounts: [{ appName: "github", userId: "bob" }] },
  ]) {
    const platform = await run(options);
    const { json } = await call(platform, "GET", "/api/v3/connected_accounts?user_ids=foo");
    expect(json.items, JSON.stringify(options)).toEqual([]);
  }
});

test("a platform with 1,000 apps gives many users their accounts, and the number is bounded", async () => {
  const catalog = Array.from({ length: 1_000 }, (_, at) => ({
    name: `APP${at}_NEW`,
    appName: `app${at}`,
    payload: { type: "object" },
  }));
  const platform = await run({ catalog });
  const users = Array.from({ length: 300 }, (_, at) => `user_ids=u${at}`).join("&");
  const before = processorMs();
  const { json } = await call(platform, "GET", `/api/v3/connected_accounts?${users}&limit=1`);
  expect(processorMs() - before).toBeLessThan(10_000);
  expect(json.total_items).toBeGreaterThan(90_000);
  expect(json.total_items).toBeLessThanOrEqual(100_000);
});

test("toolkits are listed, and one is found by its slug", async () => {
  const platform = await run();
  const { json } = await call(platform, "GET", "/api/v3/toolkits");
  expect(json).toMatchObject({ current_page: 1, total_items: expect.any(Number) });
  const github = json.items.find(({ slug }: { slug: string }) => slug === "github");
  expect(github).toMatchObject({ name: "GitHub", no_auth: false, meta: { triggers_count: 6 } });
  const one = await call(platform, "GET", "/api/v3.1/toolkits/GitHub");
  expect(one.json).toMatchObject({
    slug: "github",
    auth_config_details: [{ mode: "OAUTH2" }, { mode: "API_KEY" }],
  });
  expect((await call(platform, "GET", "/api/v3.1/toolkits/nope")).status).toBe(404);
});

test("an auth config is made, listed and read, and an account is connected with it", async () => {
  const platform = await run();
  const made = await call(platform, "POST", "/api/v3/auth_configs", {
    body: { toolkit: { slug: "github" }, auth_config: { type: "use_composio_managed_auth" } },
  });
  expect([made.status, made.json]).toMatchObject([
    201,
    {
      toolkit: { slug: "github" },
      auth_config: { id: expect.stringMatching(/^ac_/), is_composio_managed: true },
    },
  ]);
  const { id } = made.json.auth_config;
  const listed = await call(platform, "GET", "/api/v3.1/auth_configs?toolkit_slug=github");
  expect(listed.json.items).toMatchObject([{ id, toolkit: { slug: "github" }, status: "ENABLED" }]);
  expect((await call(platform, "GET", `/api/v3.1/auth_configs/${id}`)).json).toMatchObject({ id });
  const connected = await call(platform, "POST", "/api/v3/connected_accounts", {
    body: { auth_config: { id }, connection: { user_id: "ada" } },
  });
  expect([connected.status, connected.json]).toMatchObject([
    201,
    {
      user_id: "ada",
      status: "INITIATED",
      auth_config: { id },
      connectionData: { val: { status: "INITIATED", redirectUrl: expect.stringContaining("/connect/lk_") } },
    },
  ]);
  const found = await call(platform, "GET", `/api/v3/connected_accounts?user_ids=ada&auth_config_ids=${id}`);
  expect(found.json.items).toMatchObject([{ id: connected.json.id }, { status: "ACTIVE" }]);
  for (const body of [{}, { toolkit: {} }]) {
    expect((await call(platform, "POST", "/api/v3/auth_configs", { body })).status).toBe(400);
  }
  expect((await call(platform, "GET", "/api/v3/auth_configs/ac_nope")).status).toBe(404);
});

test("generation 1 has integrations, and connects an account with one", async () => {
  const platform = await run();
  const { json } = await call(platform, "GET", "/api/v1/integrations?appName=slack");
  expect(json).toMatchObject({ page: 1, totalPages: 1, items: [{ appName: "slack", enabled: true }] });
  const [{ id, appId }] = json.items;
  const made = await call(platform, "POST", "/api/v1/integrations", { body: { name: "mine", appId } });
  expect(made.json).toMatchObject({ id, appName: "slack" });
  expect((await call(platform, "GET", `/api/v1/integrations/${id}`)).json).toMatchObject({ id });
  const connected = await call(platform, "POST", "/api/v1/connectedAccounts", {
    body: { integrationId: id, entityId: "ada", data: {} },
  });
  expect(connected.json).toMatchObject({
    connectionStatus: "INITIATED",
    connectedAccountId: expect.any(String),
    redirectUrl: expect.stringContaining("/connect/lk_"),
  });
});
