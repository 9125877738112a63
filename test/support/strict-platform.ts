import { once } from "node:events";
import { createServer, type IncomingMessage, request as send } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { ruleOf } from "./hosted-rules.js";

export interface StrictPlatform {
  readonly url: string;
  /** What was rejected, and why: `GET /api/…: …`. */
  readonly rejected: readonly string[];
  close(): Promise<void>;
}

/**
 * A local platform as strict as the hosted one: a proxy before it rejects unknown paths, unknown query names and body
 * members, pages that are too long, and an account without its owner, as under two-factor. Upgrades pass.
 *
 * @param target the URL of the local platform
 */
export async function startStrict(target: string): Promise<StrictPlatform> {
  const { hostname, port } = new URL(target);
  const rejected: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (incoming, response) => {
    const body = await readBody(incoming);
    const { method = "", url = "/", headers: given } = incoming;
    const problem = callProblem({ method, url, type: given["content-type"] ?? "", body: body.toString() });
    if (problem !== undefined) {
      rejected.push(`${incoming.method} ${incoming.url}: ${problem}`);
      const error = { message: problem, code: 10_400, status: 400, request_id: "strict" };
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ ...error, error, requestId: "strict", type: "BadRequestError" }));
      return;
    }
    const headers = { ...incoming.headers, host: `${hostname}:${port}` };
    const forwarded = send(
      { hostname, port, method: incoming.method, path: incoming.url, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    // A platform that drops the connection does so here, too.
    forwarded.on("error", () => incoming.socket.destroy());
    forwarded.end(body);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    const upstream = connect(Number(port), hostname, () => {
      const headers = Object.entries({ ...incoming.headers, host: `${hostname}:${port}` });
      const lines = headers.map(([name, value]) => `${name}: ${String(value)}`);
      upstream.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
    socket.on("close", () => upstream.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rejected,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A call of the REST API, as it came. */
interface SentCall {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  /** Of the body. */
  readonly type: string;
  readonly body: string;
}

/** Why the hosted platform would reject a call; `undefined` where it would not. */
export function callProblem(call: SentCall): string | undefined {
  const { method } = call;
  const url = new URL(call.url, "http://platform");
  // What only the local platform has is none of the hosted one's business.
  if (!url.pathname.startsWith("/api/")) return undefined;
  const rule = ruleOf(method, url.pathname);
  if (rule === undefined) return "there is no such call";
  const known = new Set(words(rule.query));
  for (const name of url.searchParams.keys()) {
    if (!known.has(name) && !known.has(name.replace(/\[\w+\]$/, "[]")) && !known.has(`${name}[]`)) {
      return `unknown query name ${name}`;
    }
  }
  const fields = fieldsOf(call);
  if (fields === undefined) return "the body is no JSON object, and no form";
  const members = new Set(words(rule.body));
  const unknown = Object.keys(fields).find((name) => !members.has(name));
  if (unknown !== undefined) return `unknown member ${unknown} of the body`;
  const missing = words(rule.needs).find((name) => fields[name] === undefined);
  if (missing !== undefined) return `the body lacks ${missing}`;
  const limit = Number(url.searchParams.get("limit") ?? fields.limit ?? 0);
  if (rule.cap !== undefined && limit > rule.cap) return `limit is ${rule.cap} at most, not ${limit}`;
  if (url.pathname.endsWith("/upsert") && fields.user_id === undefined) return "user_id is required";
  return undefined;
}

function words(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(" ");
}

function fieldsOf({ type, body }: SentCall): Record<string, unknown> | undefined {
  if (body === "") return {};
  if (type.startsWith("application/x-www-form-urlencoded")) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  if (!type.startsWith("application/json")) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
