import { createHmac } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Inbox, Toolset, type TriggerListener } from "earshot";
import { type Platform, startPlatform } from "earshot/dev";
import { bearerTokens, type McpServer, type McpServerOptions, mcpServer } from "earshot/mcp";
import { sqliteInbox } from "earshot/sqlite";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";

export const STAR = "GITHUB_STAR_ADDED_EVENT";
export const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
export const tokens = { ada: "token-of-ada-0123456789", bob: "token-of-bob-0123456789" };

/** A server on port 0 of this machine that ends with the test. @returns its URL */
export async function serve(
  handler: RequestListener,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  onTestFinished(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

export function fileInbox(): () => Inbox {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  return () => sqliteInbox({ path: join(folder, "events.db") });
}

export interface Host {
  readonly mcp: McpServer;
  readonly listener: TriggerListener;
  readonly url: string;
  /** A JSON-RPC request of revision 2026-07-28. */
  call(method: string, params?: object, own?: CallOptions): Promise<Answer>;
  stop(): Promise<void>;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: results are read member by member
  readonly result: any;
  readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } | undefined;
}

/** The local platform, with a trigger that fires. */
export async function platformWithStars(): Promise<{
  platform: Platform;
  toolset: Toolset;
  star(by: string): Promise<void>;
}> {
  const platform = await startPlatform();
  onTestFinished(() => platform.stop());
  const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url });
  onTestFinished(() => toolset.close());
  await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
  return {
    platform,
    toolset,
    star: async (by) => {
      await platform.fire(STAR, { changes: { starred_by: by } });
    },
  };
}

/** A listener on the platform, and an MCP server on it. */
export async function hostOn(
  toolset: Toolset,
  inbox: Inbox,
  own: Partial<McpServerOptions> = {},
): Promise<Host> {
  const listener = toolset.createTriggerListener({ inbox, signals: false });
  const mcp = mcpServer({
    listener,
    toolset,
    events: [STAR],
    authenticate: bearerTokens({ [tokens.ada]: "ada", [tokens.bob]: "bob" }),
    allowLoopback: true,
    retryDelaysMs: [20],
    ...own,
  });
  const { url, close } = await serve(mcp.nodeHandler());
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      await mcp.stop();
      await close();
      await listener.stop();
    })();
    return stopping;
  };
  onTestFinished(stop);
  await mcp.start();
  return {
    mcp,
    listener,
    url,
    stop,
    call: (method, params = {}, options = {}) => call(url, method, params, options),
  };
}

export const envelope = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

export function post(
  url: string,
  method: string,
  params: object,
  { token = tokens.ada, headers = {} }: CallOptions,
) {
  return fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: envelope } }),
  });
}

async function call(url: string, method: string, params: object, options: CallOptions): Promise<Answer> {
  const response = await post(url, method, params, options);
  const text = await response.text();
  const { result, error } = text === "" ? ({} as Answer) : (JSON.parse(text) as Answer);
  return { status: response.status, result, error };
}

export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: messages are read member by member
  readonly message: any;
}

/** An endpoint that answers challenges and stores what it gets. `answer` decides on everything else. */
export async function endpoint(answer: (received: Received) => number | Promise<number> = () => 204) {
  const received: Received[] = [];
  const challenges: Received[] = [];
  const world = { verifies: true };
  const { url, close } = await serve((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", async () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const one: Received = { headers: req.headers, body, message: JSON.parse(body) };
      if (one.message.type === "verification") {
        challenges.push(one);
        const { challenge } = one.message;
        res.end(JSON.stringify({ challenge: world.verifies ? challenge : `${challenge.slice(0, -1)}!` }));
        return;
      }
      const status = await answer(one);
      if (status < 300) received.push(one);
      res.writeHead(status).end();
    });
  });
  return { url: `${url}/hook?b=2&a=1`, received, challenges, world, close };
}

/** Whether one of the signatures is by this secret. */
export function isSignedBy({ headers, body }: Received, by: string): boolean {
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const key = Buffer.from(by.slice("whsec_".length), "base64");
  const wanted = `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
  return String(headers["webhook-signature"]).split(" ").includes(wanted);
}

export const delivery = (url: string, own: object = {}) => ({ mode: "webhook", url, secret, ...own });
