import { asError } from "../base/as-error.js";
import { EarshotError } from "../base/errors.js";
import { follow } from "../base/foreign-promise.js";
import type { ListenerEvent } from "../base/listener-events.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import type { RetryPolicy } from "../base/retry.js";
import type { Callback, CallbackContext } from "../callbacks/callback.js";
import type { CallbackIndex } from "../callbacks/callback-index.js";
import { parseFilter } from "../callbacks/parse-filter.js";
import type { Claimed, Inbox, InboxRecord, Outcome } from "../inbox/contract.js";
import {
  cancelExpectation,
  type Expectation,
  expectationId,
  expectationKey,
  expectationTrigger,
  isExpectation,
  listExpectations,
  readExpectation,
  type StoredExpectation,
} from "../inbox/expectation.js";
import { ExpectationChanges } from "../inbox/expectation-changes.js";
import { ownEvent } from "../inbox/own-event.js";
import type { TriggerEvent } from "../model/event.js";
import type { ListenerSettings } from "../settings/listener.js";
import { OpenExpectations } from "./open-expectations.js";

/** An expectation's key is remembered as done for so long: no process has it among its open ones then. */
const KEY_WINDOW_MS = 30 * 24 * 60 * 60 * 1000;

/** What runs when an event comes, and when none did. */
export interface ExpectationHandler {
  readonly onEvent: (event: TriggerEvent, context: ExpectationContext) => unknown;
  readonly onTimeout: ((context: ExpectationContext) => unknown) | undefined;
  readonly retry: RetryPolicy;
  /** Milliseconds. */
  readonly attemptTimeoutMs: number;
}

/** The last argument of an expectation's functions. */
export interface ExpectationContext<Data = unknown> extends CallbackContext {
  /** The expectation's id. */
  readonly id: string;
  /** What `expect()` was given. */
  readonly data: Data;
}

/** The callbacks that an event is expected by. */
export interface Matched {
  readonly callbacks: readonly Callback[];
  /** Whether a handler is not registered in this process. */
  readonly isIncomplete: boolean;
  /** Whether the inbox could not say. */
  readonly isUnknown: boolean;
}

export const nothingExpected: Matched = Object.freeze({
  callbacks: Object.freeze([]),
  isIncomplete: false,
  isUnknown: false,
});

/** What {@link Expectations} works with. */
export interface ExpectationsOptions {
  readonly inbox: Inbox;
  readonly settings: ListenerSettings;
  /** Of the listener's callbacks. */
  readonly index: CallbackIndex;
  readonly send: (event: ListenerEvent) => void;
}

/**
 * What runs for the open expectations that an event matches, and at their time limits.
 *
 * Each is a callback with a key, which the event's record claims, or the record of its time limit: so one of them runs.
 */
export class Expectations {
  readonly #options: ExpectationsOptions;
  readonly #handlers = new Map<string, ExpectationHandler>();
  readonly #open: OpenExpectations;
  /** Names of missing handlers that have been warned of. */
  readonly #warned = new Set<string>();
  readonly #changes: ExpectationChanges;

