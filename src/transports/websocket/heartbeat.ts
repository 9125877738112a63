import type { Clock } from "../../base/clock.js";
import type { Disconnect } from "./disconnect.js";

/** The longest time between two checks, milliseconds: a machine's sleep is noticed this late at most. */
const CHECK_MS = 10_000;
/**
 * The machine slept if a check came this much too late, or wall time ran this far ahead of the monotonic clock,
 * milliseconds. Small corrections of the machine's clock stay below it.
 */
const SLEEP_MS = 30_000;
/** A check this late may have run before received bytes were read: it is repeated, milliseconds. */
const LATE_MS = 1000;

/** The result of a check. After `quiet` the caller sends a ping; the last two end the connection. */
export type HeartbeatCheck =
  | { readonly found: "alive" | "quiet" }
  | { readonly found: "no-pong" | "slept"; readonly disconnect: Disconnect };

/**
 * Whether a connection is alive: quiet for too long → ping; nothing after the ping → dead. It holds no timer: its
 * owner calls {@link check} after {@link nextCheckMs}. A received frame costs one clock reading.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #quietMs: number;
  readonly #pongMs: number;
  #receivedAt: number;
  /** When the ping was sent that nothing has followed yet. */
  #unansweredAt: number | undefined;
  /** When the last ping was sent, answered or not. */
  #pingedAt = Number.NEGATIVE_INFINITY;
  #checkMs = 0;
  #armedAt = 0;
  #armedWallAt = 0;

  /** @param quietMs the smaller of the server's limit and ours */
  constructor(clock: Clock, quietMs: number, pongMs: number) {
    this.#clock = clock;
    this.#quietMs = quietMs;
    this.#pongMs = pongMs;
    this.#receivedAt = clock.monotonic();
    this.#arm(quietMs);
  }

  /** The delay of the next check, milliseconds. */
  get nextCheckMs(): number {
    return this.#checkMs;
  }

  /** Whether something was received within the limits. */
  get isAlive(): boolean {
    const sinceCheckMs = this.#clock.now() - this.#armedWallAt;
    if (sinceCheckMs - this.#checkMs > SLEEP_MS) return false;
    return this.#clock.monotonic() - this.#receivedAt <= this.#quietMs + this.#pongMs;
  }

  /** Whether a ping of ours is unanswered. */
  get awaitsPong(): boolean {
    return this.#unansweredAt !== undefined;
  }

  /** A frame of any kind was received; or reading resumes, since a pause of ours is not the server's silence. */
  received(): void {
    this.#receivedAt = this.#clock.monotonic();
    this.#unansweredAt = undefined;
  }

  /**
   * @param reading false while we do not read: silence means nothing then, but a ping now and then shows the server
   *   that we are connected
   */
  check(reading: boolean): HeartbeatCheck {
    const now = this.#clock.monotonic();
    const lateMs = now - this.#armedAt - this.#checkMs;
    const aheadMs = this.#clock.now() - this.#armedWallAt - (now - this.#armedAt);
    if (lateMs > SLEEP_MS || aheadMs > SLEEP_MS) {
      const seconds = Math.round(Math.max(lateMs, aheadMs) / 1000);
      const detail = `the machine slept for about ${seconds} s`;
      return { found: "slept", disconnect: { reason: "slept", detail } };
    }
    if (!reading) this.#unansweredAt = undefined;
    return this.#unansweredAt === undefined
      ? this.#checkQuiet(now)
      : this.#checkPong(now, lateMs, this.#unansweredAt);
  }

  #checkQuiet(now: number): HeartbeatCheck {
    const quietForMs = now - Math.max(this.#receivedAt, this.#pingedAt);
    if (quietForMs < this.#quietMs) {
      this.#arm(this.#quietMs - quietForMs);
      return { found: "alive" };
    }
    this.#unansweredAt = now;
    this.#pingedAt = now;
    this.#arm(this.#pongMs);
    return { found: "quiet" };
  }

  #checkPong(now: number, lateMs: number, unansweredAt: number): HeartbeatCheck {
    const waitedMs = now - unansweredAt;
    // A late check may have come before received bytes were read: it is repeated soon.
    if (waitedMs < this.#pongMs || lateMs > LATE_MS) {
      this.#arm(waitedMs < this.#pongMs ? this.#pongMs - waitedMs : LATE_MS);
      return { found: "alive" };
    }
    const seconds = Math.round((now - this.#receivedAt) / 1000);
    const detail = `nothing was received for ${seconds} s, not even the answer to a ping`;
    return { found: "no-pong", disconnect: { reason: "silent", detail } };
  }

  #arm(delayMs: number): void {
    this.#checkMs = Math.min(delayMs, CHECK_MS);
    this.#armedAt = this.#clock.monotonic();
    this.#armedWallAt = this.#clock.now();
  }
}
