import { EarshotError } from "../../base/errors.js";
import type { WakeReason } from "../../base/listener-events.js";
import { messageOf } from "../../base/message-of.js";
import type { RealtimePlace } from "../../model/platform.js";
import * as pusher from "../../protocol/pusher.js";
import { proxyFor } from "../../settings/proxy.js";
import {
  type Disconnect,
  disconnectOfAuthorizing,
  disconnectOfCode,
  disconnectOfLocating,
} from "./disconnect.js";
import { Heartbeat } from "./heartbeat.js";
import type { Inbound } from "./inbound.js";
import type { ConnectionSettings } from "./options.js";
import {
  bodyOf,
  pingFrame,
  pongFrame,
  quote,
  readData,
  readFrame,
  subscribeFrame,
  unsubscribeFrame,
} from "./protocol.js";
import {
  endingCode,
  isOfProtocol,
  isOtherError,
  kindOfMessage,
  NO_MESSAGE,
  type RejectionKind,
  readRejection,
} from "./rejection.js";
import { WebSocketClient } from "./websocket-client.js";

/** How far a connection has come. A step that ends in `-ing` is under way; the others wait for the next act. */
export type ConnectionStep =
  | "new"
  | "locating"
  | "located"
  | "opening"
  | "greeted"
  | "authorizing"
  | "authorized"
  | "subscribing"
  | "subscribed"
  | "lost";

/** Events of the server that need no action. */
const ignored: ReadonlySet<string> = new Set([
  pusher.PONG,
  "pusher_internal:subscription_count",
  "pusher:subscription_count",
  "pusher_internal:member_added",
  "pusher_internal:member_removed",
  "pusher:cache_miss",
]);

/** Close codes beside the protocol's own: RFC 6455, 7.4.1, and IANA's registry. */
const POLICY_VIOLATION = 1008;
const UNAUTHORIZED = 3000;
const FORBIDDEN = 3003;

/** A server's activity_timeout below this would make us ping constantly, milliseconds. */
const LEAST_QUIET_MS = 1000;

/**
 * One connection, from locating the server to the disconnect. Its owner calls one step at a time and is woken when a
 * member changes. It sets no timer and decides nothing.
 */
export class Connection {
  step: ConnectionStep = "new";
  /** Set when `step` is `lost`. */
  disconnect: Disconnect | undefined;
  socketId = "";
  channel = "";
  /** When the last frame was received, epoch milliseconds. */
  lastFrameAt: number | undefined;
  /** From the server's greeting on. */
  heartbeat: Heartbeat | undefined;
  readonly #settings: ConnectionSettings;
  readonly #inbound: Inbound;
  readonly #wake: (reason: WakeReason) => void;
  readonly #abort = new AbortController();
  #place: RealtimePlace | undefined;
  #client: WebSocketClient | undefined;
  #auth = "";
  #reading = true;

  /** @param wake called when a member has changed */
  constructor(settings: ConnectionSettings, inbound: Inbound, wake: (reason: WakeReason) => void) {
    this.#settings = settings;
    this.#inbound = inbound;
    this.#wake = wake;
  }

  /** Requests the server's URL and the channel from the platform. */
  async locate(): Promise<void> {
    this.step = "locating";
    try {
      const place = await this.#settings.access.locate(this.#abort.signal);
      if (this.step !== "locating") return;
      this.#place = place;
      this.channel = place.channel;
      this.#advance("located", "located");
    } catch (error) {
      this.fail(disconnectOfLocating(error), "error");
    }
  }

