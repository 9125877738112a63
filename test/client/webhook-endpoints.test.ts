import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ApiVersion } from "../../src/settings/toolset.js";
import type { Toolset } from "../../src/toolset.js";
import { account3, onStrictPlatform, page3, setUp, trigger3 } from "./fixture.js";
import { rejection } from "./support.js";

const RECEIVED = "SLACK_CHANNEL_MESSAGE_RECEIVED";
const secrets = { webhook_signing_secret: "slack-signing-secret", app_token: "xapp-1-token" };

const start = (apiVersion: ApiVersion = "v3") => onStrictPlatform(apiVersion);

/** A request as Slack signs it. */
function fromSlack(
  url: string,
  body: object,
  { secret = secrets.webhook_signing_secret, ageSeconds = 0 } = {},
) {
  const text = JSON.stringify(body);
  const time = String(Math.floor(Date.now() / 1000) - ageSeconds);
  const digest = createHmac("sha256", secret).update(`v0:${time}:${text}`).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-slack-request-timestamp": time,
    "x-slack-signature": `v0=${digest}`,
  };
  return fetch(url, { method: "POST", body: text, headers });
}

describe("generation 3, against the local platform", () => {
  test("an endpoint is created once, configured, verified, and the trigger that needs it is enabled and fires", async () => {
    const { platform, toolset } = await start();
    const { webhookEndpoints } = toolset;
    expect(await webhookEndpoints.list()).toEqual([]);
    const fields = await webhookEndpoints.setupFields("Slack");
    expect(fields).toMatchObject([
      { name: "webhook_signing_secret", required: true, secret: true },
      { name: "app_token", required: true, secret: true },
    ]);
    const created = await webhookEndpoints.create({ app: "Slack", clientId: "12.34" });
    expect(created).toMatchObject({ appName: "slack", clientId: "12.34", fields: {}, verifiedAt: undefined });
    expect(created.url).toBe(`${platform.url}/api/v3.1/webhook_ingress/slack/${created.id}/trigger_event`);
    expect(await webhookEndpoints.create({ app: "slack", clientId: "12.34" })).toEqual(created);
    expect((await webhookEndpoints.create({ app: "slack", clientId: "56.78" })).id).not.toBe(created.id);
    expect(await webhookEndpoints.list({ app: "slack" })).toHaveLength(2);
    expect(await webhookEndpoints.list({ app: "notion" })).toEqual([]);

    const { webhook_signing_secret, app_token } = secrets;
    const half = await webhookEndpoints.update(created.id, { webhook_signing_secret });
    expect(half).toMatchObject({ fields: { webhook_signing_secret: "********" }, verifiedAt: undefined });
    const waiting = webhookEndpoints.waitUntilVerified(created.id);
    const whole = await webhookEndpoints.update(created.id, { app_token });
    expect(Object.keys(whole.fields)).toEqual(["webhook_signing_secret", "app_token"]);
    expect((await waiting).verifiedAt).toBeInstanceOf(Date);

    const { triggerId } = await toolset.enableTrigger(RECEIVED);
    expect(triggerId).toMatch(/^ti_/);
    const event = { type: "message", channel: "C1", channel_type: "channel", user: "U1", text: "hi" };
    const response = await fromSlack(created.url, { type: "event_callback", event });
    expect([response.status, await response.json()]).toMatchObject([200, { triggers_fired: 1 }]);
    expect(platform.events(1)[0]?.event).toMatchObject({ triggerName: RECEIVED, payload: { text: "hi" } });
    // The other endpoint has no secret: what is sent there is not signed.
    const [, other] = await webhookEndpoints.list();
    const otherUrl = created.url.replace(created.id, other?.id ?? "");
    expect((await fromSlack(otherUrl, { type: "event_callback", event })).status).toBe(400);
  });

  test("the challenge of the app is answered once; unsigned, tampered and old requests are rejected", async () => {
    const { toolset } = await start();
    const { id, url } = await toolset.webhookEndpoints.create({ app: "slack", clientId: "12.34" });
    const { webhook_signing_secret } = secrets;
    await toolset.webhookEndpoints.update(id, { webhook_signing_secret });
    const challenge = { type: "url_verification", challenge: "abc" };
    expect((await fromSlack(url, challenge, { secret: "other" })).status).toBe(400);
    expect((await fromSlack(url, challenge, { ageSeconds: 400 })).status).toBe(400);
    expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(400);
    expect((await fromSlack(`${url}x`, challenge)).status).toBe(404);
    expect((await toolset.webhookEndpoints.get(id)).verifiedAt).toBeUndefined();
    expect(await (await fromSlack(url, challenge)).json()).toEqual({ challenge: "abc" });
    expect((await toolset.webhookEndpoints.get(id)).verifiedAt).toBeInstanceOf(Date);
    expect((await fromSlack(url, challenge)).status).toBe(400);
  });

  test("update keeps what it does not name, replace needs all that is required", async () => {
    const { toolset } = await start();
    const { webhookEndpoints } = toolset;
    const { id } = await webhookEndpoints.create({ app: "slack", clientId: "12.34" });
    await webhookEndpoints.replace(id, secrets);
    const error = await rejection(webhookEndpoints.replace(id, { app_token: "xapp-2" }));
    expect(error).toMatchObject({ code: "ERR_API", status: 400 });
    expect(error.message).toContain("webhook_signing_secret");
    const misspelt = await rejection(webhookEndpoints.update(id, { app_tokn: "xapp-2" }));
    expect(misspelt.message).toContain("app_tokn");
    expect(Object.keys((await webhookEndpoints.get(id)).fields)).toHaveLength(2);
    await expect(webhookEndpoints.get("we_unknown")).rejects.toMatchObject({ code: "ERR_NOT_FOUND" });
  });

  test("without a verified endpoint, enabling says the lines to write before anything is changed", async () => {
    const { platform, toolset } = await start();
    const calls: string[] = [];
    platform.on((event) => {
      if (event.type === "call") calls.push(`${event.method} ${event.path}`);
    });
    expect(await toolset.getTrigger(RECEIVED)).toMatchObject({ requiresWebhookEndpoint: true });
    const none = await rejection(toolset.enableTrigger(RECEIVED));
    expect(none).toMatchObject({ code: "ERR_WEBHOOK_ENDPOINT" });
    expect(none.message).toContain('webhookEndpoints.create({ app: "slack", clientId: "…" })');
    expect(none.message).toContain('{ webhook_signing_secret: "…", app_token: "…" }');
    const { id, url } = await toolset.webhookEndpoints.create({ app: "slack", clientId: "12.34" });
    const unconfigured = await rejection(toolset.getEntity("ann").enableTrigger(RECEIVED));
    expect(unconfigured.message).toContain(`${id} (no fields stored)`);
    expect(unconfigured.message).toContain(`Enter ${url} in the settings`);
    expect(unconfigured.message).toContain(`waitUntilVerified("${id}")`);
    expect(calls.filter((call) => call.includes("/upsert"))).toEqual([]);
  });
});

