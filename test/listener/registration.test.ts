import { createServer, type IncomingMessage } from "node:http";
import { composio, type WebhookOptions } from "earshot";
import { startPlatform } from "earshot/dev";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { call } from "../dev/rest/fixture.js";
import { listenerFor, platformFor, toolsetFor } from "../e2e/agent.js";
import { freePort } from "../support/free-port.js";
import { startTcpProxy } from "../support/tcp-proxy.js";

const config = { owner: "acme", repo: "site" };
const STAR = "GITHUB_STAR_ADDED_EVENT";

/** A listener behind an address of its own, as behind a tunnel. */
async function behindTunnel(apiVersion: "v1" | "v3", webhook: WebhookOptions = {}) {
  const platform = await platformFor();
  const toolset = toolsetFor(platform, { apiVersion });
  const port = await freePort();
  const tunnel = await startTcpProxy(port);
  onTestFinished(() => tunnel.stop());
  const publicUrl = `http://localhost:${tunnel.port}/in/composio`;
  const made = listenerFor(toolset, { webhook: { port, path: "/in/composio", publicUrl, ...webhook } });
  return { platform, toolset, publicUrl, tunnel, ...made };
}

test.each(["v3", "v1"] as const)(
  "in generation %s the public URL is registered at start, its response has the secret, and the event names the replaced URL",
  async (apiVersion) => {
    const { platform, toolset, publicUrl, tunnel, listener, reports } = await behindTunnel(apiVersion);
    await toolset.setWebhookUrl("http://127.0.0.1:9/old");
    await toolset.enableTrigger(STAR, { config });
    const received: unknown[] = [];
    listener.callback(STAR, ({ payload, source }) => void received.push([payload.starred_by, source]));
    await listener.start();
    expect(reports).toContainEqual({
      type: "webhook.registered",
      url: publicUrl,
      replaced: "http://127.0.0.1:9/old",
    });
    expect(await toolset.getWebhookUrl()).toBe(publicUrl);
    await platform.fire(STAR, { data: { starred_by: "ada" } });
    await platform.idle();
    await vi.waitFor(() => expect(received).toEqual([["ada", "webhook"]]));
    expect(tunnel.connections).toBeGreaterThan(0);

    const forged = signedWebhook({ secret: "somebody else's secret", triggerName: STAR, payload: {} });
    expect((await fetch(publicUrl, { method: "POST", ...forged })).status).toBe(401);
    const { webhookSecret } = platform.project;
    const own = signedWebhook({ secret: webhookSecret, triggerName: STAR, payload: { starred_by: "grace" } });
    expect((await fetch(publicUrl, { method: "POST", ...own })).status).toBe(200);
    await vi.waitFor(() => expect(received).toHaveLength(2));
  },
);

test("generation 3 creates a subscription to triggers in the newest version if there is none", async () => {
  const { platform, publicUrl, listener, reports } = await behindTunnel("v3");
  await listener.start();
  const { json } = await call(platform, "GET", "/api/v3.1/webhook_subscriptions");
  expect(json.items).toEqual([
    expect.objectContaining({
      webhook_url: publicUrl,
      version: "V3",
      enabled_events: ["composio.trigger.message"],
    }),
  ]);
  expect(reports).toContainEqual({ type: "webhook.registered", url: publicUrl, replaced: undefined });
});

test("a URL that is already registered replaces nothing", async () => {
  const { toolset, publicUrl, listener, reports } = await behindTunnel("v3");
  await toolset.setWebhookUrl(publicUrl);
  await listener.start();
  expect(reports).toContainEqual({ type: "webhook.registered", url: publicUrl, replaced: undefined });
});

test("a configured secret precedes the platform's own", async () => {
  const secret = "a secret that the user holds";
  const { platform, publicUrl, listener } = await behindTunnel("v3", { secrets: secret });
  await listener.start();
  const post = (key: string) =>
    fetch(publicUrl, {
      method: "POST",
      ...signedWebhook({ secret: key, triggerName: "ACME_X", payload: {} }),
    });
  expect((await post(platform.project.webhookSecret)).status).toBe(401);
  expect((await post(secret)).status).toBe(200);
});

test("a mounted handler starts its listener with the first request: it registers the public URL and has the secret", async () => {
  const platform = await platformFor();
  const toolset = toolsetFor(platform);
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}/webhook`;
  const { listener, reports } = listenerFor(toolset, { webhook: { publicUrl } });
  const server = createServer(listener.nodeHandler()).listen(port, "127.0.0.1");
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const { webhookSecret } = platform.project;
  const post = () =>
    fetch(publicUrl, {
      method: "POST",
      ...signedWebhook({ secret: webhookSecret, triggerName: "ACME_X", payload: {} }),
    });
  expect((await post()).status).toBe(200);
  expect(reports.map(({ type }) => type)).toContain("webhook.registered");
  expect((await post()).status).toBe(200);
});

test("if the platform rejects the URL, the listener does not start, and nothing stays open", async () => {
  const platform = await platformFor();
  const { listener, reports } = listenerFor(toolsetFor(platform), {
    webhook: { port: 0, publicUrl: "https://agent.example.com/webhook" },
  });
  await expect(listener.start()).rejects.toMatchObject({ code: "ERR_API", status: 400 });
  expect(listener.health().state).toBe("failed");
  expect(reports.map(({ type }) => type)).toEqual(["webhook.listening", "webhook.closed"]);
});

test("without a public URL no URL is registered with a remote platform, but its secret is requested", async () => {
  const platform = await startPlatform();
  onTestFinished(() => platform.stop());
  const asked: string[] = [];
  // Reached under 0.0.0.0, which is no loopback address: as far as the name goes, the platform is elsewhere.
  const gateway = createServer((req: IncomingMessage, res) => {
    asked.push(`${req.method} ${req.url}`);
    const path = `${platform.url}${req.url}`;
    fetch(path, { headers: { "x-api-key": "local" } }).then(async (answer) => {
      res.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
    });
  }).listen(0);
  await new Promise((resolve) => gateway.once("listening", resolve));
  onTestFinished(() => new Promise((resolve) => gateway.close(() => resolve())));
  onTestFinished(() => gateway.closeAllConnections());
  const { port } = gateway.address() as { port: number };
  const toolset = toolsetFor(platform, { baseUrl: `http://0.0.0.0:${port}` });
  const { listener, reports } = listenerFor(toolset, { webhook: { port: 0 } });
  await listener.start();
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((call) => !call.startsWith("GET "))).toEqual([]);
  expect(reports.map(({ type }) => type)).toEqual(["webhook.listening"]);
  const { webhookSecret } = platform.project;
  const signed = signedWebhook({ secret: webhookSecret, triggerName: "ACME_X", payload: {} });
  const url = `${listener.health().webhook?.url}/webhook`;
  expect((await fetch(url, { method: "POST", ...signed })).status).toBe(200);
});

test("a route at the path of the platform's own webhooks is an error", async () => {
  const platform = await platformFor();
  const source = composio({ secrets: "a secret of some length" });
  const make = () => listenerFor(toolsetFor(platform), { webhook: { routes: { "/webhook": source } } });
  expect(make).toThrow(/The platform's own webhooks come to \/webhook, and a route is there too/);
});
