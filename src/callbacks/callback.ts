import type { RetryPolicy } from "../base/retry.js";
import type { TriggerEvent } from "../model/event.js";
import type { Optional } from "../model/optional.js";
import type { StandardSchema } from "../model/standard-schema.js";
import type { ParsedFilter } from "./filter.js";

/** What a callback is given besides the event. */
export interface CallbackContext {
  /** Aborted when the attempt's time is up, or when the listener stops without waiting for it any longer. */
  readonly signal: AbortSignal;
  /** Which attempt on this event this is, from 1. */
  readonly attempt: number;
  /** The callback's own name, under which its success is recorded. */
  readonly name: string;
}

/**
 * A user's function. That it returns means done, whatever it returns. A promise is waited for, and so is each promise of
 * a list: where one rejects, the run has failed.
 */
export type Handler<Event = TriggerEvent> = (event: Event, context: CallbackContext) => unknown;

/** What can be set for one callback, over the listener's own settings. */
export interface CallbackOptions<Schema extends StandardSchema | undefined = StandardSchema | undefined> {
  /**
   * The name under which a success is recorded, so that a retry (after a restart too) runs only what failed.
   * Default: the function's name, else its filter's text.
   */
  readonly name?: string | undefined;
  readonly retry?: Optional<RetryPolicy> | undefined;
  /** Milliseconds. */
  readonly attemptTimeoutMs?: number | undefined;
  /**
   * A Standard Schema (zod, valibot, arktype, …) for the payload. The callback gets what the schema makes of
   * it, typed; an event that does not match is kept as dead with the issues, without a retry.
   */
  readonly schema?: Schema | undefined;
}

/** A registered callback. */
export interface Callback {
  readonly name: string;
  readonly filter: ParsedFilter;
  readonly handler: Handler;
  readonly retry: RetryPolicy;
  /** Milliseconds; `Infinity` for none. */
  readonly attemptTimeoutMs: number;
}

/** Stands for a callback whose `where` threw: it fails, and is tried again, as if its handler had. */
export function throwing(callback: Callback, thrown: unknown): Callback {
  return {
    ...callback,
    handler: () => {
      throw thrown;
    },
  };
}