  constructor(options: ExpectationsOptions) {
    this.#options = options;
    this.#changes = new ExpectationChanges(options.inbox);
    this.#open = new OpenExpectations({
      inbox: options.inbox,
      changes: this.#changes,
      mixedSenders: options.index.mixedSenders,
      onAdded: (expected) => this.#added(expected),
      onUnreadable: (error) => options.send({ type: "warning", error }),
    });
  }

  /** Whether a handler is registered here. Where none is, events cost nothing more. */
  get isUsed(): boolean {
    return this.#handlers.size > 0;
  }

  /** @returns a function that removes the handler @throws EarshotError ERR_CALLBACK where the name is in use */
  addHandler(name: string, handler: ExpectationHandler): () => void {
    if (this.#handlers.has(name)) {
      throw new EarshotError("ERR_CALLBACK", `Two handlers of expectations are called "${name}".`);
    }
    this.#handlers.set(name, handler);
    return () => {
      if (this.#handlers.get(name) === handler) this.#handlers.delete(name);
    };
  }

  /** Stores an expectation. @returns whether it is still open */
  async add(expected: StoredExpectation): Promise<boolean> {
    const {
      inbox,
      settings: { clock },
    } = this.#options;
    const value = JSON.stringify(expected);
    const id = expectationKey(expected.id);
    const stored = await inbox.store(
      {
        id,
        triggerName: expectationTrigger,
        source: "expectation",
        origin: { provider: "earshot", signed: true },
        body: value,
        receivedAt: clock.now(),
        orderKey: undefined,
        dueAt: expected.dueAt,
        event: undefined,
      },
      false,
    );
    if (stored.state === "full") {
      throw new EarshotError(
        "ERR_OVERLOADED",
        `The expectation "${expected.id}" is not stored: the inbox holds as many unfinished records as it may.`,
      );
    }
    if (stored.state === "duplicate") {
      if (stored.settled) return false;
      // The process that stored it may have ended before it told the others.
      const isOpen = (await inbox.readMetadata(id)) !== undefined || (await this.#reopen(expected.id));
      if (isOpen) await this.#changes.tell(expected.id);
      return true;
    }
    await inbox.writeMetadata(id, value);
    await this.#changes.tell(expected.id);
    return true;
  }

  /** Stores the value of an expectation whose time limit still waits for its first run. @returns whether it did */
  async #reopen(id: string): Promise<boolean> {
    const { inbox } = this.#options;
    for await (const record of inbox.find({ ids: [expectationKey(id)] })) {
      if (record.state !== "waiting" || record.attempts > 0) return false;
      await inbox.writeMetadata(expectationKey(id), String(record.body));
      return true;
    }
    return false;
  }

  list(): Promise<readonly Expectation[]> {
    return listExpectations(this.#options.inbox);
  }

  cancel(id: string): Promise<boolean> {
    return cancelExpectation(this.#options.inbox, id, this.#changes);
  }

  /** The callbacks that expect an event. Never rejects. */
  match(event: TriggerEvent): MaybePromise<Matched> {
    const onError = (thrown: unknown): Matched => {
      this.#failed(thrown);
      return { ...nothingExpected, isUnknown: true };
    };
    try {
      const matched = chain(this.refresh(), () => {
        const known = this.matchKnown(event);
        return known.isIncomplete ? this.#matchOpen(event) : known;
      });
      return matched instanceof Promise ? matched.catch(onError) : matched;
    } catch (thrown) {
      return onError(thrown);
    }
  }

  /** The same, of those that are known here. */
  matchKnown(event: TriggerEvent): Matched {
    const found = this.#open.match(event);
    if (found.length === 0) return nothingExpected;
    const callbacks: Callback[] = [];
    for (const expected of found) {
      const handler = this.#handlers.get(expected.handler);
      if (handler === undefined) {
        this.#warnOfHandler(expected);
        continue;
      }
      const run = async (context: ExpectationContext) => {
        await follow(handler.onEvent(event, context));
        await this.#fulfilled(expected, event.id);
      };
      callbacks.push(this.#callback(expected, handler, run));
    }
    return { callbacks, isIncomplete: callbacks.length < found.length, isUnknown: false };
  }

  /** The process that has the handler may have closed the expectation, which changes no version. */
  async #matchOpen(event: TriggerEvent): Promise<Matched> {
    for (const { id, handler } of this.#open.match(event)) {
      if (this.#handlers.has(handler)) continue;
      if ((await this.#options.inbox.readMetadata(expectationKey(id))) === undefined) this.#open.forget(id);
    }
    return this.matchKnown(event);
  }

  /** Learns of new expectations, where there are any. */
  readonly refresh = (): MaybePromise<void> => (this.isUsed ? this.#open.refresh() : undefined);

  /** The time limit of an expectation has come: its record runs, unless an event has its key. */
  timedOut(record: InboxRecord): Matched & { readonly event: TriggerEvent } {
    const event = ownEvent(record, "expectation");
    const expected = readExpectation(String(record.body));
    const handler = expected && this.#handlers.get(expected.handler);
    if (expected === undefined || handler === undefined) {
      if (expected !== undefined) this.#warnOfHandler(expected);
      return { ...nothingExpected, event, isIncomplete: true };
    }
    const callback = this.#callback(expected, handler, (context) => handler.onTimeout?.(context));
    return { ...nothingExpected, event, callbacks: [callback] };
  }

  /** Whether a handler here is for the record of a time limit. */
  hasHandlerFor(record: InboxRecord): boolean {
    const { handler = "" } = readExpectation(String(record.body)) ?? {};
    return this.#handlers.has(handler);
  }

  /** An expectation that was fulfilled, or is over, is open no more. */
  readonly onRecorded = ({ record }: Claimed, { state, done }: Outcome): void => {
    if (isExpectation(record) && (state === "done" || state === "dead")) {
      this.#run(() => this.#close(expectationId(record.id), false));
    }
    if (this.#open.size === 0) return;
    for (const name of done) {
      const expected = this.#open.named(name);
      if (expected !== undefined) this.#run(() => this.#close(expected.id, !isExpectation(record)));
    }
  };

  #callback(
    expected: StoredExpectation,
    { retry, attemptTimeoutMs }: ExpectationHandler,
    run: (context: ExpectationContext) => unknown,
  ): Callback {
    const { id, data } = expected;
    return {
      name: expectationKey(id),
      filter: parseFilter({}),
      handler: (_event, context) =>
        run({
          id,
          // A new copy for each attempt.
          data: data === undefined ? undefined : JSON.parse(data),
          name: context.name,
          attempt: context.attempt,
          get signal() {
            return context.signal;
          },
          get step() {
            return context.step;
          },
        }),
      retry,
      attemptTimeoutMs,
      once: { key: () => id, windowMs: KEY_WINDOW_MS },
    };
  }

  #added(expected: StoredExpectation): void {
    const isOver = expected.fulfilledBy !== undefined || expected.dueAt <= this.#options.settings.clock.now();
    if (isOver) this.#run(() => this.#closeEnded(expected));
  }

  /** Notes the event before its record says so: should the process end between, another one closes the expectation. */
  async #fulfilled(expected: StoredExpectation, eventId: string): Promise<void> {
    const { inbox } = this.#options;
    try {
      await inbox.writeMetadata(
        expectationKey(expected.id),
        JSON.stringify({ ...expected, fulfilledBy: eventId }),
      );
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  /** Closes an expectation that a process had no time to close. */
  async #closeEnded({ id, fulfilledBy }: StoredExpectation): Promise<void> {
    const recordId = fulfilledBy ?? expectationKey(id);
    for await (const { state, done } of this.#options.inbox.find({ ids: [recordId] })) {
      const isFulfilled = fulfilledBy !== undefined && done.includes(expectationKey(id));
      if (!isFulfilled && state !== "done" && state !== "dead") return;
    }
    await this.#close(id, fulfilledBy !== undefined);
  }

  /** Once for each name: another process may have it. */
  #warnOfHandler({ id, handler }: StoredExpectation): void {
    if (this.#warned.has(handler)) return;
    this.#warned.add(handler);
    const message = `The expectation "${id}" has the handler "${handler}", which is not registered here: it waits for a process that has it. Call listener.expectations.handler("${handler}", …).`;
    this.#options.send({ type: "warning", error: new EarshotError("ERR_CALLBACK", message) });
  }

  /** What is left open because this fails has its key done: it runs no more. */
  #run(work: () => Promise<void>): void {
    work().catch((thrown: unknown) => this.#failed(thrown));
  }

  #failed(thrown: unknown): void {
    this.#options.send({ type: "inbox.error", error: asError(thrown) });
  }

  /** @param dropsRecord whether the record of its time limit still waits */
  async #close(id: string, dropsRecord: boolean): Promise<void> {
    const { inbox } = this.#options;
    this.#open.forget(id);
    if (dropsRecord) await inbox.drop({ ids: [expectationKey(id)], state: "waiting" });
    await inbox.deleteMetadata(expectationKey(id));
    await this.#changes.tellEnd(id);
  }
}
