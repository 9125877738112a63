import { EarshotError, messageOf } from "../../base/errors.js";
import type { WakeReason } from "../../base/listener-events.js";
import type { RealtimePlace } from "../../model/platform.js";
import * as pusher from "../../protocol/pusher.js";
import { proxyFor } from "../../settings/proxy.js";
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
import { Line } from "./websocket-client.js";
import type { SocketSettings } from "./options.js";
import { Pulse } from "./heartbeat.js";
import { kindOfWords, NO_WORDS, type RefusalKind, readRefusal } from "./refusal.js";
import { type Loss, lossOfCode } from "./disconnect.js";
import { lossOfAuthorizing, lossOfLocating } from "./reconnect.js";

/** How far a connection has come. What ends in `-ing` is under way; the others wait for the next act. */
export type Step =
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

/** Where a connection's news go. */
export interface LinkHooks {
  /** A fact has changed. */
  readonly wake: (reason: WakeReason) => void;
  /** The body of an event. */
  readonly trigger: (body: string, receivedAt: number) => void;
  /** An event has passed by unread. */
  readonly passed: (receivedAt: number) => void;
  /** The `data` of a chunk frame, and the frame's text. */
  readonly chunk: (data: unknown, text: string, receivedAt: number) => void;
  /** A frame of no use, in a sentence. */
  readonly warn: (message: string) => void;
  /** A frame that may have held an event and cannot be read, in a sentence. */
  readonly unread: (message: string, receivedAt: number) => void;
}

/** What the server may send without our having to do anything. */
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

/** A server's activity_timeout below this would have us ping without end, milliseconds. */
const LEAST_QUIET_MS = 1000;

/**
 * One connection, from asking where the server is to the loss. It does what it is told, one step at a time,
 * keeps the facts, and wakes its owner when they change. It sets no timer and decides nothing.
 */
export class Link {
  step: Step = "new";
  /** Set when `step` is `lost`. */
  loss: Loss | undefined;
  socketId = "";
  channel = "";
  /** When a frame last came, epoch milliseconds. */
  lastFrameAt: number | undefined;
  /** From the server's greeting on. */
  pulse: Pulse | undefined;
  readonly #settings: SocketSettings;
  readonly #hooks: LinkHooks;
  readonly #abort = new AbortController();
  #place: RealtimePlace | undefined;
  #line: Line | undefined;
  #auth = "";
  #reading = true;

  constructor(settings: SocketSettings, hooks: LinkHooks) {
    this.#settings = settings;
    this.#hooks = hooks;
  }

  /** Asks the platform where the server is. */
  async locate(): Promise<void> {
    this.step = "locating";
    try {
      const place = await this.#settings.access.locate(this.#abort.signal);
      if (this.step !== "locating") return;
      this.#place = place;
      this.channel = place.channel;
      this.#advance("located", "located");
    } catch (error) {
      this.fail(lossOfLocating(error), "error");
    }
  }

