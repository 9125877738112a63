import { randomInt } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../../base/clock.js";
import { closeCodes } from "../../protocol/pusher.js";
import { rejectUpgrade } from "../http/server.js";
import { authorization } from "./authorization.js";
import { split } from "./chunks.js";
import { ClientConnection, closeWebSocket, type Hub } from "./connection.js";
import { MessageFaults, type RealtimeFaults } from "./faults.js";
import { errorFrame, eventFrame } from "./frames.js";
import { checkHandshake, type HandshakeResult } from "./handshake.js";

export interface RealtimeServerOptions {
  readonly appKey: string;
  /** Other keys that clients have built in, and that mean the same application. */
  readonly appKeyAliases?: readonly string[];
  /** Keys the HMAC of channel authorizations. */
  readonly appSecret: string;
  readonly clock: Clock;
  /** How long a client may be silent before it is pinged, seconds; sent to clients. Default 120. */
  readonly activityTimeoutSeconds?: number;
  /** What may wait for a client that does not read before it is let go, bytes. Default 16 MiB. */
  readonly maxBufferedBytes?: number;
  /** A client's longest frame, bytes. Default 64 KiB; clients only ever subscribe and ping. */
  readonly maxPayloadBytes?: number;
  /** Connections at one time; beyond it new ones are turned away with 4100. Default 1,000. */
  readonly maxConnections?: number;
}

/** One connection, as the dashboard shows it. */
export interface ConnectionInfo {
  readonly socketId: string;
  readonly channels: readonly string[];
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  /** What the client calls itself: `js 8.4.0`. */
  readonly client: string | undefined;
  readonly userAgent: string | undefined;
  readonly remoteAddress: string | undefined;
  /** Events sent to it. */
  readonly sent: number;
}

/** What happens at the realtime server. */
export type RealtimeEvent =
  | { readonly type: "connected"; readonly socketId: string }
  | { readonly type: "closed"; readonly code: number; readonly message: string }
  | { readonly type: "subscribed" | "unsubscribed"; readonly socketId: string; readonly channel: string }
  | {
      readonly type: "subscription-rejected";
      readonly socketId: string;
      readonly channel: string;
      readonly error: string;
      readonly status: number;
    }
  | {
      readonly type: "disconnected";
      readonly socketId: string;
      readonly code: number;
      readonly reason: string;
    };

/** The server side of the Pusher Channels protocol, version 7, for one application. */
export interface RealtimeServer {
  /** Takes an HTTP server's `upgrade` event. What is not `/app/{key}` is answered 404. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** What the authorization endpoint answers: `{key}:{hex}`, valid only for this connection and channel. */
  authorize(socketId: string, channel: string): string;
  /**
   * Sends an event to all who are subscribed, in chunks where `data` is over the message limit.
   *
   * @param data the event's body, as text
   * @returns how many are subscribed
   */
  publish(channel: string, eventName: string, data: string): number;
  /**
   * Back-pressure for publishers: resolves when the send buffers have drained, or after a second for a client that
   * does not read. Undefined below the limit.
   */
  drained(): Promise<unknown> | undefined;
  connections(): readonly ConnectionInfo[];
  readonly faults: RealtimeFaults;
  /** @returns a function that removes the listener */
  on(listener: (event: RealtimeEvent) => void): () => void;
  /** Ends every connection, and takes no more. */
  close(): Promise<void>;
}

