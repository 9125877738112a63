import type { CallbackRetry, CallbackRetryPolicy } from "../base/retry.js";
import type { TriggerEvent } from "../model/event.js";
import type { StandardSchema } from "../model/standard-schema.js";
import type { BreakerOptions } from "../settings/listener.js";
import type { ParsedFilter } from "./filter.js";
import type { CallbackGate } from "./gates.js";
import type { LimitOptions } from "./rate-limit.js";

/** The second argument of a callback. */
export interface CallbackContext {
  /** Aborted after `attemptTimeoutMs`, and when the listener stops and its `drainTimeoutMs` has passed. */
  readonly signal: AbortSignal;
  /** Number of this attempt on the event, from 1. */
  readonly attempt: number;
  /** The callback's own name, under which its success is recorded. */
  readonly name: string;
  /**
   * Runs a part of the callback whose result is stored with the event: an attempt that runs again, after a crash too,
   * gets the stored result, and `fn` does not run again. Only durable with a durable inbox. Steps may run side by side.
   *
   * ```ts
   * const answer = await step("answer", () => model.reply(event.payload.text));
   * await step("post", () => slack.post(answer));
   * ```
   *
   * @param name one name for each step of the callback, the same in every attempt: in a loop, with the item's id
   * @param fn may be async. What it throws is not stored: the step runs again with the next attempt
   * @returns the result as JSON can hold it, the first time too; `undefined` stays `undefined`
   * @throws EarshotError ERR_STEP where the name is taken, the result cannot be stored, or the attempt has ended;
   *   else what `fn` throws
   */
  readonly step: <Result>(name: string, fn: () => Result) => Promise<Awaited<Result>>;
}

/**
 * A user's function. It is done once it returns, whatever the value. A promise is awaited, and so is each promise of a
 * list: where one rejects, the attempt has failed and is retried. So it has where the value is a generator.
 */
export type Handler<Event = TriggerEvent> = (event: Event, context: CallbackContext) => unknown;

/** Settings of one callback. They replace the listener's. */
export interface CallbackOptions<
  Schema extends StandardSchema | undefined = StandardSchema | undefined,
  Event = TriggerEvent,
> {
  /**
   * The name under which a success is recorded, so that a retry (after a restart too) runs only the callbacks that
   * failed. Default: the function's name, else its filter as a string.
   */
  readonly name?: string | undefined;
  /**
   * When a failed attempt runs again: a profile, or custom pauses. After the last attempt the event is
   * dead-lettered. Default, also of each property: the listener's `retry`, by default 20 attempts within 24 hours.
   */
  readonly retry?: CallbackRetry | undefined;
  /**
   * When the callback is paused, because it fails with the same error for several events in a row. `false`: never.
   * Default, also of each property: the listener's `breaker`.
   */
  readonly breaker?: BreakerOptions | false | undefined;
  /**
   * Runs the callback for at most `events` events in any `perMs` milliseconds; others wait in the inbox. With Redis,
   * processes share the limit. Default: no limit.
   */
  readonly limit?: LimitOptions | undefined;
  /**
   * Milliseconds for one attempt; then its signal is aborted and it has failed. `Infinity` for no limit. Default: the
   * listener's `attemptTimeoutMs`, by default 300,000.
   */
  readonly attemptTimeoutMs?: number | undefined;
  /**
   * A Standard Schema (zod, valibot, arktype, …) for the payload. The callback gets the schema's output, typed. An
   * event that does not match is dead-lettered with the issues, without a retry. Default: none.
   */
  readonly schema?: Schema | undefined;
  /**
   * From an event to a key: of the events with one key, the callback runs on one. While it runs or is retried on that
   * one, others wait; once it has succeeded they are skipped, for `onceWindowMs`; where that one is dead-lettered, the
   * next one runs. For `undefined` or `null` the callback runs. A function that throws, or returns no string or
   * number, fails the attempt. Not to be confused with `listener.once()`, which waits for one event. Default: none.
   */
  readonly once?: ((event: Event) => OnceKey) | undefined;
  /** How long a key of `once` is remembered after the callback's success, milliseconds. Default: 30 days. */
  readonly onceWindowMs?: number | undefined;
  /** Puts events together: the callback gets a batch of them, once for a burst. See `CoalesceOptions`. Default: none. */
  readonly coalesce?: undefined;
}

