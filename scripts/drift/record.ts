// Every call that the client makes, with the local platform's answers.
import { once } from "node:events";
import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { Client } from "../../src/client/client.js";
import { startPlatform } from "../../src/dev/index.js";
import { v1 } from "../../src/protocol/rest-v1.js";
import { v3 } from "../../src/protocol/rest-v3.js";
import { type ApiVersion, toolsetSettings } from "../../src/settings/toolset.js";
import { Toolset } from "../../src/toolset.js";

/** One call and its response. */
export interface RecordedCall {
  readonly method: string;
  readonly path: string;
  /** The client's own template of the path; `undefined` where it has none. */
  readonly route: string | undefined;
  readonly queryNames: readonly string[];
  /** Parsed JSON; `undefined` where the body is a form, or empty. */
  readonly body: unknown;
  readonly status: number;
  /** Parsed JSON; `undefined` where it is something else. */
  readonly response: unknown;
}

/** Runs everything that the client can do in both generations. */
export async function recordCalls(): Promise<readonly RecordedCall[]> {
  const platform = await startPlatform();
  const calls: RecordedCall[] = [];
  const proxy = await recorder(platform.url, calls);
  try {
    for (const apiVersion of ["v3", "v1"] as const) {
      await useEverything(apiVersion, proxy.url, platform.fire.bind(platform));
    }
  } finally {
    await proxy.close();
    await platform.stop();
  }
  return calls;
}

const routes = [...Object.values(v3), ...Object.values(v1)];

/** The template with the fewest parameters: `…/enum` comes before `…/{slug}`. */
function routeOf(method: string, path: string): string | undefined {
  const fitting = routes.filter((one) => one.method === method && formOf(one.path).test(path));
  return fitting.sort((a, b) => a.path.split("{").length - b.path.split("{").length)[0]?.path;
}

function formOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`);
}

/** Routes of the client that no recorded call used, as `GET /api/…`. */
export function unusedRoutes(calls: readonly RecordedCall[]): readonly string[] {
  return routes
    .filter(({ method, path }) => !calls.some((call) => call.method === method && call.route === path))
    .map(({ method, path }) => `${method} ${path}`);
}

async function useEverything(
  apiVersion: ApiVersion,
  baseUrl: string,
  fire: (name: string) => Promise<unknown>,
): Promise<void> {
  const toolset = new Toolset({ apiKey: "local", baseUrl, apiVersion, onWarning: () => undefined });
  const name = "GITHUB_STAR_ADDED_EVENT";
  const config = { owner: "acme", repo: apiVersion };
  const since = Date.now() - 60_000;
  await toolset.listTriggers({ appNames: ["github", "slack"] });
  await toolset.getTrigger(name);
  await toolset.getTrigger("NO_SUCH_TRIGGER").catch(() => undefined);
  const accounts = await toolset.connectedAccounts({
    appNames: "github",
    entityIds: "default",
    statuses: "ACTIVE",
  });
  const [account] = accounts;
  if (account === undefined) throw new Error("The local platform has no account of github.");
  await toolset.connectedAccounts({ integrationIds: account.integrationId, connectedAccountIds: account.id });
  await toolset.connectedAccount(account.id);
  const { triggerId } = await toolset.enableTrigger(name, { config });
  await toolset.enableTrigger(name, { config, connectedAccountId: account.id });
  await toolset.activeTriggers({
    triggerIds: triggerId,
    triggerNames: name,
    connectedAccountIds: account.id,
    integrationIds: account.integrationId,
    entityIds: "default",
    showDisabled: true,
  });
  await fire(name);
  await toolset.triggerLogs({ since, until: Date.now() + 60_000, status: "success", entityIds: "default" });
  await toolset.triggerLogs({ search: "acme", connectedAccountIds: account.id });
  await toolset.disableTrigger(triggerId);
  await toolset.switchTrigger(triggerId, true);
  await toolset.triggersEnabled();
  const url = "http://127.0.0.1:9/webhook";
  await toolset.setWebhookUrl(url, { version: "V2" });
  await toolset.getWebhookUrl();
  const client = new Client(toolsetSettings({ apiKey: "local", baseUrl, apiVersion }));
  const { realtime } = client.platformAccess();
  const { signal } = new AbortController();
  const { channel } = await realtime.locate(signal);
  await realtime.authorize("1.2", channel, signal);
  await client.close();
  if (apiVersion === "v3") {
    await toolset.setWebhookUrl(url, { events: ["composio.trigger.message"] });
    await toolset.webhookEventTypes();
    await toolset.rotateWebhookSecret();
    await toolset.deleteWebhook();
    const { webhookEndpoints } = toolset;
    await webhookEndpoints.setupFields("slack");
    const endpoint = await webhookEndpoints.create({ app: "slack", clientId: "1.2" });
    const fields = { webhook_signing_secret: "secret", app_token: "xapp-1" };
    await webhookEndpoints.update(endpoint.id, fields);
    await webhookEndpoints.replace(endpoint.id, fields);
    await webhookEndpoints.list({ app: "slack" });
    await toolset.enableTrigger("SLACK_CHANNEL_MESSAGE_RECEIVED");
  } else {
    await toolset.apiKeys();
  }
  await toolset.deleteTrigger(triggerId);
  await useTools(toolset, `user-of-${apiVersion}`);
  await toolset.close();
}

/** Tools, and connecting accounts. */
async function useTools(toolset: Toolset, entityId: string): Promise<void> {
  const star = "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER";
  const expected = () => undefined;
  await toolset.listTools({ apps: "github", tags: "important", search: "star", limit: 3 });
  await toolset.getTools({ actions: [star] });
  await toolset.executeAction(star, { owner: "acme", repo: "site" });
  await toolset.executeAction("NO_SUCH_TOOL" as string, {}).catch(expected);
  const { connectedAccountId } = await toolset.connect("github", {
    entityId,
    callbackUrl: "http://localhost:9/done",
  });
  await toolset.connectedAccount(connectedAccountId);
  const { id } = await toolset.connectWithKey("linear", "lin_api_key", { entityId });
  await toolset.switchAccount(id, false);
  await toolset.switchAccount(id, true);
  await toolset.deleteAccount(id);
  await toolset.connect("no_such_app", { entityId }).catch(expected);
}

/** A proxy that notes what passes. */
async function recorder(target: string, calls: RecordedCall[]) {
  const { hostname, port } = new URL(target);
  const server = createServer(async (incoming, outgoing) => {
    const sent = await bytesOf(incoming);
    const headers = { ...incoming.headers, host: `${hostname}:${port}` };
    const options = { hostname, port, method: incoming.method, path: incoming.url, headers };
    const forwarded = send(options, async (answer) => {
      const received = await bytesOf(answer);
      const url = new URL(incoming.url ?? "/", target);
      const status = answer.statusCode ?? 0;
      calls.push({
        method: incoming.method ?? "",
        path: url.pathname,
        route: routeOf(incoming.method ?? "", url.pathname),
        queryNames: [...new Set(url.searchParams.keys())],
        body: parsed(sent, incoming.headers["content-type"]),
        status,
        response: parsed(received, answer.headers["content-type"]),
      });
      outgoing.writeHead(status, answer.headers);
      outgoing.end(received);
    });
    forwarded.on("error", () => outgoing.destroy());
    forwarded.end(sent);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function parsed(bytes: Buffer, type: string | undefined): unknown {
  if (bytes.length === 0 || type?.includes("json") !== true) return undefined;
  return JSON.parse(bytes.toString());
}
