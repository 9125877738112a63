import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { selfSigned } from "./certificate.js";
import { type ClientFrame, Peer } from "./peer.js";

export const APP_KEY = "app-key";
export const CHANNEL = "private-project_triggers";
const SECRET = "app-secret";

/** How the server behaves; every part may be changed while it runs. */
export interface Behavior {
  /** The answer to an upgrade: accept, leave it unanswered, or an HTTP status with headers. */
  upgrade:
    | "accept"
    | "hang"
    | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };
  /** What is sent first: the greeting, nothing, or this text. */
  greeting: "greet" | "nothing" | { readonly text: string };
  /** Seconds. */
  activityTimeout: unknown;
  /** The answer to a subscription whose signature is right: confirm, nothing, or refuse. */
  subscription: "confirm" | "nothing" | { readonly error: string; readonly status: number };
  /** Whether pings are answered. */
  pongs: boolean;
  /** What the authorization endpoint answers: a signature, nothing at all, or an HTTP status. */
  authorization: "sign" | "wrong" | "hang" | { readonly status: number };
  /** Runs when a client has been greeted. */
  greeted: ((peer: Peer) => void) | undefined;
}

export interface PusherServer {
  readonly port: number;
  readonly secure: boolean;
  /** The whole URL that a client connects to. */
  readonly url: string;
  readonly behavior: Behavior;
  /** All that ever connected, oldest first. */
  readonly peers: readonly Peer[];
  /** WebSockets that are open now, and the most there were at one time. */
  readonly open: number;
  readonly mostOpen: number;
  /** Upgrades asked for, and signatures asked for. */
  readonly upgrades: number;
  readonly authorizations: readonly { readonly socketId: string; readonly channel: string }[];
  /** The youngest client. */
  last(): Peer;
  /** Sends an event to everyone on the channel. */
  publish(event: string, data: unknown): void;
  stop(): Promise<void>;
}

/**
 * A server of the Pusher Channels protocol, version 7, written from the protocol's description: it greets,
 * checks the signature of private channels, confirms, answers pings. The authorization endpoint stands beside
 * it at `/auth`, as the platform's does.
 */
export async function startPusherServer(options: { readonly tls?: boolean } = {}): Promise<PusherServer> {
  const behavior: Behavior = {
    upgrade: "accept",
    greeting: "greet",
    activityTimeout: 120,
    subscription: "confirm",
    pongs: true,
    authorization: "sign",
    greeted: undefined,
  };
  const peers: Peer[] = [];
  const authorizations: { socketId: string; channel: string }[] = [];
  const streams = new Set<Socket>();
  let upgrades = 0;
  let open = 0;
  let mostOpen = 0;
  const websockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const form = new URLSearchParams(body);
      const socketId = form.get("socket_id") ?? "";
      const channel = form.get("channel_name") ?? "";
      authorizations.push({ socketId, channel });
      const { authorization } = behavior;
      if (authorization === "hang") return;
      if (typeof authorization === "object") {
        response.writeHead(authorization.status).end(JSON.stringify({ error: { message: "as told" } }));
        return;
      }
      const auth = authorization === "sign" ? sign(socketId, channel) : `${APP_KEY}:00`;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ auth }));
    });
  }

  function onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    upgrades += 1;
    const { upgrade } = behavior;
    if (upgrade === "hang") return;
    if (upgrade !== "accept") {
      const headers = Object.entries({ "content-length": "0", connection: "close", ...upgrade.headers });
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      stream.end(`HTTP/1.1 ${upgrade.status} As told\r\n${lines}\r\n`);
      return;
    }
    websockets.handleUpgrade(request, stream, head, (ws) => {
      const url = new URL(request.url ?? "/", "ws://localhost");
      const peer = new Peer(ws, stream, `${peers.length + 1}.${1000 + peers.length}`, url.searchParams);
      peers.push(peer);
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      ws.on("error", () => undefined);
      ws.on("close", (code) => {
        open -= 1;
        peer.closed = { code };
      });
      greet(ws, peer, url.pathname);
    });
  }

  function greet(ws: WebSocket, peer: Peer, path: string): void {
    if (path !== `/app/${APP_KEY}`) {
      peer.send("pusher:error", { code: 4001, message: "Application does not exist" });
      peer.close(4001, "Application does not exist");
      return;
    }
    ws.on("message", (data) => {
      const frame = JSON.parse(String(data)) as ClientFrame;
      peer.received.push(frame);
      answer(peer, frame);
    });
    const { greeting, activityTimeout } = behavior;
    if (greeting === "nothing") return;
    if (greeting === "greet") {
      const data = { socket_id: peer.socketId, activity_timeout: activityTimeout };
      peer.send("pusher:connection_established", data);
    } else {
      peer.text(greeting.text);
    }
    behavior.greeted?.(peer);
  }

  function answer(peer: Peer, frame: ClientFrame): void {
    const data = (frame.data ?? {}) as { readonly channel?: string; readonly auth?: string };
    const channel = data.channel ?? "";
    if (frame.event === "pusher:ping" && behavior.pongs) peer.send("pusher:pong", {});
    if (frame.event === "pusher:unsubscribe") peer.channels.delete(channel);
    if (frame.event !== "pusher:subscribe") return;
    const { subscription } = behavior;
    if (data.auth !== sign(peer.socketId, channel)) {
      const refusal = { type: "AuthError", error: "The signature is wrong", status: 401 };
      peer.send("pusher:subscription_error", refusal, channel);
    } else if (typeof subscription === "object") {
      peer.send("pusher:subscription_error", { type: "AuthError", ...subscription }, channel);
    } else if (subscription === "confirm") {
      peer.channels.add(channel);
      peer.send("pusher_internal:subscription_succeeded", {}, channel);
    }
  }

  const server = options.tls ? createSecureServer(selfSigned(), onRequest) : createServer(onRequest);
  server.on("upgrade", onUpgrade);
  server.on(options.tls ? "secureConnection" : "connection", (stream: Socket) => {
    streams.add(stream);
    stream.on("error", () => undefined);
    stream.on("close", () => streams.delete(stream));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    port,
    secure: options.tls === true,
    url: `${options.tls ? "wss" : "ws"}://127.0.0.1:${port}/app/${APP_KEY}?protocol=7&client=js&version=1&flash=false`,
    behavior,
    peers,
    get open() {
      return open;
    },
    get mostOpen() {
      return mostOpen;
    },
    get upgrades() {
      return upgrades;
    },
    authorizations,
    last() {
      const peer = peers.at(-1);
      if (peer === undefined) throw new Error("nobody has connected yet");
      return peer;
    },
    publish(event, data) {
      for (const peer of peers) {
        if (peer.closed === undefined && peer.channels.has(CHANNEL)) peer.send(event, data, CHANNEL);
      }
    },
    async stop() {
      for (const stream of streams) stream.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The signature of a subscription: HMAC-SHA256 of socket id and channel, keyed with the app's secret. */
function sign(socketId: string, channel: string): string {
  return `${APP_KEY}:${createHmac("sha256", SECRET).update(`${socketId}:${channel}`).digest("hex")}`;
}
