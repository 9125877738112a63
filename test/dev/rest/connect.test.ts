import { expect, onTestFinished, test } from "vitest";
import { startPlatform } from "../../../src/dev/index.js";
import { manualClock } from "../../support/manual-clock.js";
import { receiver } from "../webhooks/receiver.js";
import { accountOf, call, directory, enable, errorV3, iso, nano, run, SITE, STAR, text } from "./fixture.js";

type Platform = Awaited<ReturnType<typeof run>>;

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const CALLBACK = "http://localhost:3000/done?from=test";

/** Begins to connect, as an SDK does. */
async function link(platform: Platform, more: object = {}, app = "github") {
  const { auth_config } = await accountOf(platform, app);
  const body = { auth_config_id: auth_config.id, user_id: "ada", ...more };
  const got = await call(platform, "POST", "/api/v3.1/connected_accounts/link", { body });
  const path = got.status === 201 ? new URL(got.json.redirect_url).pathname : "";
  return { got, path, id: String(got.json.connected_account_id) };
}

const statusOf = async (platform: Platform, id: string) =>
  (await call(platform, "GET", `/api/v3.1/connected_accounts/${id}`)).json.status;

const page = (platform: Platform, path: string) => call(platform, "GET", path, { key: "" });

/** Presses a button of the page, as a browser does. */
async function press(
  platform: Platform,
  path: string,
  answer: string,
  more: object = {},
  headers: object = {},
) {
  const token = /name="form_token" value="([^"]+)"/.exec((await page(platform, path)).text)?.[1] ?? "";
  const bytes = new URLSearchParams({ form_token: token, answer, ...more }).toString();
  return call(platform, "POST", path, {
    bytes,
    headers: { ...FORM, origin: platform.url, ...headers },
    key: "",
  });
}

test.each([
  ["allow", "ACTIVE", "success"],
  ["deny", "FAILED", "failed"],
  ["expire", "EXPIRED", "failed"],
])(
  "%s on the connect page makes the account %s and goes back to the callback",
  async (answer, status, said) => {
    const platform = await run();
    const { got, path, id } = await link(platform, { callback_url: CALLBACK });
    expect(got.json).toEqual({
      link_token: expect.stringMatching(/^lk_/),
      redirect_url: `${platform.url}${path}`,
      expires_at: iso,
      connected_account_id: nano("ca"),
    });
    expect(await statusOf(platform, id)).toBe("INITIATED");
    const pressed = await press(platform, path, answer);
    expect(pressed.status).toBe(303);
    const back = new URL(String(pressed.headers.location));
    expect(`${back.origin}${back.pathname}`).toBe("http://localhost:3000/done");
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      from: "test",
      status: said,
      connected_account_id: id,
    });
    expect(await statusOf(platform, id)).toBe(status);
    expect((await press(platform, path, "allow")).status, "a second answer").toBe(409);
    expect(await statusOf(platform, id)).toBe(status);
  },
);

test("the page loads nothing, runs nothing, stands in no frame, and shows names as text", async () => {
  const platform = await run();
  const { path } = await link(platform, { user_id: '<img src=x onerror="alert(1)">' });
  const { headers, text: html } = await page(platform, path);
  expect(headers["content-security-policy"]).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
  );
  expect(headers).toMatchObject({
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
  });
  expect(html).not.toContain("<img");
  expect(html).toContain("&lt;img");
  expect(html).toContain("Connect GitHub");
});

test("a form of another page, or without the page's token, changes nothing", async () => {
  const platform = await run();
  const { path, id } = await link(platform);
  expect((await press(platform, path, "allow", {}, { origin: "https://evil.example" })).status).toBe(403);
  for (const form_token of ["", "x", "ü".repeat(64), "0".repeat(64)]) {
    expect((await press(platform, path, "allow", { form_token })).status, form_token).toBe(403);
  }
  expect((await press(platform, path, "maybe")).status).toBe(400);
  expect(await statusOf(platform, id)).toBe("INITIATED");
  expect((await page(platform, "/connect/lk_nope")).status).toBe(404);
});

