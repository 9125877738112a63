import { type Clock, sleep, type Timer } from "../base/clock.js";
import { messageOf } from "../base/errors.js";
import type { ListenerEvent } from "../base/listener-events.js";
import { equalJitterMs } from "../base/retry.js";
import type { Claimed, Failure, Inbox, Outcome } from "../inbox/contract.js";

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
  readonly run: (taken: Claimed) => Outcome | Promise<Outcome>;
  /** Called when a record is done or dead: the inbox has a free place more. */
  readonly onFinished: () => void;
  readonly send: (report: ListenerEvent) => void;
  readonly wants: (type: ListenerEvent["type"]) => boolean;
}

/** An attempt of which the store has not heard. */
interface Ended {
  /** On the record before this one. */
  readonly attempts: number;
  readonly source: Claimed["record"]["source"];
  readonly outcome: Outcome;
}

/** Between tries to record an outcome that the store would not take. */
const settlePauses = { baseMs: 100, capMs: 5000 };
const MOST_FAILED_ATTEMPTS = 5;
/** How long callbacks have to obey their aborted signal, and then the store to hear how it ended, milliseconds. */
const OBEY_MS = 500;
/** So many ends are remembered that no lease covered any more. */
const MOST_UNHEARD = 1000;

/**
 * Takes records from the inbox and runs them, a limited number at a time. A record comes in one of two ways:
 * handed over by the path that has just kept it (`offer`), or taken from the inbox (`#takeLoop`): retries, what
 * did not fit, what another process left behind.
 */
export class Runner {
  readonly #options: RunnerOptions;
  /** What runs, by its record's id, with the newest lease of it. */
  readonly #running = new Map<string, Claimed>();
  /** How records ended whose lease had run out by then, by their id: should they come back, they are not run again. */
  readonly #unheard = new Map<string, Ended>();
  /** Taken, and waiting for a free place: at most as many as one `claim` may bring. */
  readonly #queue: Claimed[] = [];
  /** Nothing more is taken. */
  readonly #ending = new AbortController();
  /** What still runs is not waited for any longer. */
  readonly #cutting = new AbortController();
  /** The inbox may be closed: what ends from here on ends unheard. */
  #isOver = false;
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

  /** How many records more may be taken now. */
  get room(): number {
    if (this.#ending.signal.aborted) return 0;
    return Math.max(0, this.#options.concurrency - this.#running.size - this.#queue.length);
  }

  /** Runs a record that the caller holds. */
  offer(taken: Claimed): void {
    if (this.hasRoom) this.#run(taken);
    // Its callbacks may have gone since it was claimed. Queued, it would hold up whatever comes after it.
    else if (this.#ending.signal.aborted || !this.#options.wanted()) void this.#giveBack([taken]);
    else this.#queue.push(taken);
  }

  /**
   * Takes nothing more, and waits until what runs has ended, `graceMs` at most. What then still runs is cut off: what
   * succeeded beside it is recorded, and the record is due again, for whoever listens next.
   *
   * @param cutOff tells the callbacks that they are not waited for any longer
   * @param giveUp ends the attempts of those that go on all the same
   */
  async stop(graceMs: number, cutOff: () => void, giveUp: () => void): Promise<void> {
    this.#ending.abort();
    this.#poke?.();
    await this.#giveBack(this.#queue.splice(0));
    const ended = await this.#idle(graceMs);
    this.#cutting.abort();
    cutOff();
    if (!ended && !(await this.#idle(OBEY_MS))) {
      giveUp();
      await this.#idle(OBEY_MS);
    }
    this.#isOver = true;
    this.#renewal?.clear();
    await this.#loop;
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
        const taken = await inbox.claim(free, signal);
        failures = 0;
        if (signal.aborted) {
          if (taken.length > 0) await inbox.release(taken);
        } else {
          for (const one of taken) if (!this.#isHere(one)) this.offer(one);
        }
      } catch (error) {
        failures += 1;
        send({ type: "inbox.error", error: asError(error) });
        await sleep(clock, equalJitterMs(settlePauses, failures), signal).catch(() => undefined);
      }
    }
  }

  /**
   * Whether a record that was taken is in work here already, or has been: after a sleep of the machine its lease has
   * run out while its callbacks go on, and the inbox gives it out again. They then go on under the new lease.
   */
  #isHere(taken: Claimed): boolean {
    const { id, attempts, source } = taken.record;
    if (this.#running.has(id)) {
      this.#running.set(id, taken);
      return true;
    }
    const waits = this.#queue.findIndex(({ record }) => record.id === id);
    if (waits !== -1) {
      this.#queue[waits] = taken;
      return true;
    }
    const ended = this.#unheard.get(id);
    this.#unheard.delete(id);
    // With another count somebody else has had it since; with another source it is replayed.
    if (ended === undefined || ended.attempts !== attempts || ended.source !== source) return false;
    this.#settle(taken, ended.outcome);
    return true;
  }

  #run(taken: Claimed): void {
    const outcome = this.#runSafely(taken);
    // A callback that ended at once, over an inbox that answers at once, never counts as running.
    if (!(outcome instanceof Promise)) {
      this.#settle(taken, outcome);
      return;
    }
    this.#running.set(taken.record.id, taken);
    outcome.then(
      (settled) => this.#settle(taken, settled),
      (thrown: unknown) => this.#settle(taken, this.#failedAttempt(taken, thrown)),
    );
  }

  #runSafely(taken: Claimed): Outcome | Promise<Outcome> {
    try {
      return this.#options.run(taken);
    } catch (thrown) {
      return this.#failedAttempt(taken, thrown);
    }
  }

