import { asError } from "../base/as-error.js";
import { type Clock, sleep, type Timer } from "../base/clock.js";
import type { ListenerEventEmitter } from "../base/listener-event-emitter.js";
import { equalJitterMs } from "../base/retry.js";
import type { Claimed, Inbox } from "../inbox/contract.js";
import type { HeldRecords } from "./held-records.js";
import type { Settlement } from "./settle.js";

/** What the worker takes. */
export interface WorkerOptions {
  readonly inbox: Inbox;
  readonly clock: Clock;
  /** Records in work at one time. */
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly events: ListenerEventEmitter;
  readonly held: HeldRecords;
  readonly settlement: Settlement;
  /** Whether records are to be claimed at all: a process without callbacks leaves them to others. */
  readonly isWanted: () => boolean;
  /** How many records the callbacks can run now: fewer where all of them are paused or limited. */
  readonly allowance: () => number;
  /** Processes one record. MUST NOT throw. */
  readonly process: (claimed: Claimed) => void;
}

/** Between tries to claim from an inbox that fails. */
const claimPauses = { baseMs: 100, capMs: 5000 };
/** How long callbacks have to end after their signals are aborted, and then the inbox to record it, milliseconds. */
const OBEY_MS = 500;

/**
 * Claims records from the inbox and has them processed, a limited number at a time. A record comes in one of two ways:
 * handed over by the step that has just stored it (`offer`), or claimed from the inbox: retries, what did not fit, what
 * another process left behind.
 */
export class Worker {
  readonly #options: WorkerOptions;
  /** Claimed, and waiting for a free place: at most as many as one claim may bring. */
  readonly #queue: Claimed[] = [];
  /** Nothing more is claimed. */
  readonly #ending = new AbortController();
  #loop: Promise<void> | undefined;
  #renewal: Timer | undefined;
  /** Wakes the claim loop where it waits for a free place or for a callback. */
  #wake: (() => void) | undefined;
  #onIdle: (() => void)[] = [];
  #onChange: (() => void)[] = [];

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Whether a record that is stored now may be handed over at once. */
  get hasRoom(): boolean {
    const { held, concurrency, isWanted, allowance } = this.#options;
    if (this.#queue.length > 0 || held.size >= concurrency || this.#ending.signal.aborted) return false;
    return isWanted() && allowance() > 0;
  }

  /** Records in work now. */
  get running(): number {
    return this.#options.held.size + this.#queue.length;
  }

  /** How many records more may be claimed now. */
  get room(): number {
    if (this.#ending.signal.aborted) return 0;
    const { concurrency, allowance } = this.#options;
    return Math.max(0, Math.min(concurrency - this.running, allowance()));
  }

  start(): void {
    this.#loop ??= this.#claimLoop();
    if (!this.#options.inbox.durable) return;
    this.#options.held.renewed(this.#options.clock);
    this.#renewLater();
  }

  /** Checks again whether records are to be claimed. */
  wake(): void {
    this.#wake?.();
  }

  /** Processes a record that the caller holds. */
  offer(claimed: Claimed): void {
    if (this.hasRoom) this.#options.process(claimed);
    // Its callbacks may have been removed since it was claimed. Queued, it would block later records.
    else if (this.#ending.signal.aborted || !this.#options.isWanted() || this.#options.allowance() === 0)
      void this.#options.settlement.giveBack([claimed]);
    else this.#queue.push(claimed);
  }

  /** A record is no longer in work. */
  released(): void {
    const next = this.#queue.shift();
    if (next !== undefined) this.#options.process(next);
    else if (this.#options.held.size === 0 && this.#onIdle.length > 0) callAll(this.#onIdle);
    this.#wake?.();
    if (this.#onChange.length > 0) callAll(this.#onChange);
  }

  /** Resolves when a record is no longer in work, or after `ms`. */
  changed(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(ms, resolve);
      this.#onChange.push(() => {
        timer.clear();
        resolve();
      });
    });
  }

  /** Resolves when nothing runs any more. */
  idle(): Promise<void> {
    if (this.#options.held.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /**
   * Claims nothing more, and waits until what runs has ended, `graceMs` at most. What then still runs is cut off: what
   * succeeded beside it is recorded, and the record is due again, for the next process.
   *
   * @param abort aborts the signals of the callbacks
   * @param giveUp ends the attempts of those that go on all the same
   */
  async stop(graceMs: number, abort: () => void, giveUp: () => void): Promise<void> {
    const { settlement } = this.#options;
    this.#ending.abort();
    this.#wake?.();
    await settlement.giveBack(this.#queue.splice(0));
    const ended = await this.#idleWithin(graceMs);
    settlement.cutOff();
    abort();
    if (!ended && !(await this.#idleWithin(OBEY_MS))) {
      giveUp();
      await this.#idleWithin(OBEY_MS);
    }
    settlement.close();
    this.#renewal?.clear();
    await this.#loop;
  }

  async #claimLoop(): Promise<void> {
    const { inbox, clock, isWanted, events } = this.#options;
    const { signal } = this.#ending;
    let failures = 0;
    while (!signal.aborted) {
      const { room } = this;
      if (room === 0 || !isWanted()) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
        continue;
      }
      try {
        const claimed = await inbox.claim(room, signal);
        failures = 0;
        if (signal.aborted) {
          if (claimed.length > 0) await inbox.release(claimed);
        } else {
          for (const one of claimed) if (!this.#isHere(one)) this.offer(one);
        }
      } catch (error) {
        failures += 1;
        events.send({ type: "inbox.error", error: asError(error) });
        await sleep(clock, equalJitterMs(claimPauses, failures), signal).catch(() => undefined);
      }
    }
  }

  /**
   * Whether a claimed record is in work here already, or has been: after a sleep of the machine its lease has run out
   * while its callbacks go on, and the inbox gives it out again. They then go on under the new lease.
   */
  #isHere(claimed: Claimed): boolean {
    const { held, settlement } = this.#options;
    const { id } = claimed.record;
    if (held.has(id)) {
      held.add(claimed);
      return true;
    }
    const place = this.#queue.findIndex(({ record }) => record.id === id);
    if (place === -1) return settlement.settleAgain(claimed);
    this.#queue[place] = claimed;
    return true;
  }

  #renewLater(): void {
    const { clock, inbox, leaseMs, events, held, settlement } = this.#options;
    this.#renewal = clock.after(leaseMs / 3, () => {
      const all = [...held.all(), ...this.#queue];
      const renewing = all.length === 0 ? Promise.resolve([]) : inbox.renew(all);
      renewing
        .then((lost) => {
          for (const one of lost) held.lose(one);
          held.renewed(clock);
        })
        .catch((error: unknown) => events.send({ type: "inbox.error", error: asError(error) }))
        .finally(() => {
          if (!settlement.isClosed && (!this.#ending.signal.aborted || this.running > 0)) this.#renewLater();
        });
    });
  }

  /** @returns whether nothing runs any more */
  async #idleWithin(graceMs: number): Promise<boolean> {
    if (this.#options.held.size === 0) return true;
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(graceMs, () => resolve(false));
      this.#onIdle.push(() => {
        timer.clear();
        resolve(true);
      });
    });
  }
}

/** Each once. One of them may add another. */
function callAll(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}
