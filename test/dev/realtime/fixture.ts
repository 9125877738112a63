import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type ClientOptions, WebSocket } from "ws";
import type { Clock } from "../../../src/base/clock.js";
import { systemClock } from "../../../src/base/clock.js";
import {
  createRealtimeServer,
  type RealtimeServer,
  type RealtimeServerOptions,
} from "../../../src/dev/realtime/server.js";

export const KEY = "app-key";
export const SECRET = "app-secret";
export const CHANNEL = "private-pr_1_triggers";

/** A realtime server behind a real HTTP server. */
export interface Running {
  readonly realtime: RealtimeServer;
  readonly origin: string;
  connect(path?: string, options?: ClientOptions): Client;
  close(): Promise<void>;
}

export async function run(
  options: Partial<RealtimeServerOptions> = {},
  clock: Clock = systemClock,
): Promise<Running> {
  const realtime = createRealtimeServer({ appKey: KEY, appSecret: SECRET, clock, ...options });
  const server = createServer((_request, response) => response.end());
  server.on("upgrade", (request, socket, head) => realtime.handleUpgrade(request, socket, head));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: Client[] = [];
  return {
    realtime,
    origin,
    connect(path = `/app/${KEY}?protocol=7&client=test&version=1.0.0`, clientOptions = {}) {
      const client = new Client(`${origin}${path}`, clientOptions);
      clients.push(client);
      return client;
    },
    async close() {
      await realtime.close();
      for (const client of clients) client.ws.terminate();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

export interface Heard {
  readonly event: string;
  readonly channel?: string;
  readonly data: unknown;
}

/** A client that knows nothing but frames: what it heard, in order, and waits for the next. */
export class Client {
  readonly ws: WebSocket;
  readonly heard: Heard[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  #taken = 0;
  readonly #wake = new Set<() => void>();

  constructor(url: string, options: ClientOptions) {
    this.ws = new WebSocket(url, options);
    this.ws.on("error", () => {});
    this.ws.on("message", (data) => {
      this.heard.push(JSON.parse(data.toString()) as Heard);
      for (const wake of this.#wake) wake();
    });
    this.closed = new Promise((resolve) => {
      this.ws.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** The next frame that has not been taken yet. */
  async next(): Promise<Heard> {
    while (this.#taken >= this.heard.length) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#wake.delete(wake);
          resolve();
        };
        this.#wake.add(wake);
      });
    }
    const frame = this.heard[this.#taken];
    this.#taken += 1;
    if (frame === undefined) throw new Error("unreachable");
    return frame;
  }

  send(event: string, data: unknown = {}): void {
    this.ws.send(JSON.stringify({ event, data }));
  }

  /** Takes the first frame. @returns the socket id */
  async established(): Promise<string> {
    const frame = await this.next();
    if (frame.event !== "pusher:connection_established") throw new Error(JSON.stringify(frame));
    return (JSON.parse(frame.data as string) as { socket_id: string }).socket_id;
  }

  async subscribed(realtime: RealtimeServer, channel = CHANNEL): Promise<void> {
    const socketId = await this.established();
    this.send("pusher:subscribe", { channel, auth: realtime.authorize(socketId, channel) });
    const frame = await this.next();
    if (frame.event !== "pusher_internal:subscription_succeeded") throw new Error(JSON.stringify(frame));
  }

  /** A ping and its pong: whatever was said before it has been heard by then. */
  async roundTrip(): Promise<void> {
    this.send("pusher:ping");
    for (;;) if ((await this.next()).event === "pusher:pong") return;
  }
}
