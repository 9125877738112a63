import assert from "node:assert/strict";
import { type Clock, systemClock } from "../../base/clock.js";
import type {
  Claimed,
  Entry,
  Failure,
  Inbox,
  InboxContext,
  InboxQuery,
  InboxRecord,
  Outcome,
} from "../../inbox/contract.js";
import { type SteppedClock, steppedClock } from "../stepped-clock.js";

/** One promise of the contract, and how to hold an inbox to it. */
export interface SuiteCase {
  readonly title: string;
  /** It takes two inboxes over one store, or one that is opened again. */
  readonly needsDurable?: boolean;
  readonly run: (context: SuiteContext) => Promise<void>;
}

interface StoreFixture {
  inbox(): Inbox;
  readonly cleanUp?: (() => void | Promise<void>) | undefined;
}

/** What is promised is waited for so long, in real time, milliseconds. */
const PATIENCE_MS = 10_000;

/** What a test of the suite works with: a store, a clock, and words for what all tests do. */
export class SuiteContext {
  readonly durable: boolean;
  /** Errors that the inbox warned of. */
  readonly warnings: Error[] = [];
  readonly #fixture: StoreFixture;
  readonly #stepped: SteppedClock | undefined;
  readonly #open = new Set<Inbox>();
  #entries = 0;
  #lastReceivedAt = 0;

  constructor(fixture: StoreFixture, traits: { readonly durable: boolean; readonly steppable: boolean }) {
    this.#fixture = fixture;
    this.durable = traits.durable;
    this.#stepped = traits.steppable ? steppedClock() : undefined;
  }

  get clock(): Clock {
    return this.#stepped ?? systemClock;
  }

  /** An inbox over the test's store, open; it is closed with the test. */
  async open(context: Partial<InboxContext> = {}): Promise<Inbox> {
    const inbox = this.#fixture.inbox();
    await inbox.open(this.inboxContext(context));
    this.#open.add(inbox);
    return inbox;
  }

  inboxContext(own: Partial<InboxContext> = {}): InboxContext {
    return {
      clock: this.clock,
      dedupeWindowMs: 60_000,
      maxPending: 10_000,
      leaseMs: 30_000,
      warn: (error) => void this.warnings.push(error),
      ...own,
    };
  }

  async cleanUp(): Promise<void> {
    for (const inbox of this.#open) await inbox.close();
    await this.#fixture.cleanUp?.();
  }

  /** An entry like no other, received later than those before. */
  entry(own: Partial<Entry> = {}): Entry {
    this.#entries += 1;
    if (this.#stepped !== undefined) this.#stepped.advance(1);
    this.#lastReceivedAt = Math.max(this.clock.now(), this.#lastReceivedAt + 1);
    return {
      id: `event-${this.#entries}`,
      triggerName: "SUITE_EVENT",
      source: "webhook",
      origin: { provider: "suite", signed: true },
      body: `{"n":${this.#entries}}`,
      receivedAt: this.#lastReceivedAt,
      orderKey: undefined,
      event: undefined,
      ...own,
    };
  }

  failure(own: Partial<Failure> = {}): Failure {
    return { callback: "work", attempt: 1, at: this.clock.now(), message: "it failed", ...own };
  }

  done(own: Partial<Pick<Outcome, "done" | "failures">> = {}): Outcome {
    return { state: "done", done: ["work"], failures: [], ...own };
  }

  dead(own: Partial<Pick<Outcome, "done" | "failures">> = {}): Outcome {
    return { state: "dead", done: [], failures: [this.failure()], ...own };
  }

  /** @param inMs when to run again, milliseconds from now */
  retry(inMs: number, own: Partial<Pick<Outcome, "done" | "failures">> = {}): Outcome {
    return { state: "retry", dueAt: this.clock.now() + inMs, done: [], failures: [this.failure()], ...own };
  }

  /** Stores an entry that must be new; any inbox may claim it. */
  async store(inbox: Inbox, own: Partial<Entry> = {}): Promise<Entry> {
    const entry = this.entry(own);
    assert.deepEqual(await inbox.store(entry, false), { state: "new" }, `store of ${entry.id}`);
    return entry;
  }

  /** Stores an entry and claims its record. */
  async hold(inbox: Inbox, own: Partial<Entry> = {}): Promise<Claimed> {
    const entry = await this.store(inbox, own);
    const [claimed] = await this.claim(inbox, 1);
    assert.equal(claimed?.record.id, entry.id, "the only record to claim");
    return claimed as Claimed;
  }

  /** A time passes: at once where the clock can be stepped, else really. */
  async pass(ms: number): Promise<void> {
    if (this.#stepped !== undefined) this.#stepped.advance(ms);
    else await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** What `promise` brings, while time goes on slowly. */
  async soon<T>(promise: T | Promise<T>, what: string): Promise<T> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    let over: { readonly value: T } | { readonly error: unknown } | undefined;
    Promise.resolve(promise).then(
      (value) => {
        over = { value };
      },
      (error: unknown) => {
        over = { error };
      },
    );
    while (over === undefined) {
      assert.ok(performance.now() < giveUpAt, `waited ${PATIENCE_MS} ms in vain: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      this.#stepped?.advance(1);
    }
    if ("error" in over) throw over.error;
    return over.value;
  }

  /** The next records that can be claimed. Waits until there is one. */
  async claim(inbox: Inbox, max = 100): Promise<readonly Claimed[]> {
    const claimed = await this.soon(inbox.claim(max, new AbortController().signal), "a record to claim");
    assert.ok(claimed.length <= max, `no more than the ${max} asked for`);
    assert.ok(claimed.length > 0, "one or more");
    return claimed;
  }

  /**
   * Claims all that can be claimed now, and sorts it by age. There is always one record, its own, which
   * tells that what is not returned by then is not to be had. Twice, because a record whose time has just
   * come may stand behind one that was stored since.
   */
  async claimAll(inbox: Inbox): Promise<readonly Claimed[]> {
    const all: Claimed[] = [];
    for (let idle = 0; idle < 2; ) {
      const own = await this.store(inbox);
      const others: Claimed[] = [];
      for (let isBack = false; !isBack; ) {
        for (const claimed of await this.claim(inbox)) {
          if (claimed.record.id !== own.id) others.push(claimed);
          else {
            isBack = true;
            await inbox.settle(claimed, this.done());
            await inbox.drop({ ids: [own.id] });
          }
        }
      }
      idle = others.length > 0 ? 0 : idle + 1;
      all.push(...others);
    }
    return all.sort((a, b) => a.record.receivedAt - b.record.receivedAt);
  }

  /** Asserts which records can be claimed now, and claims them. @param ids in the order they were stored */
  async assertClaims(inbox: Inbox, ids: readonly string[], why: string): Promise<readonly Claimed[]> {
    const all = await this.claimAll(inbox);
    assert.deepEqual(idsOf(all), ids, why);
    return all;
  }

  async found(inbox: Inbox, query: InboxQuery = {}): Promise<InboxRecord[]> {
    const records: InboxRecord[] = [];
    for await (const record of inbox.find(query)) records.push(record);
    return records;
  }

  /** The record of an id, as `find` shows it. */
  async record(inbox: Inbox, id: string): Promise<InboxRecord> {
    const [record, ...more] = await this.found(inbox, { ids: [id] });
    assert.ok(record !== undefined, `find shows the record ${id}`);
    assert.equal(more.length, 0, `one record of ${id}`);
    return record;
  }
}

export function idsOf(claimed: readonly Claimed[]): string[] {
  return claimed.map(({ record }) => record.id);
}