export function createRealtimeServer(options: RealtimeServerOptions): RealtimeServer {
  const { clock, appKey } = options;
  const maxConnections = options.maxConnections ?? 1000;
  const app = { key: appKey, secret: options.appSecret };
  const connections = new Map<string, ClientConnection>();
  const channels = new Map<string, Set<ClientConnection>>();
  const congested = new Set<ClientConnection>();
  const listeners = new Set<(event: RealtimeEvent) => void>();
  const messageFaults = new MessageFaults(clock);
  /** Sockets that are between their upgrade request and their end, connections or not. */
  const sockets = new Set<Duplex>();
  let server: Promise<WebSocketServer> | undefined;
  let closing = false;

  const emit = (event: RealtimeEvent) => {
    for (const listener of listeners) listener(event);
  };

  const leave = (connection: ClientConnection, channel: string) => {
    const members = channels.get(channel);
    members?.delete(connection);
    if (members?.size === 0) channels.delete(channel);
  };

  const hub: Hub = {
    app,
    clock,
    activityTimeoutSeconds: options.activityTimeoutSeconds ?? 120,
    maxBufferedBytes: options.maxBufferedBytes ?? 16 * 1024 * 1024,
    silent: () => messageFaults.silent,
    subscribed(connection, channel) {
      const members = channels.get(channel);
      if (members === undefined) channels.set(channel, new Set([connection]));
      else members.add(connection);
      emit({ type: "subscribed", socketId: connection.socketId, channel });
    },
    unsubscribed(connection, channel) {
      leave(connection, channel);
      emit({ type: "unsubscribed", socketId: connection.socketId, channel });
    },
    subscriptionRejected({ socketId }, channel, { error, status }) {
      emit({ type: "subscription-rejected", socketId, channel, error, status });
    },
    congested: (connection) => congested.add(connection),
    closed(connection, code, reason) {
      congested.delete(connection);
      for (const channel of connection.channels) leave(connection, channel);
      connections.delete(connection.socketId);
      emit({ type: "disconnected", socketId: connection.socketId, code, reason });
    },
  };

  async function openServer(): Promise<WebSocketServer> {
    const { WebSocketServer } = await import("ws");
    return new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // Ours to answer: under the fault of silence nothing is.
      autoPong: false,
      maxPayload: options.maxPayloadBytes ?? 64 * 1024,
    });
  }

  function decide(request: IncomingMessage): HandshakeResult {
    const decision = checkHandshake(request, [appKey, ...(options.appKeyAliases ?? [])]);
    if (decision.kind !== "accepted") return decision;
    const code = messageFaults.refuseCode;
    if (code !== undefined) return { kind: "closed", code, message: "Rejected on purpose" };
    if (connections.size < maxConnections) return decision;
    return { kind: "closed", code: closeCodes.overCapacity, message: "There are too many connections" };
  }

  function welcome(ws: WebSocket, decision: HandshakeResult): void {
    if (closing) {
      ws.terminate();
    } else if (decision.kind === "accepted") {
      const connection = new ClientConnection(ws, newSocketId(), decision.peer, hub);
      connections.set(connection.socketId, connection);
      emit({ type: "connected", socketId: connection.socketId });
    } else if (decision.kind === "closed") {
      ws.on("error", () => {});
      ws.send(errorFrame(decision.code, decision.message));
      closeWebSocket(ws, clock, decision.code, decision.message);
      emit({ type: "closed", code: decision.code, message: decision.message });
    }
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const decision = decide(request);
    if (closing || decision.kind === "rejected") {
      rejectUpgrade(socket, decision.kind === "rejected" ? decision.status : 503);
      return;
    }
    server ??= openServer();
    (await server).handleUpgrade(request, socket, head, (ws) => welcome(ws, decision));
  }

  const live = () => [...connections.values()];

  return {
    handleUpgrade(request, socket, head) {
      // Without a listener, a peer that resets the connection now would end the process.
      socket.on("error", () => socket.destroy());
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      upgrade(request, socket, head).catch(() => socket.destroy());
    },
    authorize: (socketId, channel) => authorization(app, socketId, channel),
    publish(channel, eventName, data) {
      // Faults count only messages that have a subscriber.
      const subscribed = channels.get(channel)?.size ?? 0;
      if (subscribed === 0) return 0;
      for (const message of split(eventName, data)) {
        messageFaults.pass(() => {
          const members = channels.get(channel);
          if (members === undefined) return;
          const frame = Buffer.from(eventFrame(channel, message.event, message.data));
          for (const connection of members) connection.sendEvent(frame);
        });
      }
      return subscribed;
    },
    drained() {
      const waits: Promise<void>[] = [];
      for (const connection of congested) {
        const wait = connection.drained();
        if (wait === undefined) congested.delete(connection);
        else waits.push(wait);
      }
      return waits.length === 0 ? undefined : Promise.all(waits);
    },
    connections: () =>
      live().map(({ socketId, peer, connectedAt, sent, channels: joined }) => ({
        socketId,
        channels: [...joined],
        connectedAt,
        client: peer.client,
        userAgent: peer.userAgent,
        remoteAddress: peer.remoteAddress,
        sent,
      })),
    faults: {
      dropAll(how, code = closeCodes.genericReconnect) {
        const dropped = live();
        for (const connection of dropped) {
          if (how === "close") connection.close(code, "Dropped on purpose");
          else connection.terminate();
        }
        return dropped.length;
      },
      silence(on) {
        messageFaults.silent = on;
      },
      refuse(code) {
        messageFaults.refuseCode = code;
      },
      lose: (count) => messageFaults.lose(count),
      duplicate: (count) => messageFaults.duplicate(count),
      reorder: (count) => messageFaults.reorder(count),
      delay: (delayMs) => messageFaults.delay(delayMs),
      say(text) {
        for (const connection of live()) connection.send(text);
      },
      reset: () => messageFaults.reset(),
      current: () => messageFaults.current(),
    },
    on(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    async close() {
      closing = true;
      messageFaults.drop();
      const ends = [...sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
      for (const connection of live()) {
        if (messageFaults.silent) connection.terminate();
        // 1001: going away (RFC 6455, 7.4.1). The protocol's own codes would ask for a reconnect at once.
        else connection.close(1001, "The platform is shutting down");
      }
      const cut = clock.after(CLOSE_LIMIT_MS, () => {
        for (const socket of sockets) socket.destroy();
      });
      await Promise.all(ends);
      cut.clear();
      if (server !== undefined) (await server).close();
    },
  };
}

/** How long clients may take to answer the close frame when the platform shuts down. */
const CLOSE_LIMIT_MS = 1000;

/** Two numbers with a dot between: the form of the hosted service's own ids. */
function newSocketId(): string {
  return `${randomInt(1, 1_000_000)}.${randomInt(1, 1_000_000_000)}`;
}