test.each([
  ["javascript:alert(1)"],
  ["data:text/html,x"],
  ["/relative"],
  ["https://evil.example/done"],
  ["http://localhost@evil.example/"],
  ["http://user:pass@localhost/"],
  ["http://localhost.evil.example/"],
])("the callback URL %s is rejected when the account is to be connected", async (callback_url) => {
  const platform = await run();
  const { got } = await link(platform, { callback_url });
  expect(got.json).toEqual(errorV3(400, { errors: [text] }));
});

test("a host that was allowed by name may be gone back to", async () => {
  const platform = await run({ callbackHosts: ["app.example.com"] });
  const { path } = await link(platform, { callback_url: "https://app.example.com/done" });
  expect((await page(platform, path)).headers["content-security-policy"]).toContain(
    "form-action 'self' https://app.example.com;",
  );
  expect((await press(platform, path, "allow")).headers.location).toMatch(
    /^https:\/\/app\.example\.com\/done\?status=success/,
  );
});

test("a page that is not answered in time expires, and a refresh gives the account a new one", async () => {
  const clock = manualClock();
  const platform = await run({ clock });
  const { path, id } = await link(platform);
  clock.advance(11 * 60_000);
  expect(await statusOf(platform, id)).toBe("EXPIRED");
  expect((await press(platform, path, "allow")).status).toBe(409);
  const refreshed = await call(platform, "POST", `/api/v3.1/connected_accounts/${id}/refresh`, { body: {} });
  expect(refreshed.json).toEqual({
    id,
    status: "INITIATED",
    redirect_url: expect.stringContaining("/connect/lk_"),
  });
  expect((await page(platform, path)).status, "the old page").toBe(404);
  expect((await press(platform, new URL(refreshed.json.redirect_url).pathname, "allow")).status).toBe(200);
  expect(await statusOf(platform, id)).toBe("ACTIVE");
});

test("an account with an API key is active at once, and none is made without a key", async () => {
  const platform = await run();
  const made = await call(platform, "POST", "/api/v3.1/auth_configs", {
    body: {
      toolkit: { slug: "linear" },
      auth_config: { type: "use_custom_auth", authScheme: "API_KEY", name: "keys" },
    },
  });
  expect(made.json.auth_config).toMatchObject({
    id: nano("ac"),
    auth_scheme: "API_KEY",
    is_composio_managed: false,
  });
  const { id } = made.json.auth_config;
  const connect = (connection: object) =>
    call(platform, "POST", "/api/v3.1/connected_accounts", { body: { auth_config: { id }, connection } });
  const got = await connect({
    user_id: "ada",
    state: { authScheme: "API_KEY", val: { api_key: "secret-key" } },
  });
  expect([got.status, got.json]).toMatchObject([
    201,
    { status: "ACTIVE", redirect_url: null, auth_config: { id } },
  ]);
  expect((await call(platform, "GET", `/api/v3.1/connected_accounts/${got.json.id}`)).text).not.toContain(
    "secret-key",
  );
  expect((await connect({ user_id: "ada" })).status).toBe(400);
  expect((await connect({ state: { authScheme: "API_KEY", val: { api_key: "k" } } })).status).toBe(400);
  const byPage = await call(platform, "POST", "/api/v3.1/connected_accounts/link", {
    body: { auth_config_id: id, user_id: "ada" },
  });
  const { pathname } = new URL(byPage.json.redirect_url);
  expect((await press(platform, pathname, "allow")).status, "without a key").toBe(400);
  expect((await press(platform, pathname, "allow", { api_key: "k" })).status).toBe(200);
});

