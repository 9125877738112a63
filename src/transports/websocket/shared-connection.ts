import { EarshotError } from "../../base/errors.js";
import type { DisconnectReason, WakeReason } from "../../base/listener-events.js";
import { type Gap, gapOf } from "../backfill/gap.js";
import { hand } from "./hand.js";
import { type SocketState, type SocketTrouble, stateOf, type WebSocketHealth } from "./health.js";
import { earlier, Inbound, type InboundTimer } from "./problems.js";
import { Link } from "./connection.js";
import { type SocketOptions, type SocketSettings, socketSettings } from "./options.js";
import { Patience } from "./patience.js";
import { type Resolvers, withResolvers } from "./resolvers.js";
import { Timers } from "./timers.js";
import type { Loss } from "./disconnect.js";
import { judge, type Verdict } from "./reconnect.js";

/** A connection that does not come about is told of by a warning, once, after so many tries: about 30 s. */
const TRIES_UNTIL_WARNING = 8;

/** What can only come from beyond a proxy: it is there, and works. */
const beyondProxy: ReadonlySet<DisconnectReason> = new Set([
  "http",
  "protocol",
  "authorization",
  "closed",
  "tls",
]);

/** Listens to the platform's realtime channel. */
export interface Socket {
  /**
   * Resolves when the subscription is confirmed for the first time; until then connections are tried again.
   *
   * @throws EarshotError what the server or the platform refuses for good, which `onFatal` hears too;
   *   ERR_LISTENER_STATE where the socket is stopped first
   */
  start(): Promise<void>;
  /** Unsubscribes and closes. When it resolves, no timer and no socket is left. Safe to call twice. */
  stop(): Promise<void>;
  /** Stops reading: what the server sends waits in the network. A few frames that were read already still come. */
  pause(): void;
  resume(): void;
  health(): WebSocketHealth;
}

/** @throws EarshotError ERR_OPTION */
export function createSocket(options: SocketOptions): Socket {
  return new RealtimeSocket(socketSettings(options));
}

/**
 * A reconcile loop. Wanted is one connection with a confirmed subscription; whatever happens wakes the loop,
 * which compares what is with what is wanted and does the next thing. Nothing else acts, so that there is one
 * connection at a time and one owner for each timer.
 */
class RealtimeSocket implements Socket {
  readonly #settings: SocketSettings;
  readonly #timers: Timers<"step" | "look" | "pause" | InboundTimer>;
  readonly #inbound: Inbound;
  readonly #patience: Patience;
  readonly #wakes: WakeReason[] = [];
  #awake = false;
  #wanted = false;
  #link: Link | undefined;
  /** Whether the present connection's subscription has been confirmed. */
  #ready = false;
  #attempts = 0;
  /** Refusals since a subscription was last confirmed. */
  #refusals = 0;
  #everReady = false;
  /** By the monotonic clock. */
  #startedAt = 0;
  #state: SocketState = "idle";
  #since: number;
  #lastFrameAt: number | undefined;
  #lastTrouble: SocketTrouble | undefined;
  #lastGap: Gap | undefined;
  /** When it was last heard while subscribed, and why it was lost; set while events may be missing. */
  #missing: { readonly from: number; readonly detail: string } | undefined;
  #starting: Resolvers | undefined;
  #stopping: Promise<void> | undefined;

