import { type Clock, sleep } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import type { Verified } from "../model/verified.js";
import { isNotStored, pauseOf, type ReceiveResult } from "./responses.js";

type Receive = (verified: Verified) => MaybePromise<ReceiveResult>;

/**
 * Deliveries of transports that cannot be asked to send again. One that the inbox does not take is offered again until it
 * does, and later ones wait behind it. The transport reads no more than it may have in flight.
 */
export class InOrder {
  readonly #clock: Clock;
  readonly #halt = new AbortController();
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects with ERR_ABORTED where the listener stops first: the transport then counts the time as a gap. */
  run(verified: Verified, receive: Receive): MaybePromise<ReceiveResult> {
    if (this.#waiting > 0) return this.#wait(verified, receive, 0);
    return chain(receive(verified), (result) =>
      isNotStored(result) ? this.#wait(verified, receive, pauseOf(result)) : result,
    );
  }

  /** Ends all waits. */
  stop(reason: EarshotError): void {
    this.#halt.abort(reason);
  }

  #wait(verified: Verified, receive: Receive, pauseMs: number): Promise<ReceiveResult> {
    this.#waiting += 1;
    const turn = this.#last.then(() => this.#repeat(verified, receive, pauseMs));
    const leave = () => {
      this.#waiting -= 1;
    };
    this.#last = turn.then(leave, leave);
    return turn;
  }

  async #repeat(verified: Verified, receive: Receive, firstPauseMs: number): Promise<ReceiveResult> {
    const { signal } = this.#halt;
    for (let pauseMs = firstPauseMs; !signal.aborted; ) {
      if (pauseMs > 0) await sleep(this.#clock, pauseMs, signal).catch(() => undefined);
      if (signal.aborted) break;
      const result = await receive(verified);
      if (typeof result === "string") return result;
      pauseMs = pauseOf(result);
    }
    throw new EarshotError("ERR_ABORTED", "The listener stopped before this was stored.");
  }
}