test("generation 1 connects by the page, too, and deletes", async () => {
  const platform = await run();
  const [{ id: integrationId }] = (await call(platform, "GET", "/api/v1/integrations?appName=github")).json
    .items;
  const body = { integrationId, entityId: "ada", redirectUri: CALLBACK, data: {} };
  const begun = await call(platform, "POST", "/api/v1/connectedAccounts", { body });
  expect(begun.json).toMatchObject({ connectionStatus: "INITIATED", redirectUrl: text });
  const path = `/api/v1/connectedAccounts/${begun.json.connectedAccountId}`;
  await press(platform, new URL(begun.json.redirectUrl).pathname, "allow");
  expect((await call(platform, "GET", path)).json.status).toBe("ACTIVE");
  expect((await call(platform, "POST", `${path}/disable`)).status).toBe(200);
  expect((await call(platform, "GET", path)).json).toMatchObject({ status: "INACTIVE", enabled: false });
  expect((await call(platform, "DELETE", path)).json).toEqual({ status: "success", count: 1 });
  expect((await call(platform, "GET", path)).status).toBe(404);
});

test("accounts are switched, and deleted with their triggers", async () => {
  const platform = await run();
  await enable(platform);
  const { id } = await accountOf(platform);
  const path = `/api/v3.1/connected_accounts/${id}`;
  const setTo = (enabled: unknown) => call(platform, "PATCH", `${path}/status`, { body: { enabled } });
  expect((await setTo(false)).json).toEqual({ success: true });
  expect(await statusOf(platform, id)).toBe("INACTIVE");
  expect((await setTo(true)).json).toEqual({ success: true });
  expect((await setTo("yes")).status).toBe(400);
  expect((await call(platform, "DELETE", path)).json).toEqual({ success: true });
  expect((await call(platform, "DELETE", path)).status).toBe(404);
  expect((await call(platform, "GET", "/api/v3.1/trigger_instances/active")).json.items).toEqual([]);
});

test("auth configs are made, renamed, disabled and deleted", async () => {
  const platform = await run();
  const make = (auth_config: unknown) =>
    call(platform, "POST", "/api/v3.1/auth_configs", { body: { toolkit: { slug: "github" }, auth_config } });
  const { id } = (await make({ type: "use_custom_auth", authScheme: "OAUTH2", name: "mine" })).json
    .auth_config;
  const path = `/api/v3.1/auth_configs/${id}`;
  expect((await call(platform, "GET", path)).json).toMatchObject({
    name: "mine",
    type: "custom",
    status: "ENABLED",
  });
  expect(
    (await call(platform, "PATCH", path, { body: { type: "custom", name: "ours", credentials: {} } })).json,
  ).toEqual({});
  expect((await call(platform, "PATCH", `${path}/DISABLED`)).json).toEqual({});
  expect((await call(platform, "GET", path)).json).toMatchObject({ name: "ours", status: "DISABLED" });
  const refused = await call(platform, "POST", "/api/v3.1/connected_accounts/link", {
    body: { auth_config_id: id, user_id: "ada" },
  });
  expect(refused.status).toBe(400);
  expect((await call(platform, "DELETE", path)).json).toEqual({});
  expect((await call(platform, "GET", path)).status).toBe(404);
  for (const wrong of [
    { type: "nope" },
    { type: "use_custom_auth" },
    { type: "use_custom_auth", authScheme: "NOPE" },
  ]) {
    expect((await make(wrong)).status).toBe(400);
  }
  expect((await call(platform, "GET", "/api/v3.1/auth_configs?limit=51")).status).toBe(400);
});

test("accounts, their pages and auth configs survive a restart", async () => {
  const dataDir = await directory();
  const first = await startPlatform({ dataDir });
  onTestFinished(() => first.stop());
  const { path, id } = await link(first);
  const made = await call(first, "POST", "/api/v3.1/auth_configs", {
    body: { toolkit: { slug: "github" }, auth_config: { type: "use_custom_auth", authScheme: "API_KEY" } },
  });
  await first.stop();
  const second = await run({ dataDir });
  expect((await call(second, "GET", `/api/v3.1/auth_configs/${made.json.auth_config.id}`)).status).toBe(200);
  expect((await press(second, path, "allow")).status).toBe(200);
  expect(await statusOf(second, id)).toBe("ACTIVE");
});

