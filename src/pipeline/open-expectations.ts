import { EarshotError } from "../base/errors.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { messageOf } from "../base/message-of.js";
import type { RetryPolicy } from "../base/retry.js";
import { throwing } from "../callbacks/callback.js";
import { CallbackIndex } from "../callbacks/callback-index.js";
import { parseFilter } from "../callbacks/parse-filter.js";
import type { Inbox } from "../inbox/contract.js";
import {
  expectationKey,
  openExpectations,
  readExpectation,
  type StoredExpectation,
} from "../inbox/expectation.js";
import type { ExpectationChanges, UnreadChanges } from "../inbox/expectation-changes.js";
import type { TriggerEvent } from "../model/event.js";

/** What {@link OpenExpectations} works with. */
export interface OpenExpectationsOptions {
  readonly inbox: Inbox;
  readonly changes: ExpectationChanges;
  /** As the listener's callbacks have it. */
  readonly mixedSenders: CallbackIndex["mixedSenders"];
  /** Is called with each that is new here. */
  readonly onAdded: (expected: StoredExpectation) => void;
  readonly onUnreadable: (error: EarshotError) => void;
}

interface Known {
  readonly value: string;
  readonly off: () => void;
}

const noExpectations: readonly StoredExpectation[] = Object.freeze([]);

/** The open expectations of the inbox, as this process knows them: to find those that match an event. */
export class OpenExpectations {
  readonly #options: OpenExpectationsOptions;
  readonly #index: CallbackIndex;
  /** By id. */
  readonly #known = new Map<string, Known>();
  readonly #byName = new Map<string, StoredExpectation>();
  #learning: Promise<void> | undefined;

  constructor(options: OpenExpectationsOptions) {
    this.#options = options;
    this.#index = new CallbackIndex(options.mixedSenders);
  }

  get size(): number {
    return this.#byName.size;
  }

  /** @param name as `expectationKey` makes it */
  named(name: string): StoredExpectation | undefined {
    return this.#byName.get(name);
  }

  /** Those that an event matches. @throws what a filter that reads the event throws */
  match(event: TriggerEvent): readonly StoredExpectation[] {
    if (this.#index.size === 0) return noExpectations;
    return this.#index.match(event, throwing).flatMap(({ name }) => this.#byName.get(name) ?? []);
  }

  /** Learns of what other processes have added and ended. */
  refresh(): MaybePromise<void> {
    return chain(this.#options.changes.unread(), (unread) =>
      unread === undefined ? undefined : this.#readChanges(unread),
    );
  }

  forget(id: string): void {
    this.#known.get(id)?.off();
    this.#known.delete(id);
    this.#byName.delete(expectationKey(id));
  }

  /** One at a time. What another one has learned meanwhile need not be learned again. */
  async #readChanges(unread: UnreadChanges): Promise<void> {
    if (this.#learning !== undefined) {
      await this.#learning.catch(() => undefined);
      return await this.refresh();
    }
    this.#learning = this.#learn(unread);
    try {
      await this.#learning;
    } finally {
      this.#learning = undefined;
    }
  }

  async #learn({ ids, known }: UnreadChanges): Promise<void> {
    const { inbox } = this.#options;
    if (ids === undefined) {
      const open = await openExpectations(inbox);
      for (const id of this.#known.keys()) if (!open.has(id)) this.forget(id);
      for (const [id, value] of open) this.#update(id, value);
    } else {
      const values = await Promise.all(ids.map((id) => inbox.readMetadata(expectationKey(id))));
      for (const [at, id] of ids.entries()) this.#update(id, values[at]);
    }
    known();
  }

  #update(id: string, value: string | undefined): void {
    if (this.#known.get(id)?.value === value) return;
    this.forget(id);
    const expected = value === undefined ? undefined : readExpectation(value);
    if (value === undefined || expected === undefined) return;
    try {
      const off = this.#index.add(callbackFor(expected));
      this.#known.set(id, { value, off });
      this.#byName.set(expectationKey(id), expected);
      this.#options.onAdded(expected);
    } catch (thrown) {
      // Written by a later version, whose filters have more.
      const message = `The expectation "${id}" cannot be read: ${messageOf(thrown)}`;
      this.#options.onUnreadable(new EarshotError("ERR_FILTER", message));
    }
  }
}

/** What the index finds. It never runs. */
function callbackFor({ id, filter }: StoredExpectation) {
  const retry: RetryPolicy = { attempts: 1, baseMs: 0, capMs: 0 };
  const handler = (): never => {
    throw new EarshotError("ERR_CALLBACK", `The expectation "${id}" has no handler here.`);
  };
  return { name: expectationKey(id), filter: parseFilter(filter), handler, retry, attemptTimeoutMs: 1 };
}