  constructor(settings: SocketSettings) {
    const { clock, backoff, random } = settings;
    this.#settings = settings;
    this.#timers = new Timers(clock);
    this.#patience = new Patience(backoff, random, () => clock.monotonic());
    this.#inbound = new Inbound(settings, this.#timers, {
      reading: (reading) => this.#wake(reading ? "inbox-ready" : "inbox-full"),
      gap: (gap) => this.#tellGap(gap),
    });
    this.#since = clock.now();
  }

  start(): Promise<void> {
    if (this.#starting !== undefined) return this.#starting.promise;
    const starting = withResolvers();
    this.#starting = starting;
    if (this.#stopping === undefined) {
      this.#wanted = true;
      this.#startedAt = this.#settings.clock.monotonic();
      this.#wake("start");
    } else {
      starting.reject(new EarshotError("ERR_LISTENER_STATE", "The socket has been stopped."));
    }
    return starting.promise;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  pause(): void {
    this.#inbound.pressure.hold();
  }

  resume(): void {
    this.#inbound.pressure.release();
  }

  health(): WebSocketHealth {
    const { pressure, lastEventAt, unfinishedSince, unkeptSince } = this.#inbound;
    return {
      state: this.#state,
      since: this.#since,
      subscribed: this.#ready,
      healthy: this.#ready && this.#link?.pulse?.recent === true,
      paused: !pressure.reading,
      inFlight: pressure.inFlight,
      lastFrameAt: this.#link?.lastFrameAt ?? this.#lastFrameAt,
      lastEventAt,
      attempts: this.#attempts,
      lastTrouble: this.#lastTrouble,
      lastGap: this.#lastGap,
      missingSince: earlier(this.#missing?.from, unfinishedSince),
      unkeptSince,
    };
  }

  /** Runs the loop for a reason. A wake-up from within it waits for its turn. */
  #wake(reason: WakeReason): void {
    this.#wakes.push(reason);
    if (this.#awake) return;
    this.#awake = true;
    try {
      for (let next = this.#wakes.shift(); next !== undefined; next = this.#wakes.shift()) {
        this.#reconcile(next);
      }
    } finally {
      this.#awake = false;
    }
  }

  #reconcile(reason: WakeReason): void {
    if (!this.#wanted) return;
    if (this.#link?.step === "lost") this.#lose(this.#link);
    if (!this.#wanted) return;
    if (this.#link === undefined && !this.#timers.has("pause")) this.#connect(reason);
    if (this.#link !== undefined) this.#advance(this.#link);
    if (reason === "quiet") this.#link?.ping();
    this.#enter(this.#link === undefined ? "waiting" : stateOf(this.#link.step));
  }

  #connect(reason: WakeReason): void {
    this.#attempts += 1;
    this.#settings.send({ type: "websocket.connecting", attempt: this.#attempts, reason });
    // Whoever heard that may have stopped us.
    if (!this.#wanted) return;
    this.#link = new Link(this.#settings, {
      wake: (why) => this.#wake(why),
      trigger: (body, receivedAt) => this.#inbound.deliver(body, receivedAt),
      passed: (receivedAt) => {
        this.#inbound.lastEventAt = receivedAt;
      },
      chunk: (data, text, receivedAt) => this.#inbound.chunk(data, text, receivedAt),
      warn: (message) => this.#inbound.warn(message),
      unread: (message, receivedAt) => this.#inbound.unread(message, receivedAt),
    });
  }

  /** Does the next thing for a connection; one that is under way is left alone. */
  #advance(link: Link): void {
    const { accessLimitMs, handshakeLimitMs } = this.#settings;
    switch (link.step) {
      case "new":
        this.#limit(link, accessLimitMs, "the platform did not say where its realtime server is");
        void link.locate();
        return;
      case "located":
        this.#limit(link, handshakeLimitMs, "the server did not greet");
        void link.open();
        return;
      case "greeted":
        this.#limit(link, accessLimitMs, "the platform did not sign the subscription");
        this.#watch(link);
        void link.authorize();
        return;
      case "authorized":
        this.#limit(link, handshakeLimitMs, "the server did not confirm the subscription");
        link.subscribe();
        return;
      case "subscribed":
        if (!this.#ready) this.#becomeReady(link);
        link.read(this.#inbound.pressure.reading);
        return;
      default:
        return;
    }
  }

  #limit(link: Link, limitMs: number, what: string): void {
    this.#timers.set("step", limitMs, () => {
      link.fail({ trouble: "timeout", detail: `${what} within ${limitMs} ms` }, "handshake-timeout");
    });
  }

  #watch(link: Link): void {
    const { pulse } = link;
    if (pulse === undefined) return;
    this.#timers.set("look", pulse.nextLookMs, () => {
      const finding = pulse.look(this.#inbound.pressure.reading || !this.#ready);
      if ("loss" in finding) {
        link.fail(finding.loss, finding.found);
        return;
      }
      this.#watch(link);
      if (finding.found === "quiet") this.#wake("quiet");
    });
  }

  #becomeReady(link: Link): void {
    this.#timers.clear("step");
    this.#ready = true;
    this.#attempts = 0;
    this.#refusals = 0;
    this.#everReady = true;
    this.#patience.confirmed();
    this.#enter("ready");
    this.#settings.send({ type: "websocket.ready", socketId: link.socketId, channel: link.channel });
    const missing = this.#missing;
    this.#missing = undefined;
    if (missing !== undefined) this.#tellGap(gapOf(missing.from, this.#settings.clock.now(), missing.detail));
    this.#starting?.resolve();
  }

  #lose(link: Link): void {
    const loss = this.#lossOf(link);
    this.#timers.clear("step");
    this.#timers.clear("look");
    this.#lastFrameAt = link.lastFrameAt ?? this.#lastFrameAt;
    const now = this.#settings.clock.now();
    if (this.#ready) this.#missing = { from: link.lastFrameAt ?? now, detail: sentence(loss) };
    this.#ready = false;
    link.drop();
    this.#link = undefined;
    if (loss.refused !== undefined) this.#refusals += 1;
    const { trouble, closeCode, detail } = loss;
    this.#lastTrouble = { trouble, closeCode, detail, at: now };
    const verdict =
      this.#proxyVerdict(link, loss) ?? judge(loss, { refusals: this.#refusals, everReady: this.#everReady });
    const retryInMs = verdict.next === "give-up" ? undefined : this.#patience.pauseMs(verdict);
    if (retryInMs !== undefined && retryInMs > 0) {
      this.#timers.set("pause", retryInMs, () => this.#wake("backoff-over"));
    }
    this.#enter("waiting");
    this.#settings.send({ type: "websocket.disconnected", trouble, closeCode, detail, retryInMs });
    if (this.#attempts === TRIES_UNTIL_WARNING && retryInMs !== undefined) {
      this.#inbound.warn(
        `No subscription was confirmed in ${this.#attempts} tries, and the tries go on. The last one: ${detail}.`,
        "ERR_NETWORK",
      );
    }
    if (verdict.next === "give-up" && this.#wanted) this.#fail(verdict.error);
  }

  /**
   * A proxy that does not work may be on its way up, for a while. Before the first confirmation it is likelier to be
   * a wrong variable, which only a person can correct.
   */
  #proxyVerdict(link: Link, loss: Loss): Verdict | undefined {
    if (this.#everReady || loss.fatal !== undefined) return undefined;
    const isProxys = loss.trouble === "proxy" || (link.isProxied && !beyondProxy.has(loss.trouble));
    const { clock, proxyLimitMs } = this.#settings;
    if (!isProxys || clock.monotonic() - this.#startedAt < proxyLimitMs) return undefined;
    const message = `No connection through the proxy within ${proxyLimitMs} ms: ${loss.detail}. Look at HTTPS_PROXY, HTTP_PROXY and ALL_PROXY; NO_PROXY names what is reached directly.`;
    return { next: "give-up", error: new EarshotError("ERR_NETWORK", message) };
  }

  /** A loss while we did not read is our own doing, whatever form the server's patience took to end. */
  #lossOf(link: Link): Loss {
    const loss = link.loss ?? { trouble: "other", detail: "the connection was lost" };
    const ours = this.#ready && this.#inbound.pressure.strained;
    if (!ours || (loss.trouble !== "closed" && loss.trouble !== "reset")) return loss;
    return { ...loss, trouble: "back-pressure", detail: `${loss.detail}, when nothing was being read` };
  }

  #fail(error: EarshotError): void {
    this.#wanted = false;
    this.#inbound.stop();
    this.#timers.clearAll();
    this.#enter("failed");
    this.#settings.send({ type: "websocket.failed", error });
    this.#starting?.reject(error);
    hand(this.#settings, "onFatal", () => this.#settings.onFatal(error));
  }

  async #stop(): Promise<void> {
    this.#wanted = false;
    this.#timers.clearAll();
    const link = this.#link;
    this.#ready = false;
    await link?.leave();
    this.#lastFrameAt = link?.lastFrameAt ?? this.#lastFrameAt;
    this.#link = undefined;
    this.#inbound.stop();
    this.#timers.clearAll();
    if (this.#state !== "failed") this.#enter("stopped");
    this.#starting?.reject(
      new EarshotError("ERR_LISTENER_STATE", "The socket was stopped before it was ready."),
    );
  }

  #tellGap(gap: Gap): void {
    this.#lastGap = gap;
    hand(this.#settings, "onGap", () => this.#settings.onGap?.(gap));
  }

  #enter(state: SocketState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#since = this.#settings.clock.now();
  }
}

function sentence(loss: Loss): string {
  return `The connection was lost (${loss.trouble}): ${loss.detail}.`;
}
