import { type Clock, sleep, type Timer } from "../clock.js";
import { messageOf } from "../errors.js";
import type { Failure, Inbox, Outcome, Taken } from "../inbox/contract.js";
import type { Report } from "../report.js";
import { equalJitterMs } from "../retry.js";

/** What the runner is given. */
export interface RunnerOptions {
  readonly inbox: Inbox;
  readonly clock: Clock;
  /** Records in work at one time. */
  readonly concurrency: number;
  readonly leaseMs: number;
  /** Whether records are to be taken at all: a process without callbacks leaves them to others. */
  readonly wanted: () => boolean;
  /** Runs one attempt. MUST NOT throw or reject. */
  readonly run: (taken: Taken) => Outcome | Promise<Outcome>;
  /** Called when a record is done or dead: the inbox has a free place more. */
  readonly onFinished: () => void;
  readonly send: (report: Report) => void;
  readonly wants: (type: Report["type"]) => boolean;
}

/** Between tries to record an outcome that the store would not take. */
const settlePauses = { baseMs: 100, capMs: 5000 };

/**
 * Takes records from the inbox and runs them, a limited number at a time. A record comes in one of two ways:
 * handed over by the path that has just kept it (`offer`), or taken from the inbox (`#takeLoop`): retries, what
 * did not fit, what another process left behind.
 */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #running = new Set<Taken>();
  /** Taken, and waiting for a free place: at most as many as one `take` may bring. */
  readonly #queue: Taken[] = [];
  readonly #ending = new AbortController();
  #loop: Promise<void> | undefined;
  #renewal: Timer | undefined;
  /** Wakes the take loop where it waits for a free place or for somebody to want records. */
  #poke: (() => void) | undefined;
  #onIdle: (() => void) | undefined;
  #idlers: (() => void)[] = [];

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Whether a record that is kept now may be handed over at once. */
  get hasRoom(): boolean {
    return (
      this.#queue.length === 0 &&
      this.#running.size < this.#options.concurrency &&
      !this.#ending.signal.aborted &&
      this.#options.wanted()
    );
  }

  /** Records in work now. */
  get running(): number {
    return this.#running.size + this.#queue.length;
  }

  start(): void {
    this.#loop ??= this.#takeLoop();
    if (this.#options.inbox.durable) this.#renewLater();
  }

  /** Resolves when nothing runs any more. */
  idle(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idlers.push(resolve));
  }

  /** Looks again at whether records are wanted. */
  poke(): void {
    this.#poke?.();
  }

  /** Runs a record that the caller holds. */
  offer(taken: Taken): void {
    if (this.hasRoom) this.#run(taken);
    else this.#queue.push(taken);
  }

  /** Takes nothing more, and waits until what runs has ended, `graceMs` at most. @returns whether all has ended */
  async stop(graceMs: number): Promise<boolean> {
    this.#ending.abort();
    this.#poke?.();
    const waiting = this.#queue.splice(0);
    if (waiting.length > 0) await this.#options.inbox.release(waiting);
    const ended = await this.#idle(graceMs);
    this.#renewal?.clear();
    await this.#loop;
    return ended;
  }

  async #takeLoop(): Promise<void> {
    const { inbox, concurrency, clock, send } = this.#options;
    const { signal } = this.#ending;
    let failures = 0;
    while (!signal.aborted) {
      const free = concurrency - this.#running.size - this.#queue.length;
      if (free <= 0 || !this.#options.wanted()) {
        await new Promise<void>((resolve) => {
          this.#poke = resolve;
        });
        this.#poke = undefined;
        continue;
      }
      try {
        const taken = await inbox.take(free, signal);
        failures = 0;
        if (signal.aborted) {
          if (taken.length > 0) await inbox.release(taken);
        } else {
          for (const one of taken) this.offer(one);
        }
      } catch (error) {
        failures += 1;
        send({ type: "inbox.trouble", error: asError(error) });
        await sleep(clock, equalJitterMs(settlePauses, failures), signal).catch(() => undefined);
      }
    }
  }

  #run(taken: Taken): void {
    const outcome = this.#options.run(taken);
    // A callback that ended at once, over an inbox that answers at once, never counts as running.
    if (!(outcome instanceof Promise)) {
      this.#settle(taken, outcome);
      return;
    }
    this.#running.add(taken);
    outcome.then((settled) => this.#settle(taken, settled));
  }

  #settle(taken: Taken, outcome: Outcome): void {
    // Read now: an inbox in this process may count the attempt on this very object.
    const attempts = taken.record.attempts + 1;
    let settling: unknown;
    try {
      settling = this.#options.inbox.settle(taken, outcome);
    } catch (error) {
      settling = Promise.reject(error);
    }
    if (!(settling instanceof Promise)) {
      this.#settled(taken, outcome, attempts, settling !== false);
      return;
    }
    this.#running.add(taken);
    settling
      .catch((error: unknown) => this.#settleAgain(taken, outcome, error))
      .then((recorded) => this.#settled(taken, outcome, attempts, recorded !== false));
  }

  /**
   * The callbacks have run; if the store does not hear of it before the lease ends, they run again elsewhere.
   *
   * @returns whether the store has heard of it
   */
  async #settleAgain(taken: Taken, outcome: Outcome, first: unknown): Promise<boolean> {
    const { inbox, clock, leaseMs, send } = this.#options;
    const giveUpAt = clock.monotonic() + leaseMs;
    let error = first;
    for (let failures = 1; clock.monotonic() < giveUpAt; failures += 1) {
      send({ type: "inbox.trouble", error: asError(error) });
      await sleep(clock, equalJitterMs(settlePauses, failures));
      try {
        return (await inbox.settle(taken, outcome)) !== false;
      } catch (next) {
        error = next;
      }
    }
    return false;
  }

  #settled(taken: Taken, outcome: Outcome, attempts: number, recorded: boolean): void {
    this.#running.delete(taken);
    // What was not recorded has not ended: whoever gets the record now says how it does.
    if (recorded) this.#reportEnd(taken, outcome, attempts);
    const next = this.#queue.shift();
    if (next !== undefined) this.#run(next);
    else if (this.#running.size === 0) {
      this.#onIdle?.();
      for (const resolve of this.#idlers.splice(0)) resolve();
    }
    this.#poke?.();
  }

  #reportEnd({ record }: Taken, outcome: Outcome, attempts: number): void {
    const { send, wants } = this.#options;
    if (outcome.state === "again") return;
    this.#options.onFinished();
    if (outcome.state === "done" && !wants("record.done")) return;
    const facts = { id: record.id, triggerName: record.triggerName, source: record.source, attempts };
    if (outcome.state === "done") {
      send({ type: "record.done", ...facts });
      return;
    }
    const last: Failure | undefined = outcome.failures.at(-1);
    send({ type: "record.dead", ...facts, message: last?.message ?? "its attempts are used up" });
  }

  #renewLater(): void {
    const { clock, inbox, leaseMs, send } = this.#options;
    this.#renewal = clock.after(leaseMs / 3, () => {
      const held = [...this.#running, ...this.#queue];
      const renewing = held.length === 0 ? Promise.resolve([]) : inbox.renew(held);
      renewing
        .catch((error: unknown) => send({ type: "inbox.trouble", error: asError(error) }))
        .finally(() => {
          if (!this.#ending.signal.aborted || this.running > 0) this.#renewLater();
        });
    });
  }

  async #idle(graceMs: number): Promise<boolean> {
    if (this.#running.size === 0) return true;
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(graceMs, () => {
        this.#onIdle = undefined;
        resolve(false);
      });
      this.#onIdle = () => {
        timer.clear();
        resolve(true);
      };
    });
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}