test("an account of the platform's own OAuth app needs no endpoint", async () => {
  const managed = { id: "ac_1", is_composio_managed: true };
  const slack = { ...trigger3, slug: RECEIVED, toolkit: { slug: "slack" }, config: { type: "object" } };
  const replies = (auth_config: object) => ({
    [`GET /api/v3.1/triggers_types/${RECEIVED}`]: {
      json: { ...slack, requires_webhook_endpoint_setup: true },
    },
    "GET /api/v3.1/webhook_endpoints": { json: { items: [] } },
    "GET /api/v3.1/connected_accounts/ca_1": {
      json: account3("ca_1", { toolkit: { slug: "slack" }, auth_config }),
    },
    "GET /api/v3.1/connected_accounts": page3([
      account3("ca_1", { toolkit: { slug: "slack" }, auth_config }),
    ]),
    [`POST /api/v3.1/trigger_instances/${RECEIVED}/upsert`]: { json: { trigger_id: "ti_1" } },
  });
  const ready = await setUp("v3", replies(managed));
  const options = { connectedAccountId: "ca_1" };
  await expect(ready.toolset.enableTrigger(RECEIVED, options)).resolves.toMatchObject({ triggerId: "ti_1" });
  const own = await setUp("v3", replies({ ...managed, is_composio_managed: false }));
  for (const given of [options, {}]) {
    const error = await rejection(own.toolset.enableTrigger(RECEIVED, given));
    expect(error).toMatchObject({ code: "ERR_WEBHOOK_ENDPOINT" });
    // This platform has no schema: the lines stay without the names of fields.
    expect(error.message).toContain("webhookEndpoints.update(endpoint.id, fields)");
  }
  expect(own.asked().filter((what) => what.startsWith("POST"))).toEqual([]);
});