  /** Dials. The server then greets by itself. */
  async open(): Promise<void> {
    this.step = "opening";
    const { maxFrameBytes, clock } = this.#settings;
    const url = this.#place?.url ?? "";
    try {
      const proxy = this.#proxyFor(url);
      // Loaded when it is needed: a listener that only receives webhooks never does.
      const [{ WebSocket }, agent] = await Promise.all([
        import("ws"),
        proxy && import("./proxy-agent.js").then(({ ProxyAgent }) => new ProxyAgent(proxy)),
      ]);
      if (this.step !== "opening") return;
      const options = { WebSocket, url, maxFrameBytes, agent, now: () => clock.now() };
      this.#client = new WebSocketClient(options, {
        onOpen: () => this.#wake("opened"),
        onText: (bytes) => this.#onText(bytes),
        onBinary: (byteLength) => {
          this.#onUnreadable(`The server sent a binary frame of ${byteLength} bytes.`, this.#received());
        },
        onControlFrame: () => this.#received(),
        onDisconnect: (disconnect) => this.#onDisconnect(disconnect),
      });
    } catch (error) {
      // An unusable proxy variable: no further try helps.
      const fatal = error instanceof EarshotError ? error : undefined;
      const detail = `no connection could be begun: ${String(error)}`;
      this.fail({ reason: fatal === undefined ? "other" : "proxy", detail, fatal }, "error");
    }
  }

  /** Has the platform sign the subscription for this connection's socket id. */
  async authorize(): Promise<void> {
    this.step = "authorizing";
    try {
      const { auth } = await this.#settings.access.authorize(this.socketId, this.channel, this.#abort.signal);
      if (this.step !== "authorizing") return;
      this.#auth = auth;
      this.#advance("authorized", "authorized");
    } catch (error) {
      this.fail(disconnectOfAuthorizing(error, this.channel), "error");
    }
  }

  subscribe(): void {
    this.step = "subscribing";
    this.#client?.send(subscribeFrame(this.channel, this.#auth));
  }

  /** Whether the present step, or the one that failed, leads through a proxy. */
  get isProxied(): boolean {
    try {
      return this.#proxyFor(this.#place?.url ?? this.#settings.accessUrl ?? "") !== undefined;
    } catch {
      return false;
    }
  }

  ping(): void {
    this.#client?.answer(pingFrame());
  }

  /** Reads, or leaves what the server sends in the network. */
  read(reading: boolean): void {
    if (reading === this.#reading) return;
    this.#reading = reading;
    if (reading) {
      this.heartbeat?.received();
      this.#client?.resume();
    } else {
      this.#client?.pause();
    }
  }

  /** The connection has ended, or will not come about. The first disconnect stands. */
  fail(disconnect: Disconnect, reason: WakeReason): void {
    if (this.step === "lost") return;
    this.disconnect = disconnect;
    this.#advance("lost", reason);
  }

  /** Closes everything at once. */
  drop(): void {
    this.step = "lost";
    this.#abort.abort();
    this.#client?.drop();
  }

  /**
   * Unsubscribes and closes; frames are still delivered until the server has closed too. A connection that may be
   * dead, or is not read, is dropped instead.
   */
  async leave(): Promise<void> {
    const canClose = this.step === "subscribed" && this.#reading && this.heartbeat?.awaitsPong === false;
    if (canClose) {
      this.#client?.send(unsubscribeFrame(this.channel));
      this.#client?.close();
    } else {
      this.drop();
    }
    await this.#client?.closed;
    this.drop();
  }

  #advance(step: ConnectionStep, reason: WakeReason): void {
    this.step = step;
    this.#wake(reason);
  }

  /** @throws EarshotError ERR_OPTION if the URL needs a proxy that cannot be used */
  #proxyFor(url: string): URL | undefined {
    return URL.canParse(url) ? proxyFor(new URL(url), this.#settings.proxy) : undefined;
  }

  #received(): number {
    const now = this.#settings.clock.now();
    this.lastFrameAt = now;
    this.heartbeat?.received();
    return now;
  }

  /** Every text frame arrives here. No content of it may end the process. */
  #onText(bytes: Buffer): void {
    const receivedAt = this.#received();
    try {
      this.#read(bytes, receivedAt);
    } catch (error) {
      this.#onUnreadable(`A frame could not be read: ${messageOf(error)}`, receivedAt);
    }
  }

  /** Events are delivered before anything else is checked. */
  #read(bytes: Buffer, receivedAt: number): void {
    // Before the text is made and parsed: on a busy channel, most events match no callback.
    if (this.step === "subscribed" && this.#inbound.skipFrame(bytes)) {
      this.#inbound.onSkipped(receivedAt);
      return;
    }
    const text = bytes.toString();
    const frame = readFrame(text);
    if (frame === undefined) {
      this.#onUnreadable(`The server sent what is not a frame: ${quote(text)}`, receivedAt);
      return;
    }
    const { event } = frame;
    if (event !== pusher.TRIGGER_EVENT && event !== pusher.CHUNKED_TRIGGER_EVENT) {
      this.#onProtocol(frame, text);
    } else if (!this.#ours(frame)) {
      this.#inbound.warn(`An event came for a channel that was not subscribed to: ${quote(text)}`);
    } else if (event === pusher.TRIGGER_EVENT) {
      this.#inbound.onDelivery({ source: "websocket", body: bodyOf(frame, text), receivedAt });
    } else {
      this.#inbound.onChunk(frame.data, text, receivedAt);
    }
  }

  /** An unreadable frame: while subscribed, it may have been an event. */
  #onUnreadable(message: string, receivedAt: number): void {
    if (this.step === "subscribed") this.#inbound.onUnreadable(message, receivedAt);
    else this.#inbound.warn(message);
  }

  /** Without a channel, a frame is about the only one that there is. Some servers write null for none. */
  #ours({ channel }: pusher.Frame): boolean {
    return channel === undefined || channel === null || channel === "" || channel === this.channel;
  }

  #onProtocol(frame: pusher.Frame, text: string): void {
    switch (frame.event) {
      case pusher.PING:
        this.#client?.answer(pongFrame());
        return;
      case pusher.ESTABLISHED:
        this.#onGreeting(frame, text);
        return;
      case pusher.SUBSCRIBED:
        if (this.step === "subscribing" && this.#ours(frame)) this.#advance("subscribed", "frame");
        else this.#inbound.warn(`A subscription was confirmed that was not requested: ${quote(text)}`);
        return;
      case pusher.SUBSCRIPTION_ERROR:
        this.#onRejection(frame, text);
        return;
      case pusher.ERROR:
        this.#onError(frame, text);
        return;
      default:
        if (!ignored.has(frame.event)) this.#inbound.warn(`An unknown event came: ${quote(text)}`);
    }
  }

  #onGreeting(frame: pusher.Frame, text: string): void {
    const { socket_id: socketId, activity_timeout: activitySeconds } = readData(frame.data) ?? {};
    if (typeof socketId !== "string" || socketId === "") {
      this.fail(
        { reason: "protocol", detail: `the server's greeting has no socket id: ${quote(text)}` },
        "frame",
      );
    } else if (this.step === "opening") {
      const { clock, quietLimitMs, pongLimitMs } = this.#settings;
      const isUsable = typeof activitySeconds === "number" && activitySeconds > 0;
      const serversMs = isUsable ? Math.max(activitySeconds * 1000, LEAST_QUIET_MS) : quietLimitMs;
      this.socketId = socketId;
      this.heartbeat = new Heartbeat(clock, Math.min(serversMs, quietLimitMs), pongLimitMs);
      this.#advance("greeted", "frame");
    } else if (socketId === this.socketId) {
      this.#inbound.warn(`The server greeted twice: ${quote(text)}`);
    } else {
      // What was signed and subscribed belongs to the other id; whether it still stands cannot be known.
      this.fail({ reason: "protocol", detail: "the server changed the connection's socket id" }, "frame");
    }
  }

  #onRejection(frame: pusher.Frame, text: string): void {
    if (!this.#ours(frame)) {
      this.#inbound.warn(`A subscription was rejected that was not requested: ${quote(text)}`);
      return;
    }
    const { kind, code, message } = readRejection(frame.data, this.#own);
    const detail = `the server rejected the subscription${inParentheses(code)}: ${message}`;
    this.fail(
      { reason: "authorization", closeCode: endingCode(code), detail, rejected: lasting(kind) },
      "frame",
    );
  }

  #onError(frame: pusher.Frame, text: string): void {
    const { kind, code, message } = readRejection(frame.data, this.#own);
    const closeCode = endingCode(code);
    const quoted = message === NO_MESSAGE ? quote(text) : message;
    // Errors from 4000 to 4299 announce a close with the same code, which some servers then leave out.
    if (closeCode !== undefined) {
      const disconnect = disconnectOfCode(closeCode, `the server reported error ${closeCode}: ${quoted}`);
      this.fail({ ...disconnect, ...this.#rejectionOf(closeCode, kind, message) }, "error");
    } else if (this.#awaitsServer && (code === undefined || !isOtherError(code))) {
      const what = this.step === "opening" ? "connection" : "subscription";
      const detail = `the server rejected the ${what}${inParentheses(code)}: ${quoted}`;
      this.fail({ reason: "authorization", detail, rejected: lasting(kind) }, "error");
    } else {
      this.#inbound.warn(`The server reported an error: ${quoted}`);
    }
  }

  /** The WebSocket has ended. A close code may reject the subscription that was requested. */
  #onDisconnect(disconnect: Disconnect): void {
    const { closeCode, reason, detail } = disconnect;
    const rejection =
      closeCode === undefined ? {} : this.#rejectionOf(closeCode, kindOfMessage(detail, this.#own), detail);
    this.fail({ ...disconnect, ...rejection }, reason === "closed" ? "closed" : "error");
  }

  /**
   * Whether a close code rejects our request. 4009 also ends a connection that was not authorized in time; while the
   * platform is still signing, the server has rejected nothing.
   */
  #rejectionOf(code: number, kind: RejectionKind, message: string): Pick<Disconnect, "rejected"> {
    if (!this.#awaitsServer) return {};
    const { notAuthorizedInTime, genericReconnect } = pusher.closeCodes;
    if (code === notAuthorizedInTime || code === UNAUTHORIZED || code === FORBIDDEN)
      return { rejected: "definite" };
    // Reverb's message for anything it could not handle, which includes a subscription.
    if (code === genericReconnect) {
      return message.toLowerCase().includes("invalid message") ? { rejected: "unclear" } : {};
    }
    if (code === POLICY_VIOLATION) return { rejected: lasting(kind) };
    return !isOfProtocol(code) && kind === "definite" ? { rejected: kind } : {};
  }

  /** Whether the connection or the subscription was requested and not answered yet. */
  get #awaitsServer(): boolean {
    return this.step === "opening" || this.step === "subscribing";
  }

  /** Texts of ours that a server's message may repeat. */
  get #own(): readonly string[] {
    return [this.channel, this.socketId];
  }
}

/** A rejection that counts toward giving up. */
function lasting(kind: RejectionKind): "definite" | "unclear" | undefined {
  return kind === "temporary" ? undefined : kind;
}

function inParentheses(code: number | undefined): string {
  return code === undefined ? "" : ` (${code})`;
}
