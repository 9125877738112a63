import type { Clock } from "../../base/clock.js";
import type { Loss } from "./disconnect.js";

/** The longest time between two looks, milliseconds: so late, at most, is a machine's sleep noticed. */
const LOOK_MS = 10_000;
/**
 * Beyond this a look came too late, or wall time ran ahead of the monotonic clock, because the machine slept
 * (milliseconds). Small corrections of the machine's clock stay below it.
 */
const SLEEP_MS = 30_000;
/** A look this late may have run before what had arrived was read: it is repeated, milliseconds. */
const LATE_MS = 1000;

/** What a look at the connection found. */
export type Finding =
  | { readonly found: "well" | "quiet" }
  | { readonly found: "no-pong" | "slept"; readonly loss: Loss };

/**
 * Whether a connection is alive: quiet for too long → ping; nothing after the ping → dead. It holds no timer:
 * it says when it wants to look next. The sign of life itself costs next to nothing, for every frame is one.
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #quietMs: number;
  readonly #pongMs: number;
  #heardAt: number;
  /** When a ping went out that nothing has followed yet. */
  #pingAt: number | undefined;
  /** When the last ping went out, answered or not. */
  #pingedAt = Number.NEGATIVE_INFINITY;
  #lookMs = 0;
  #armedAt = 0;
  #armedWallAt = 0;

  /** @param quietMs already the smaller of the server's limit and ours */
  constructor(clock: Clock, quietMs: number, pongMs: number) {
    this.#clock = clock;
    this.#quietMs = quietMs;
    this.#pongMs = pongMs;
    this.#heardAt = clock.monotonic();
    this.#arm(quietMs);
  }

  /** The delay of the next look, milliseconds. */
  get nextLookMs(): number {
    return this.#lookMs;
  }

  /** Whether something was heard within the limits. */
  get recent(): boolean {
    const sinceLookMs = this.#clock.now() - this.#armedWallAt;
    if (sinceLookMs - this.#lookMs > SLEEP_MS) return false;
    return this.#clock.monotonic() - this.#heardAt <= this.#quietMs + this.#pongMs;
  }

  /** Whether a ping of ours is unanswered. */
  get waiting(): boolean {
    return this.#pingAt !== undefined;
  }

  /** Something came, no matter what; or reading goes on after a pause, which is not the server's silence. */
  heard(): void {
    this.#heardAt = this.#clock.monotonic();
    this.#pingAt = undefined;
  }

  /**
   * Takes a look. After `quiet` the caller sends a ping; after `well` and `quiet` it looks again in time.
   *
   * @param reading false while we ourselves do not read: silence then proves nothing, but a ping now and then
   *   tells the server that we are there
   */
  look(reading: boolean): Finding {
    const now = this.#clock.monotonic();
    const lateMs = now - this.#armedAt - this.#lookMs;
    const aheadMs = this.#clock.now() - this.#armedWallAt - (now - this.#armedAt);
    if (lateMs > SLEEP_MS || aheadMs > SLEEP_MS) {
      const seconds = Math.round(Math.max(lateMs, aheadMs) / 1000);
      return {
        found: "slept",
        loss: { trouble: "slept", detail: `the machine slept for about ${seconds} s` },
      };
    }
    if (!reading) this.#pingAt = undefined;
    return this.#pingAt === undefined
      ? this.#lookForQuiet(now)
      : this.#lookForPong(now, lateMs, this.#pingAt);
  }

  #lookForQuiet(now: number): Finding {
    const quietForMs = now - Math.max(this.#heardAt, this.#pingedAt);
    if (quietForMs < this.#quietMs) {
      this.#arm(this.#quietMs - quietForMs);
      return { found: "well" };
    }
    this.#pingAt = now;
    this.#pingedAt = now;
    this.#arm(this.#pongMs);
    return { found: "quiet" };
  }

  #lookForPong(now: number, lateMs: number, pingAt: number): Finding {
    const waitedMs = now - pingAt;
    // Late, this look may have come before what has arrived was read: one more, soon.
    if (waitedMs < this.#pongMs || lateMs > LATE_MS) {
      this.#arm(waitedMs < this.#pongMs ? this.#pongMs - waitedMs : LATE_MS);
      return { found: "well" };
    }
    const seconds = Math.round((now - this.#heardAt) / 1000);
    const detail = `nothing was heard for ${seconds} s, not even the answer to a ping`;
    return { found: "no-pong", loss: { trouble: "silent", detail } };
  }

  #arm(delayMs: number): void {
    this.#lookMs = Math.min(delayMs, LOOK_MS);
    this.#armedAt = this.#clock.monotonic();
    this.#armedWallAt = this.#clock.now();
  }
}
