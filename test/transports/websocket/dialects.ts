import { createHmac } from "node:crypto";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { RealtimeAccess } from "../../../src/model/platform.js";
import { CHANNEL } from "../../support/pusher-server/server.js";

const APP_KEY = "app-key";
const SECRET = "app-secret";

/** How one server of the protocol speaks: its greeting, its confirmation, and its refusals. */
export interface Dialect {
  greet(ws: WebSocket, socketId: string): void;
  confirm(ws: WebSocket, channel: string): void;
  /** Answers a subscription whose signature is wrong. */
  refuse(ws: WebSocket, channel: string, socketId: string): void;
}

const send = (ws: WebSocket, frame: unknown) => ws.send(JSON.stringify(frame));

const greetInText = (seconds: number) => (ws: WebSocket, socketId: string) =>
  send(ws, {
    event: "pusher:connection_established",
    data: JSON.stringify({ socket_id: socketId, activity_timeout: seconds }),
  });

const confirmWith = (data: unknown) => (ws: WebSocket, channel: string) =>
  send(ws, { event: "pusher_internal:subscription_succeeded", channel, ...(data !== undefined && { data }) });

/** Hosted Channels: the error frame has no code, and its words repeat what was signed. */
const hosted: Dialect = {
  greet: greetInText(120),
  confirm: confirmWith("{}"),
  refuse(ws, channel, socketId) {
    const message = `Invalid signature: Expected HMAC SHA256 hex digest of ${socketId}:${channel}, but got 00`;
    send(ws, { event: "pusher:error", data: { code: null, message } });
  },
};

/** The same with the newer frame. */
const hostedNow: Dialect = {
  ...hosted,
  refuse(ws, channel) {
    const data = JSON.stringify({ type: "AuthError", error: "Invalid signature", status: 401 });
    send(ws, { event: "pusher:subscription_error", channel, data });
  },
};

/** Data of errors is an object, not text. */
const soketi: Dialect = {
  greet: greetInText(30),
  confirm: confirmWith(undefined),
  refuse(ws, channel) {
    const data = { type: "AuthError", error: "The connection is unauthorized.", status: 401 };
    send(ws, { event: "pusher:subscription_error", channel, data });
  },
};

/** The code in place of the status. */
const soketiLimit: Dialect = {
  ...soketi,
  refuse(ws, channel) {
    const data = { type: "LimitReached", error: "The channel name is longer than allowed.", code: 4009 };
    send(ws, { event: "pusher:subscription_error", channel, data });
  },
};

/** A closing code in an error frame, and the connection stays open. */
const reverb: Dialect = {
  greet: greetInText(30),
  confirm: confirmWith("{}"),
  refuse(ws) {
    const data = JSON.stringify({ code: 4009, message: "Connection is unauthorized" });
    send(ws, { event: "pusher:error", data });
  },
};

/** What it answers to any frame that it cannot handle. */
const reverbFormat: Dialect = {
  ...reverb,
  refuse(ws) {
    const data = JSON.stringify({ code: 4200, message: "Invalid message format" });
    send(ws, { event: "pusher:error", data });
  },
};

/** Instead of a greeting, and the connection stays open. */
const reverbOrigin: Dialect = {
  ...reverb,
  greet(ws) {
    send(ws, { event: "pusher:error", data: JSON.stringify({ code: 4009, message: "Origin not allowed" }) });
  },
};

const laravelWebsockets: Dialect = {
  greet: greetInText(30),
  confirm: confirmWith(undefined),
  refuse(ws) {
    send(ws, { event: "pusher:error", data: { message: "Invalid Signature", code: 4009 } });
  },
};

/** An error frame, then a close with the same code. */
const sockudo: Dialect = {
  greet: greetInText(120),
  confirm: confirmWith("{}"),
  refuse(ws, channel) {
    const data = { code: 4009, message: "Authentication error: Invalid authentication signature" };
    send(ws, { event: "pusher:error", channel, data });
    ws.close(4009, "Authentication error");
  },
};

function wording(frame: unknown): Dialect {
  return { ...hosted, refuse: (ws) => send(ws, frame) };
}

function closing(code: number, reason: string): Dialect {
  return { ...hosted, refuse: (ws) => ws.close(code, reason) };
}

