import { randomUUID } from "node:crypto";
import { EarshotError, messageOf } from "../../errors.js";
import type { Entry, Failure, Kept } from "../contract.js";
import { recordArguments } from "./keys.js";
import type { Store } from "./store.js";
import { deadFromTheStart, toStored } from "./stored.js";
import { toInboxError } from "./trouble.js";

/** What a full inbox asks the sender to wait, milliseconds. */
const FULL_RETRY_MS = 1000;
/** Entries in one transaction: while it runs, Redis does nothing else. */
const MOST_AT_ONCE = 64;

/** Transactions under way: Redis has the next one at hand when it has done one. */
const MOST_IN_FLIGHT = 4;
/** Entries for which it is worth to begin another. */
const ENOUGH = 16;

const NEW = 2;
const FULL = 3;

/** An entry on its way. */
interface Put {
  readonly entry: Entry;
  /** The state of a record that is dead from the start, else empty. */
  readonly dead: string;
  readonly resolve: (verdict: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores what is new.
 *
 * Entries that come while a transaction is under way go together in the next one: Redis then writes and flushes its
 * file once for all of them.
 *
 * Identity and job are written in one transaction (MULTI): a script of ours, which decides and claims the
 * identities; BullMQ's add for each entry; and a script of ours again, which looks whether both are there and else
 * removes either. Redis runs a transaction without anything in between, and writes it to its append-only file as one
 * block, of which a half is thrown away on restart: so there is no instant at which an identity is there without
 * its job, to a client or after a crash. BullMQ's add cannot be told not to add; where we decided against it, it
 * finds a placeholder under the job's name and takes the job for one that exists.
 *
 * Each try has a job name of its own, so a try whose answer got lost cannot meet its own leftovers: its identity
 * is found, and the sender is told `seen`, of a record that is there. Should an identity ever stand without
 * its job (somebody deleted keys by hand), it is not believed unless its record had been settled: the
 * event is then kept anew. The mistake that is left to make is to run twice, and never to lose.
 */
export class Keeper {
  readonly #store: Store;
  #waiting: Put[] = [];
  readonly #writing = new Set<Promise<void>>();
  #isGathering = false;

  constructor(store: Store) {
    this.#store = store;
  }

  async keep(entry: Entry): Promise<Kept> {
    const verdict = await this.#put(entry, "");
    if (verdict === FULL) return { state: "full", retryAfterMs: FULL_RETRY_MS };
    return verdict === NEW ? { state: "new" } : { state: "seen", settled: verdict === 1 };
  }

  async bury(entry: Entry, failure: Failure): Promise<void> {
    await this.#put(entry, JSON.stringify(deadFromTheStart(failure, this.#store.now)));
  }

  /** Resolves when everything that was begun has been answered. */
  async idle(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  #put(entry: Entry, dead: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, dead, resolve, reject });
      this.#writeSoon();
    });
  }

  /** At once where nothing is under way; beside others only what is worth a transaction. */
  #writeSoon(): void {
    const waiting = this.#waiting.length;
    const isBusy = this.#writing.size >= MOST_IN_FLIGHT || (this.#writing.size > 0 && waiting < ENOUGH);
    if (waiting === 0 || isBusy || this.#isGathering) return;
    this.#isGathering = true;
    const writing = this.#write().finally(() => {
      this.#writing.delete(writing);
      this.#writeSoon();
    });
    this.#writing.add(writing);
  }

  async #write(): Promise<void> {
    // What is read in this turn of the loop goes along.
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#isGathering = false;
    const puts = this.#waiting.splice(0, MOST_AT_ONCE);
    const transacting = this.#transact(puts);
    this.#writeSoon();
    try {
      await transacting;
    } catch (error) {
      for (const { reject } of puts) reject(error);
    }
  }

  async #transact(puts: readonly Put[]): Promise<void> {
    const store = this.#store;
    const { base, queue } = store.keys;
    const nowMs = store.now;
    const jobIds = puts.map(() => randomUUID());
    const args = [
      String(nowMs),
      ...puts.flatMap(({ entry, dead }, at) => [...recordArguments(jobIds[at] ?? "", entry), dead]),
      String(store.context.maxPending),
    ];
    const answers =
      (await store.ask((commands) => {
        const batch = commands.multi();
        batch.earshotClaim(base, queue, ...args);
        puts.forEach(({ entry }, at) => {
          store.add(batch, jobIds[at] ?? "", toStored(entry, nowMs));
        });
        batch.earshotComplete(base, queue, ...args);
        return batch.exec();
      })) ?? [];
    const failed = answers.find(([error]) => error !== null)?.[0];
    if (failed && messageOf(failed).startsWith("NOSCRIPT")) store.reconnect();
    const verdicts = answers[0]?.[1];
    const whole = answers.at(-1)?.[1];
    if (!Array.isArray(verdicts) || !Array.isArray(whole)) throw toInboxError(failed ?? notStored());
    const isWhole = puts.every((_, at) => verdicts[at] !== NEW || whole[at] === 1);
    puts.forEach(({ resolve, reject }, at) => {
      const verdict: unknown = verdicts[at];
      // `seen` may mean another entry of this batch, and that one may not be there.
      const isSure = verdict === NEW ? whole[at] === 1 : isWhole;
      if (isSure && typeof verdict === "number") resolve(verdict);
      else reject(toInboxError(failed ?? notStored()));
    });
    if (isWhole && verdicts.includes(NEW)) store.recovered();
  }
}

function notStored(): EarshotError {
  return new EarshotError("ERR_INBOX_UNAVAILABLE", "Redis did not store the event.");
}
