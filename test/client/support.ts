import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../../src/base/clock.js";
import type { Environment } from "../../src/settings/environment.js";
import { type ToolsetOptions, type ToolsetSettings, toolsetSettings } from "../../src/settings/toolset.js";

export const KEY = "ak_test_0123456789abcdef";

const emptyEnvironment: Environment = {
  apiKey: undefined,
  baseUrl: undefined,
  webhookSecret: undefined,
  httpsProxy: undefined,
  httpProxy: undefined,
  noProxy: undefined,
};

/** Settings that read nothing from the machine. */
export function settingsFor(
  baseUrl: string,
  options: ToolsetOptions = {},
  environment: Partial<Environment> = {},
): ToolsetSettings {
  return toolsetSettings({ apiKey: KEY, baseUrl, ...options }, { ...emptyEnvironment, ...environment });
}

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** `GET /path` */
  readonly what: string;
}

export interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a request: with a reply, or by itself through the response. `nth` counts all requests, from 1. */
export type Answerer = (seen: Seen, nth: number, response: ServerResponse) => Reply | undefined;

export interface Scripted {
  readonly url: string;
  readonly port: number;
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** A server that answers as it is told, and remembers what it was asked. */
export async function scripted(answer: Answerer, port = 0): Promise<Scripted> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? "/", "http://server");
    const one: Seen = {
      method: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
      what: `${request.method} ${url.pathname}`,
    };
    seen.push(one);
    const reply = answer(one, seen.length, response);
    if (reply === undefined) return;
    const isText = reply.text !== undefined;
    response.writeHead(reply.status ?? 200, {
      "content-type": isText ? "text/plain" : "application/json",
      ...reply.headers,
    });
    response.end(isText ? reply.text : reply.json === undefined ? undefined : JSON.stringify(reply.json));
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    seen,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Replies by `GET /path`; anything else is a 404 that says what was asked. */
export function byPath(replies: Readonly<Record<string, Reply | ((seen: Seen) => Reply)>>): Answerer {
  return (seen) => {
    const reply = replies[seen.what];
    if (reply === undefined)
      return { status: 404, json: { error: { message: `no ${seen.what}`, code: 1, status: 404 } } };
    return typeof reply === "function" ? reply(seen) : reply;
  };
}

/** A clock that notes which delays it was asked for. */
export function noting<C extends Clock>(clock: C): C & { readonly delays: number[] } {
  const delays: number[] = [];
  const after: Clock["after"] = (delayMs, fn) => {
    delays.push(delayMs);
    return clock.after(delayMs, fn);
  };
  return { ...clock, after, delays };
}

/** Waits until something holds, and fails if it does not within 5 s. */
export async function until(condition: () => boolean, what = String(condition)): Promise<void> {
  const end = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What a promise is rejected with; fails where it is not. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error & Record<string, unknown>> {
  const outcome = await Promise.resolve(promise).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(outcome instanceof Error)) throw new Error("it was not rejected with an error");
  return outcome as Error & Record<string, unknown>;
}
