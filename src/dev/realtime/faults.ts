import type { Clock, Timer } from "../../base/clock.js";

/**
 * What can be made to go wrong on purpose between the platform and its realtime clients, so that a listener can
 * be seen to survive it. A message is one frame of an event: a chunk counts as one.
 */
export interface RealtimeFaults {
  /**
   * Ends every connection.
   *
   * @param how `close` with a close frame, `terminate` without a word, as a lost network does
   * @param code the close code; default 4200, reconnect at once
   * @returns how many there were
   */
  dropAll(how: "close" | "terminate", code?: number): number;
  /** From now on connections stay open and nothing is sent or received on them, as on a dead network path. */
  silence(on: boolean): void;
  /** Turns every new connection away with this close code; `undefined` lets them in again. */
  refuse(code: number | undefined): void;
  /** The next `count` messages are not sent. */
  lose(count: number): void;
  /** The next `count` messages are sent twice. */
  duplicate(count: number): void;
  /** The next `count` messages are held until all have come, and go out last first; 0 lets go of those held. */
  reorder(count: number): void;
  /** Every message goes out this many milliseconds late; 0 ends it. */
  delay(delayMs: number): void;
  /** Sends this text as a frame to every connection, whatever it is. */
  say(text: string): void;
  /** Ends every fault; messages that are held or late go out now. */
  reset(): void;
  /** What is in force. */
  current(): RealtimeFaultState;
}

export interface RealtimeFaultState {
  readonly silent: boolean;
  readonly refuseCode: number | undefined;
  readonly toLose: number;
  readonly toDuplicate: number;
  readonly toReorder: number;
  readonly delayMs: number;
}

/** What the faults do to messages on their way out. */
export class MessageFaults {
  silent = false;
  refuseCode: number | undefined;
  #toLose = 0;
  #toDuplicate = 0;
  #reorder = 0;
  #delayMs = 0;
  readonly #held: (() => void)[] = [];
  readonly #late = new Map<Timer, () => void>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  lose(count: number): void {
    this.#toLose = count;
  }

  duplicate(count: number): void {
    this.#toDuplicate = count;
  }

  reorder(count: number): void {
    this.#reorder = count;
    this.#letGoWhenFull();
  }

  delay(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Sends a message as the faults will have it: once, twice, later, in another order, or not at all. */
  pass(send: () => void): void {
    if (this.#toLose > 0) {
      this.#toLose -= 1;
      return;
    }
    let copies = 1;
    if (this.#toDuplicate > 0) {
      this.#toDuplicate -= 1;
      copies = 2;
    }
    for (let copy = 0; copy < copies; copy += 1) {
      if (this.#reorder > 0) this.#held.push(send);
      else this.#sendLate(send);
    }
    this.#letGoWhenFull();
  }

  reset(): void {
    this.silent = false;
    this.refuseCode = undefined;
    this.#toLose = 0;
    this.#toDuplicate = 0;
    this.#delayMs = 0;
    this.reorder(0);
    for (const [timer, send] of this.#late) {
      timer.clear();
      send();
    }
    this.#late.clear();
  }

  /** Forgets what is held and late. */
  drop(): void {
    this.#held.length = 0;
    for (const timer of this.#late.keys()) timer.clear();
    this.#late.clear();
  }

  current(): RealtimeFaultState {
    return {
      silent: this.silent,
      refuseCode: this.refuseCode,
      toLose: this.#toLose,
      toDuplicate: this.#toDuplicate,
      toReorder: this.#reorder === 0 ? 0 : this.#reorder - this.#held.length,
      delayMs: this.#delayMs,
    };
  }

  #letGoWhenFull(): void {
    if (this.#held.length < this.#reorder) return;
    this.#reorder = 0;
    for (const send of this.#held.splice(0).reverse()) this.#sendLate(send);
  }

  #sendLate(send: () => void): void {
    if (this.#delayMs === 0) {
      send();
      return;
    }
    const timer = this.#clock.after(this.#delayMs, () => {
      this.#late.delete(timer);
      send();
    });
    this.#late.set(timer, send);
  }
}