  /** Dials. The server greets by itself. */
  async open(): Promise<void> {
    this.step = "opening";
    const { maxFrameBytes, proxy, clock } = this.#settings;
    try {
      // Heavy to load, and a listener with a door alone never needs it.
      const { WebSocket } = await import("ws");
      if (this.step !== "opening") return;
      this.#line = new Line(
        WebSocket,
        this.#place?.url ?? "",
        { maxFrameBytes, proxy, now: () => clock.now() },
        {
          opened: () => this.#hooks.wake("opened"),
          text: (bytes) => this.#onText(bytes),
          binary: (byteLength) => {
            this.#unread(`The server sent a binary frame of ${byteLength} bytes.`, this.#heard());
          },
          alive: () => this.#heard(),
          ended: (loss) => this.#onEnded(loss),
        },
      );
    } catch (error) {
      // A proxy variable that cannot be used: no further try heals it.
      const fatal = error instanceof EarshotError ? error : undefined;
      const detail = `no connection could be begun: ${String(error)}`;
      this.fail({ trouble: fatal === undefined ? "other" : "proxy", detail, fatal }, "error");
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
      this.fail(lossOfAuthorizing(error, this.channel), "error");
    }
  }

  subscribe(): void {
    this.step = "subscribing";
    this.#line?.send(subscribeFrame(this.channel, this.#auth));
  }

  /** Whether what is under way, or was when the connection was lost, goes through a proxy. */
  get isProxied(): boolean {
    const { proxy, accessUrl } = this.#settings;
    const url = this.#place?.url ?? accessUrl;
    try {
      return url !== undefined && URL.canParse(url) && proxyFor(new URL(url), proxy) !== undefined;
    } catch {
      return false;
    }
  }

  ping(): void {
    this.#line?.answer(pingFrame());
  }

  /** Reads, or leaves what comes in the network. */
  read(reading: boolean): void {
    if (reading === this.#reading) return;
    this.#reading = reading;
    if (reading) {
      this.pulse?.heard();
      this.#line?.resume();
    } else {
      this.#line?.pause();
    }
  }

  /** The connection is over, or will not come about. The first reason stands. */
  fail(loss: Loss, reason: WakeReason): void {
    if (this.step === "lost") return;
    this.loss = loss;
    this.#advance("lost", reason);
  }

  /** Lets go of everything at once. */
  drop(): void {
    this.step = "lost";
    this.#abort.abort();
    this.#line?.drop();
  }

  /**
   * Takes its leave: unsubscribes and closes, and hears what still comes until the server has closed too. Where
   * the server may not be there any more, or we do not read, it is dropped instead.
   */
  async leave(): Promise<void> {
    const polite = this.step === "subscribed" && this.#reading && this.pulse?.waiting === false;
    if (polite) {
      this.#line?.send(unsubscribeFrame(this.channel));
      this.#line?.close();
    } else {
      this.drop();
    }
    await this.#line?.gone;
    this.drop();
  }

  #advance(step: Step, reason: WakeReason): void {
    this.step = step;
    this.#hooks.wake(reason);
  }

  #heard(): number {
    const now = this.#settings.clock.now();
    this.lastFrameAt = now;
    this.pulse?.heard();
    return now;
  }

  /** Every frame passes here. Whatever it holds, it must not end the process. */
  #onText(bytes: Buffer): void {
    const receivedAt = this.#heard();
    try {
      this.#read(bytes, receivedAt);
    } catch (error) {
      this.#unread(`A frame could not be read: ${messageOf(error)}`, receivedAt);
    }
  }

  /** What is an event is handed on before anything else is asked. */
  #read(bytes: Buffer, receivedAt: number): void {
    // Before a text is made of it, and parsed: on a busy channel most events are for nobody here.
    if (this.step === "subscribed" && this.#settings.passBy(bytes)) {
      this.#hooks.passed(receivedAt);
      return;
    }
    const text = bytes.toString();
    const frame = readFrame(text);
    if (frame === undefined) {
      this.#unread(`The server sent what is not a frame: ${quote(text)}`, receivedAt);
      return;
    }
    const { event } = frame;
    if (event !== pusher.TRIGGER_EVENT && event !== pusher.CHUNKED_TRIGGER_EVENT) {
      this.#onProtocol(frame, text);
    } else if (!this.#ours(frame)) {
      this.#hooks.warn(`An event came for a channel that was not subscribed to: ${quote(text)}`);
    } else if (event === pusher.TRIGGER_EVENT) {
      this.#hooks.trigger(bodyOf(frame, text), receivedAt);
    } else {
      this.#hooks.chunk(frame.data, text, receivedAt);
    }
  }

  /** A frame that is not one: while we are subscribed it may have been an event. */
  #unread(message: string, receivedAt: number): void {
    if (this.step === "subscribed") this.#hooks.unread(message, receivedAt);
    else this.#hooks.warn(message);
  }

  #ours(frame: pusher.Frame): boolean {
    return frame.channel === undefined || frame.channel === this.channel;
  }

  #onProtocol(frame: pusher.Frame, text: string): void {
    switch (frame.event) {
      case pusher.PING:
        this.#line?.answer(pongFrame());
        return;
      case pusher.ESTABLISHED:
        this.#onGreeting(frame, text);
        return;
      case pusher.SUBSCRIBED:
        if (this.step === "subscribing" && this.#ours(frame)) this.#advance("subscribed", "frame");
        else this.#hooks.warn(`A subscription was confirmed that was not asked for: ${quote(text)}`);
        return;
      case pusher.SUBSCRIPTION_ERROR:
        this.#onRejection(frame, text);
        return;
      case pusher.ERROR:
        this.#onError(frame, text);
        return;
      default:
        if (!ignored.has(frame.event)) this.#hooks.warn(`An event came that is not known: ${quote(text)}`);
    }
  }

  #onGreeting(frame: pusher.Frame, text: string): void {
    const { socket_id: socketId, activity_timeout: activitySeconds } = readData(frame.data) ?? {};
    if (typeof socketId !== "string" || socketId === "") {
      this.fail(
        { trouble: "protocol", detail: `the server's greeting has no socket id: ${quote(text)}` },
        "frame",
      );
    } else if (this.step === "opening") {
      const { clock, quietLimitMs, pongLimitMs } = this.#settings;
      const usable = typeof activitySeconds === "number" && activitySeconds > 0;
      const serversMs = usable ? Math.max(activitySeconds * 1000, LEAST_QUIET_MS) : quietLimitMs;
      this.socketId = socketId;
      this.pulse = new Pulse(clock, Math.min(serversMs, quietLimitMs), pongLimitMs);
      this.#advance("greeted", "frame");
    } else if (socketId === this.socketId) {
      this.#hooks.warn(`The server greeted twice: ${quote(text)}`);
    } else {
      // What was signed and subscribed belongs to the other id; whether it still stands cannot be known.
      this.fail({ trouble: "protocol", detail: "the server changed the connection's socket id" }, "frame");
    }
  }

  #onRejection(frame: pusher.Frame, text: string): void {
    if (!this.#ours(frame)) {
      this.#hooks.warn(`A subscription was refused that was not asked for: ${quote(text)}`);
      return;
    }
    const { kind, code, words } = readRefusal(frame.data, this.#own);
    const detail = `the server refused the subscription${code === undefined ? "" : ` (${code})`}: ${words}`;
    this.fail(
      { trouble: "authorization", closeCode: closing(code), detail, refused: lasting(kind) },
      "frame",
    );
  }

  #onError(frame: pusher.Frame, text: string): void {
    const { kind, code, words } = readRefusal(frame.data, this.#own);
    const closeCode = closing(code);
    const said = words === NO_WORDS ? quote(text) : words;
    // Errors from 4000 to 4299 announce a close with the same code, which some servers then leave out.
    if (closeCode !== undefined) {
      const detail = `the server reported error ${closeCode}: ${said}`;
      this.fail({ ...lossOfCode(closeCode, detail), ...this.#refusedBy(closeCode, kind, words) }, "error");
    } else if (this.#asking && (code === undefined || code < pusher.closeCodes.otherError)) {
      const what = this.step === "opening" ? "connection" : "subscription";
      const detail = `the server refused the ${what}${code === undefined ? "" : ` (${code})`}: ${said}`;
      this.fail({ trouble: "authorization", detail, refused: lasting(kind) }, "error");
    } else {
      this.#hooks.warn(`The server reported an error: ${said}`);
    }
  }

  /** A close of the server's, with what it says about the subscription that we have asked for. */
  #onEnded(loss: Loss): void {
    const { closeCode, trouble } = loss;
    const refused =
      closeCode === undefined
        ? {}
        : this.#refusedBy(closeCode, kindOfWords(loss.detail, this.#own), loss.detail);
    this.fail({ ...loss, ...refused }, trouble === "closed" ? "closed" : "error");
  }

  /**
   * Whether a close code is the answer to what we have asked for. 4009 also ends a connection that was not
   * authorized in time; while the platform is still signing, that is not the server's refusal.
   */
  #refusedBy(code: number, kind: RefusalKind, words: string): Pick<Loss, "refused"> {
    if (!this.#asking) return {};
    const { notAuthorizedInTime, genericReconnect } = pusher.closeCodes;
    if (code === notAuthorizedInTime || code === UNAUTHORIZED || code === FORBIDDEN)
      return { refused: "clear" };
    // Reverb's words for whatever it could not handle, which includes a subscription.
    if (code === genericReconnect) {
      return words.toLowerCase().includes("invalid message") ? { refused: "unclear" } : {};
    }
    if (code === POLICY_VIOLATION) return { refused: lasting(kind) };
    return code < 4000 && kind === "clear" ? { refused: kind } : {};
  }

  /** Whether the server owes us the answer to the connection or to the subscription. */
  get #asking(): boolean {
    return this.step === "opening" || this.step === "subscribing";
  }

  /** Texts of ours that the server's words may repeat. */
  get #own(): readonly string[] {
    return [this.channel, this.socketId];
  }
}

/** A close code of the protocol that ends the connection; `undefined` for any other number. */
function closing(code: number | undefined): number | undefined {
  return code !== undefined && code >= 4000 && code < pusher.closeCodes.otherError ? code : undefined;
}

/** What counts toward giving up. */
function lasting(kind: RefusalKind): "clear" | "unclear" | undefined {
  return kind === "passing" ? undefined : kind;
}