  /** A defect on the way to the callbacks is a failed attempt, and no more of them than a callback gets by default. */
  #failedAttempt({ record }: Claimed, thrown: unknown): Outcome {
    const { clock } = this.#options;
    const attempt = record.attempts + 1;
    const failure: Failure = { callback: undefined, attempt, at: clock.now(), message: messageOf(thrown) };
    const rest = { done: record.done, failures: [failure] };
    if (attempt >= MOST_FAILED_ATTEMPTS) return { state: "dead", ...rest };
    const dueAt = clock.now() + equalJitterMs(settlePauses, attempt);
    return { state: "retry", dueAt, ...rest, tries: record.tries };
  }

  #settle(first: Claimed, outcome: Outcome): void {
    if (this.#isOver) return;
    const taken = this.#running.get(first.record.id) ?? first;
    // Read now: an inbox in this process may count the attempt on this very object.
    const attempts = taken.record.attempts + 1;
    let settling: unknown;
    try {
      settling = this.#wasCutOff(taken, outcome)
        ? this.#giveBack([taken]).then(() => false)
        : this.#options.inbox.settle(taken, outcome);
    } catch (error) {
      settling = Promise.reject(error);
    }
    if (!(settling instanceof Promise)) {
      this.#settled(taken, outcome, attempts, settling !== false);
      return;
    }
    this.#running.set(taken.record.id, taken);
    settling
      .catch((error: unknown) => this.#settleAgain(taken, outcome, error))
      .then((recorded) => this.#settled(taken, outcome, attempts, recorded !== false));
  }

  /**
   * The callbacks have run; if the store does not hear of it before the lease ends, they run again elsewhere.
   *
   * @returns whether the store has heard of it
   */
  async #settleAgain(taken: Claimed, outcome: Outcome, first: unknown): Promise<boolean> {
    const { inbox, clock, leaseMs, send } = this.#options;
    const giveUpAt = clock.monotonic() + leaseMs;
    let error = first;
    const { signal } = this.#cutting;
    for (let failures = 1; clock.monotonic() < giveUpAt && !signal.aborted; failures += 1) {
      send({ type: "inbox.error", error: asError(error) });
      // Where it is cut short, there is one last try.
      await sleep(clock, equalJitterMs(settlePauses, failures), signal).catch(() => undefined);
      try {
        return (await inbox.settle(taken, outcome)) !== false;
      } catch (next) {
        error = next;
      }
    }
    return false;
  }

  /** Whether an attempt came to nothing because the listener stops: it is then not counted against the record. */
  #wasCutOff({ record }: Claimed, { state, done }: Outcome): boolean {
    return this.#cutting.signal.aborted && state !== "done" && done.length === record.done.length;
  }

  /** Where the store does not hear of it, their leases run out. */
  async #giveBack(taken: readonly Claimed[]): Promise<void> {
    if (taken.length === 0) return;
    try {
      await this.#options.inbox.release(taken);
    } catch (error) {
      this.#options.send({ type: "inbox.error", error: asError(error) });
    }
  }

  #settled(taken: Claimed, outcome: Outcome, attempts: number, recorded: boolean): void {
    const { id } = taken.record;
    const newest = this.#running.get(id);
    if (!recorded && newest !== undefined && newest !== taken) {
      // It was given out to us once more meanwhile.
      this.#settle(newest, outcome);
      return;
    }
    this.#running.delete(id);
    if (!recorded) this.#remember(id, { attempts: attempts - 1, source: taken.record.source, outcome });
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

  #remember(id: string, ended: Ended): void {
    this.#unheard.set(id, ended);
    const [oldest] = this.#unheard.keys();
    if (this.#unheard.size > MOST_UNHEARD && oldest !== undefined) this.#unheard.delete(oldest);
  }

  #reportEnd({ record }: Claimed, outcome: Outcome, attempts: number): void {
    const { send, wants } = this.#options;
    if (outcome.state === "retry") return;
    this.#options.onFinished();
    if (outcome.state === "unmatched") return;
    if (outcome.state === "done" && !wants("event.done")) return;
    const facts = { id: record.id, triggerName: record.triggerName, source: record.source, attempts };
    if (outcome.state === "done") {
      send({ type: "event.done", ...facts });
      return;
    }
    const last: Failure | undefined = outcome.failures.at(-1);
    send({ type: "event.dead-lettered", ...facts, message: last?.message ?? "its attempts are used up" });
  }

  #renewLater(): void {
    const { clock, inbox, leaseMs, send } = this.#options;
    this.#renewal = clock.after(leaseMs / 3, () => {
      const held = [...this.#running.values(), ...this.#queue];
      const renewing = held.length === 0 ? Promise.resolve([]) : inbox.renew(held);
      renewing
        .catch((error: unknown) => send({ type: "inbox.error", error: asError(error) }))
        .finally(() => {
          if (!this.#isOver && (!this.#ending.signal.aborted || this.running > 0)) this.#renewLater();
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
