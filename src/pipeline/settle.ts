import { asError } from "../base/as-error.js";
import { type Clock, sleep } from "../base/clock.js";
import type { ListenerEventEmitter } from "../base/listener-event-emitter.js";
import { equalJitterMs } from "../base/retry.js";
import type { Claimed, Failure, Inbox, Outcome } from "../inbox/contract.js";
import type { HeldRecords } from "./held-records.js";

/** What settling works with. */
export interface SettlementOptions {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly events: ListenerEventEmitter;
  readonly held: HeldRecords;
  /** Called when a record is done or dead-lettered: the inbox has a free place more. */
  readonly onEnded: () => void;
  /** Called when an outcome is recorded. */
  readonly onRecorded: (claimed: Claimed, outcome: Outcome) => void;
  /** Called when a record is no longer in work here. */
  readonly onReleased: () => void;
}

/** An outcome that the inbox has not recorded. */
interface Unrecorded {
  /** On the record before this one. */
  readonly attempts: number;
  readonly source: Claimed["record"]["source"];
  readonly outcome: Outcome;
}

/** Between tries to record an outcome that the inbox would not take. */
const settlePauses = { baseMs: 100, capMs: 5000 };
const MAX_UNRECORDED = 1000;

/** Records the outcomes of claimed records in the inbox, with retries for as long as their leases last. */
export class Settlement {
  readonly #options: SettlementOptions;
  /** By record id. Should such a record come back, it is not run again. */
  readonly #unrecorded = new Map<string, Unrecorded>();
  /** What still runs is not waited for any longer. */
  readonly #cutting = new AbortController();
  /** The inbox may be closed: later outcomes are not recorded. */
  #isClosed = false;

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** From now on an attempt that failed counts as cut off: its record is given back. */
  cutOff(): void {
    this.#cutting.abort();
  }

  close(): void {
    this.#isClosed = true;
  }

  settle(first: Claimed, outcome: Outcome): void {
    if (this.#isClosed) return;
    const { held, inbox } = this.#options;
    const claimed = held.newest(first.record.id) ?? first;
    // Read now: an inbox in this process may count the attempt on this very object.
    const attempts = claimed.record.attempts + 1;
    let settling: unknown;
    try {
      settling = this.#wasCutOff(claimed, outcome)
        ? this.giveBack([claimed]).then(() => false)
        : inbox.settle(claimed, outcome);
    } catch (error) {
      settling = Promise.reject(error);
    }
    if (!(settling instanceof Promise)) {
      this.#settled(claimed, outcome, attempts, settling !== false);
      return;
    }
    held.add(claimed);
    settling
      .catch((error: unknown) => this.#retry(claimed, outcome, error))
      .then((recorded) => this.#settled(claimed, outcome, attempts, recorded !== false));
  }

  /**
   * Settles a record whose outcome could not be recorded before its lease ended, and that was claimed again.
   *
   * @returns false where it is to be run
   */
  settleAgain(claimed: Claimed): boolean {
    const { id, attempts, source } = claimed.record;
    const ended = this.#unrecorded.get(id);
    this.#unrecorded.delete(id);
    // With another count another process has had it since; with another source it is replayed.
    if (ended === undefined || ended.attempts !== attempts || ended.source !== source) return false;
    this.settle(claimed, ended.outcome);
    return true;
  }

  /** Gives records back to the inbox. Where it fails, their leases run out. */
  async giveBack(claimed: readonly Claimed[]): Promise<void> {
    if (claimed.length === 0) return;
    try {
      await this.#options.inbox.release(claimed);
    } catch (error) {
      this.#failed(error);
    }
  }

  /**
   * The callbacks have run; where it is not recorded before the lease ends, they run again in another process.
   *
   * @returns whether it is recorded
   */
  async #retry(claimed: Claimed, outcome: Outcome, first: unknown): Promise<boolean> {
    const { inbox, clock, leaseMs } = this.#options;
    const giveUpAt = clock.monotonic() + leaseMs;
    let error = first;
    const { signal } = this.#cutting;
    for (let failures = 1; clock.monotonic() < giveUpAt && !signal.aborted; failures += 1) {
      this.#failed(error);
      // Where it is cut short, there is one last try.
      await sleep(clock, equalJitterMs(settlePauses, failures), signal).catch(() => undefined);
      try {
        return (await inbox.settle(claimed, outcome)) !== false;
      } catch (next) {
        error = next;
      }
    }
    return false;
  }

  /** Whether an attempt came to nothing because the listener stops: it does not count. */
  #wasCutOff({ record }: Claimed, { state, done }: Outcome): boolean {
    return this.#cutting.signal.aborted && state !== "done" && done.length === record.done.length;
  }

  #settled(claimed: Claimed, outcome: Outcome, attempts: number, recorded: boolean): void {
    const { held, onReleased } = this.#options;
    const { id, source } = claimed.record;
    const newest = held.newest(id);
    if (!recorded && newest !== undefined && newest !== claimed) {
      // It was claimed here once more meanwhile.
      this.settle(newest, outcome);
      return;
    }
    held.delete(id);
    // What is not recorded has not ended: the process that claims the record next reports its end.
    if (recorded) this.#ended(claimed, outcome, attempts);
    else this.#remember(id, { attempts: attempts - 1, source, outcome });
    onReleased();
  }

  #remember(id: string, ended: Unrecorded): void {
    this.#unrecorded.set(id, ended);
    const [oldest] = this.#unrecorded.keys();
    if (this.#unrecorded.size > MAX_UNRECORDED && oldest !== undefined) this.#unrecorded.delete(oldest);
  }

  #ended(claimed: Claimed, outcome: Outcome, attempts: number): void {
    const { events, onEnded, onRecorded } = this.#options;
    onRecorded(claimed, outcome);
    if (outcome.state === "retry") return;
    onEnded();
    if (outcome.state === "unmatched") return;
    const { counts } = events;
    const isNeeded = outcome.state !== "done" || events.isNeeded("event.done");
    if (!isNeeded && counts === undefined) return;
    const { id, triggerName, source, origin, receivedAt } = claimed.record;
    const durationMs = Math.max(0, this.#options.clock.now() - receivedAt);
    const { provider } = origin;
    if (outcome.state === "done") {
      counts?.done(source, provider, triggerName, durationMs);
      if (isNeeded)
        events.send({ type: "event.done", id, triggerName, source, provider, attempts, durationMs });
      return;
    }
    const last: Failure | undefined = outcome.failures.at(-1);
    events.send({
      type: "event.dead-lettered",
      id,
      triggerName,
      source,
      provider,
      attempts,
      durationMs,
      message: last?.message ?? "its attempts are used up",
    });
  }

  #failed(thrown: unknown): void {
    this.#options.events.send({ type: "inbox.error", error: asError(thrown) });
  }
}