/** Each refuses a wrong signature for good, and says why in the words on the right. */
export const refusing: readonly (readonly [string, Dialect, string])[] = [
  ["hosted Channels", hosted, "Invalid signature"],
  ["hosted Channels, newer", hostedNow, "Invalid signature"],
  ["soketi", soketi, "The connection is unauthorized"],
  ["soketi, channel name", soketiLimit, "longer than allowed"],
  ["Reverb", reverb, "Connection is unauthorized"],
  ["Reverb, message format", reverbFormat, "Invalid message format"],
  ["Reverb, origin", reverbOrigin, "Origin not allowed"],
  ["laravel-websockets", laravelWebsockets, "Invalid Signature"],
  ["sockudo", sockudo, "Invalid authentication signature"],
  ["status as text", wording(refusal({ error: "no", status: "403" })), "403"],
  ["data as text that is no JSON", wording(refusal("Forbidden")), "Forbidden"],
  ["no reason at all", wording(refusal(undefined)), "without a reason"],
  ["data is null", wording(refusal(null)), "without a reason"],
  ["an error without data", wording({ event: "pusher:error" }), "pusher:error"],
  ["an error without a code", wording({ event: "pusher:error", data: { message: "Nope" } }), "Nope"],
  ["a code as text", wording({ event: "pusher:error", data: '{"code":"4009","message":"no"}' }), "4009"],
  ["an HTTP status as the code", wording({ event: "pusher:error", data: { code: 401 } }), "401"],
  ["words in `error`", wording({ event: "pusher:error", data: { error: "Access denied" } }), "Access denied"],
  ["close code 1008", closing(1008, "unauthorized"), "1008"],
  ["close code 3000", closing(3000, "Unauthorized"), "3000"],
  ["close code 3003", closing(3003, "Forbidden"), "3003"],
  ["close code 4009", closing(4009, "Connection not authorized"), "4009"],
  ["close code 4401", closing(4401, "Unauthorized"), "4401"],
  ["code 4403", wording({ event: "pusher:error", data: { code: 4403, message: "Forbidden" } }), "4403"],
  ["close code 4003", closing(4003, "Application disabled"), "4003"],
];

function refusal(data: unknown): unknown {
  return { event: "pusher:subscription_error", channel: CHANNEL, ...(data !== undefined && { data }) };
}

/** Each refuses for now. */
export const passing: readonly (readonly [string, Dialect])[] = [
  ["close code 4100", closing(4100, "Over capacity")],
  ["close code 1013", closing(1013, "Try again later")],
  ["error 4100", wording({ event: "pusher:error", data: { code: 4100, message: "Over capacity" } })],
  ["error 4200", wording({ event: "pusher:error", data: { code: 4200, message: "Server is closing." } })],
  ["status 503", wording(refusal({ error: "unauthorized", status: 503 }))],
  ["status 500 as text", wording(refusal({ error: "no", status: "500" }))],
  ["status 429", wording(refusal({ error: "no", status: 429 }))],
  ["status 4100", wording(refusal({ type: "LimitReached", error: "no", status: 4100 }))],
  ["close code 4429", closing(4429, "Too many requests")],
  ["words", wording({ event: "pusher:error", data: { code: null, message: "Too many subscriptions" } })],
  ["other words", wording(refusal({ error: "The authentication service is unavailable" }))],
];

/** A server of the protocol that speaks in one dialect. */
export interface DialectServer {
  /** Whether the platform signs as the server expects; a server in trouble refuses what is right, too. */
  well: boolean;
  readonly connections: number;
  readonly access: RealtimeAccess;
  stop(): Promise<void>;
}

export async function startDialect(dialect: Dialect): Promise<DialectServer> {
  let connections = 0;
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => server.once("listening", resolve));
  server.on("connection", (ws) => {
    connections += 1;
    const socketId = `${connections}.${1000 + connections}`;
    ws.on("error", () => undefined);
    ws.on("message", (bytes) => {
      const { event, data } = JSON.parse(String(bytes)) as { event: string; data: Record<string, string> };
      if (event !== "pusher:subscribe") return;
      const right = data.auth === `${APP_KEY}:${sign(SECRET, socketId, data.channel ?? "")}`;
      if (right) dialect.confirm(ws, data.channel ?? "");
      else dialect.refuse(ws, data.channel ?? "", socketId);
    });
    (started.well ? hosted : dialect).greet(ws, socketId);
  });
  const { port } = server.address() as AddressInfo;
  const started: DialectServer = {
    well: false,
    get connections() {
      return connections;
    },
    access: {
      locate: async () => ({ url: `ws://127.0.0.1:${port}/app/${APP_KEY}?protocol=7`, channel: CHANNEL }),
      authorize: async (socketId, channel) => ({
        auth: `${APP_KEY}:${sign(started.well ? SECRET : "another", socketId, channel)}`,
      }),
    },
    async stop() {
      for (const ws of server.clients) ws.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return started;
}

function sign(secret: string, socketId: string, channel: string): string {
  return createHmac("sha256", secret).update(`${socketId}:${channel}`).digest("hex");
}
