import { randomUUID } from "node:crypto";
import { EarshotError, messageOf } from "../../errors.js";
import type { Entry, Failure, Kept } from "../contract.js";
import { scriptArguments } from "./keys.js";
import type { Store } from "./store.js";
import { deadFromTheStart, toStored } from "./stored.js";
import { toInboxError } from "./trouble.js";

/** What a full inbox asks the sender to wait, milliseconds. */
const FULL_RETRY_MS = 1000;

type Verdict = readonly ["new"] | readonly ["seen", number] | readonly ["full"];

/**
 * Stores what is new.
 *
 * Identity and job are written in one transaction (MULTI) of three scripts: ours, which decides and claims the
 * identity; BullMQ's add; and ours again, which looks whether both are there and else removes either. Redis runs
 * a transaction without anything in between, and writes it to its append-only file as one block, of which a
 * half is thrown away on restart: so there is no instant at which an identity is there without its job, to a
 * client or after a crash. BullMQ's add cannot be told not to add; where we decided against it, it finds a
 * placeholder under the job's name and takes the job for one that exists.
 *
 * Each try has a job name of its own, so a try whose answer got lost cannot meet its own leftovers: its identity
 * is found, and the sender is told `seen`, of a record that is there. Should an identity ever stand without
 * its job (somebody deleted keys by hand), it is not believed unless its record had been settled: the
 * event is then kept anew. The mistake that is left to make is to run twice, and never to lose.
 */
export class Keeper {
  readonly #store: Store;
  readonly #running = new Set<Promise<unknown>>();

  constructor(store: Store) {
    this.#store = store;
  }

  async keep(entry: Entry): Promise<Kept> {
    const verdict = await this.#put(entry, this.#store.context.maxPending, "");
    if (verdict[0] === "full") return { state: "full", retryAfterMs: FULL_RETRY_MS };
    return verdict[0] === "new" ? { state: "new" } : { state: "seen", settled: verdict[1] === 1 };
  }

  async bury(entry: Entry, failure: Failure): Promise<void> {
    await this.#put(entry, -1, JSON.stringify(deadFromTheStart(failure, this.#store.now)));
  }

  /** Resolves when everything that was begun has been answered. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #put(entry: Entry, maxPending: number, dead: string): Promise<Verdict> {
    const putting = this.#transact(entry, maxPending, dead);
    this.#running.add(putting);
    try {
      return await putting;
    } finally {
      this.#running.delete(putting);
    }
  }

  async #transact(entry: Entry, maxPending: number, dead: string): Promise<Verdict> {
    const store = this.#store;
    const { base, queue } = store.keys;
    const nowMs = store.now;
    const jobId = randomUUID();
    const args = scriptArguments(jobId, entry, nowMs);
    const results = await store.ask((commands) => {
      const batch = commands.multi();
      batch.earshotClaim(base, queue, ...args, String(maxPending));
      store.add(batch, jobId, toStored(entry, nowMs));
      batch.earshotComplete(base, queue, ...args, dead);
      return batch.exec();
    });
    for (const [error] of results ?? []) {
      if (error === null) continue;
      if (messageOf(error).startsWith("NOSCRIPT")) store.reconnect();
      throw toInboxError(error);
    }
    const [claimed, , completed] = results ?? [];
    const verdict = claimed?.[1] as Verdict | undefined;
    if (verdict === undefined || (verdict[0] === "new" && completed?.[1] !== 1)) {
      throw new EarshotError("ERR_INBOX_UNAVAILABLE", "Redis did not store the event.");
    }
    if (verdict[0] === "new") store.recovered();
    return verdict;
  }
}