test("waiting for a verification ends at its time limit, and with its signal", async () => {
  const { toolset } = await start();
  const { id, url } = await toolset.webhookEndpoints.create({ app: "slack", clientId: "12.34" });
  const late = await rejection(toolset.webhookEndpoints.waitUntilVerified(id, { timeoutMs: 1500 }));
  expect(late).toMatchObject({ code: "ERR_TIMEOUT" });
  expect(late.message).toContain(url);
  const controller = new AbortController();
  const aborted = rejection(toolset.webhookEndpoints.waitUntilVerified(id, { signal: controller.signal }));
  controller.abort();
  expect(await aborted).toMatchObject({ code: "ERR_ABORTED" });
  await expect(toolset.webhookEndpoints.waitUntilVerified("we_unknown")).rejects.toMatchObject({
    code: "ERR_NOT_FOUND",
  });
});

test.each<[string, (toolset: Toolset) => Promise<unknown>]>([
  [
    "create without a client id",
    ({ webhookEndpoints }) => webhookEndpoints.create({ app: "slack" } as never),
  ],
  ["create with a misspelt key", ({ webhookEndpoints }) => webhookEndpoints.create({ ap: "slack" } as never)],
  ["list with an empty app", ({ webhookEndpoints }) => webhookEndpoints.list({ app: " " })],
  ["no fields", ({ webhookEndpoints }) => webhookEndpoints.update("we_1", {})],
  ["a text for fields", ({ webhookEndpoints }) => webhookEndpoints.update("we_1", "secret" as never)],
  ["an empty field", ({ webhookEndpoints }) => webhookEndpoints.replace("we_1", { app_token: "" })],
  [
    "a negative limit",
    ({ webhookEndpoints }) => webhookEndpoints.waitUntilVerified("we_1", { timeoutMs: -1 }),
  ],
])("%s is rejected before a call", async (_, act) => {
  const { toolset, asked } = await setUp("v3", {});
  const error = await rejection(act(toolset));
  expect(error).toMatchObject({ code: "ERR_OPTION" });
  expect(error.message).not.toContain(`"secret"`);
  expect(asked()).toEqual([]);
});

test("generation 1 has no webhook endpoints, and rejects the trigger in the platform's words", async () => {
  const { toolset } = await start("v1");
  const { webhookEndpoints } = toolset;
  for (const call of [
    webhookEndpoints.list(),
    webhookEndpoints.setupFields("slack"),
    webhookEndpoints.create({ app: "slack", clientId: "1" }),
    webhookEndpoints.get("we_1"),
    webhookEndpoints.update("we_1", secrets),
    webhookEndpoints.replace("we_1", secrets),
    webhookEndpoints.waitUntilVerified("we_1"),
  ]) {
    const error = await rejection(call);
    expect(error).toMatchObject({ code: "ERR_OPTION" });
    expect(error.message).toContain('apiVersion: "v3"');
  }
  const error = await rejection(toolset.enableTrigger(RECEIVED));
  expect(error).toMatchObject({ code: "ERR_API", status: 400 });
  expect(error.message).toContain("webhook endpoint");
});

test("endpoints survive a restart of the local platform with a data directory", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "earshot-endpoints-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const first = await onStrictPlatform("v3", {}, { dataDir });
  const { id } = await first.toolset.webhookEndpoints.create({ app: "slack", clientId: "12.34" });
  await first.toolset.webhookEndpoints.replace(id, secrets);
  await first.platform.stop();
  const { toolset } = await onStrictPlatform("v3", {}, { dataDir });
  expect((await toolset.webhookEndpoints.get(id)).verifiedAt).toBeInstanceOf(Date);
  expect(await toolset.enableTrigger(RECEIVED)).toMatchObject({ triggerName: RECEIVED });
});