test("triggers follow an account that the page expires, that is refreshed, and that is connected again", async () => {
  const clock = manualClock();
  const platform = await run({ clock });
  const door = await receiver();
  onTestFinished(() => door.close());
  const enabled_events = ["composio.connected_account.expired", "composio.trigger.disabled"];
  await call(platform, "POST", "/api/v3.1/webhook_subscriptions", {
    body: { webhook_url: door.url, enabled_events, version: "V3" },
  });
  const { path, id } = await link(platform);
  await press(platform, path, "allow");
  await call(platform, "POST", `/api/v3.1/trigger_instances/${STAR}/upsert`, {
    body: { connected_account_id: id, trigger_config: SITE },
  });
  const active = async () =>
    (await call(platform, "GET", "/api/v3.1/trigger_instances/active")).json.items.length;
  const refresh = async () => {
    const got = await call(platform, "POST", `/api/v3.1/connected_accounts/${id}/refresh`, { body: {} });
    return new URL(got.json.redirect_url).pathname;
  };
  const sent = async () => {
    await platform.idle();
    return door.received.map(({ body }) => JSON.parse(body).type).sort();
  };
  const events = enabled_events.sort();

  await press(platform, await refresh(), "expire");
  expect(await sent()).toEqual(events);
  expect(await active()).toBe(0);
  await press(platform, await refresh(), "allow");
  expect(await active(), "connected again").toBe(1);
  await refresh();
  clock.advance(11 * 60_000);
  expect(await statusOf(platform, id)).toBe("EXPIRED");
  expect(await sent(), "the page ran out").toEqual([...events, ...events].sort());
  expect(await active()).toBe(0);
});

test("an event of an OAuth app for an account that is switched off fires nothing, and is no error", async () => {
  const platform = await run();
  await enable(platform);
  const endpoint = await call(platform, "POST", "/api/v3.1/webhook_endpoints", {
    body: { toolkit_slug: "github", client_id: "app" },
  });
  const data = { webhook_signing_secret: "token" };
  await call(platform, "PATCH", `/api/v3.1/webhook_endpoints/${endpoint.json.id}`, { body: { data } });
  const send = () =>
    call(platform, "POST", new URL(endpoint.json.webhook_url).pathname, {
      body: { type: STAR, data: { starred_by: "ada" } },
      headers: { "x-webhook-token": "token" },
      key: "",
    });
  expect((await send()).json).toEqual({ status: "success", triggers_fired: 1 });
  const { id } = await accountOf(platform);
  await call(platform, "PATCH", `/api/v3.1/connected_accounts/${id}/status`, { body: { enabled: false } });
  expect((await send()).json).toEqual({ status: "success", triggers_fired: 0 });
});

test("an account shows whether its auth config is disabled, and has a scheme that there is", async () => {
  const platform = await run();
  const made = await call(platform, "POST", "/api/v3.1/auth_configs", {
    body: { toolkit: { slug: "github" }, auth_config: { type: "use_custom_auth", authScheme: "API_KEY" } },
  });
  const { id } = made.json.auth_config;
  const connect = (authScheme: string) => {
    const connection = { user_id: "ada", state: { authScheme, val: { api_key: "k" } } };
    return call(platform, "POST", "/api/v3.1/connected_accounts", {
      body: { auth_config: { id }, connection },
    });
  };
  expect((await connect("NOPE")).json).toEqual(errorV3(400));
  const { json } = await connect("api_key");
  expect(json.auth_config).toMatchObject({ auth_scheme: "API_KEY", is_disabled: false });
  await call(platform, "PATCH", `/api/v3.1/auth_configs/${id}/DISABLED`);
  const path = `/api/v3.1/connected_accounts/${json.id}`;
  expect((await call(platform, "GET", path)).json.auth_config.is_disabled).toBe(true);
});