/** How the events of a callback are put together: one run for a burst of events. Times in milliseconds. */
export interface CoalesceOptions<Event = TriggerEvent> {
  /**
   * From an event to a key: the events of one key make a batch. `undefined` and `null` are a key too, of the events that
   * have no other. A function that throws, or returns no string or number, fails the attempt. Default: one batch for all
   * events of the callback.
   */
  readonly key?: ((event: Event) => OnceKey) | undefined;
  /** The batch runs when no event has come for so long (debounce). Default: `maxWaitMs`. One of the two is required. */
  readonly quietMs?: number | undefined;
  /** The batch runs so long after its first event, whatever comes. Default: 10 times `quietMs`. At most 365 days. */
  readonly maxWaitMs?: number | undefined;
  /**
   * With so many events, superseded ones included, the batch runs at once; later events make another one. Default: 100,
   * and 10,000 where `keep` is not "all". At most 10,000. A batch also runs once it holds 16 MiB of bodies.
   */
  readonly maxEvents?: number | undefined;
  /** Which events the callback gets. The others are superseded, and only counted. Default: "all". */
  readonly keep?: "all" | "latest" | "first" | undefined;
}

/** What a coalescing callback gets: events of one key, in the order in which they were stored. */
export interface EventBatch<Event = TriggerEvent> {
  /** The same in every attempt; steps and the ids of reports have it. */
  readonly id: string;
  /** What `coalesce.key` returned, as text; `undefined` for no key. */
  readonly key: string | undefined;
  /** One or more; with `keep: "latest"` or `"first"`, exactly one. */
  readonly events: readonly [Event, ...Event[]];
  /** The last of `events`. */
  readonly latest: Event;
  /** How many events more were in the batch, which `keep` left out. */
  readonly superseded: number;
}

/** A coalescing callback: see `Handler`. */
export type BatchHandler<Event = TriggerEvent> = (
  batch: EventBatch<Event>,
  context: CallbackContext,
) => unknown;

/** `coalesce` of a callback, with what runs for a batch. */
export interface CoalesceSettings {
  readonly key: ((event: TriggerEvent) => unknown) | undefined;
  readonly quietMs: number;
  readonly maxWaitMs: number;
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly keep: "all" | "latest" | "first";
  readonly handler: BatchHandler;
  /** Checks an event against the callback's schema, and returns it with the schema's output. Absent without a schema. */
  readonly prepare: ((event: TriggerEvent) => unknown) | undefined;
}

/** Settings of a callback that gets batches: see `CoalesceOptions`. `limit`, `breaker` and `once` are for batches too. */
export interface CoalescingOptions<
  Schema extends StandardSchema | undefined = StandardSchema | undefined,
  Event = TriggerEvent,
  Validated = Event,
> extends Omit<CallbackOptions<Schema, Event>, "once" | "coalesce"> {
  readonly coalesce: CoalesceOptions<Event>;
  /** As of other callbacks, from a batch to a key. Default: none. */
  readonly once?: ((batch: EventBatch<Validated>) => OnceKey) | undefined;
}

/** What a function for `once` or `coalesce.key` returns. */
export type OnceKey = string | number | bigint | undefined | null;

/** `once` of a callback, with its settings. */
export interface OnceSettings {
  readonly key: (event: TriggerEvent) => unknown;
  readonly windowMs: number;
}

/** A registered callback. */
export interface Callback {
  readonly name: string;
  readonly filter: ParsedFilter;
  readonly handler: Handler;
  readonly retry: CallbackRetryPolicy;
  /** Milliseconds; `Infinity` for none. */
  readonly attemptTimeoutMs: number;
  readonly once?: OnceSettings | undefined;
  /** Absent where it runs for each event. */
  readonly coalesce?: CoalesceSettings | undefined;
  /** Called where `once` or `coalesce` keeps the handler from running. */
  readonly onSkip?: (() => void) | undefined;
  /** Absent where it may always run. */
  readonly gate?: CallbackGate | undefined;
}

/** Replaces a callback whose `where` threw: it fails and is retried, as if its handler had thrown. */
export function throwing(callback: Callback, thrown: unknown): Callback {
  return {
    ...callback,
    once: undefined,
    coalesce: undefined,
    handler: () => {
      throw thrown;
    },
  };
}
