import { EarshotError } from "../base/errors.js";
import { countOption, functionOption, knownOptions, numberOption, oneOf } from "../base/options.js";
import type { TriggerEvent } from "../model/event.js";
import type { CallbackContext, OnceKey } from "./callback.js";

/** How the events of a callback are put together: one run for a burst of events. Times in milliseconds. */
export interface CoalesceOptions<Event = TriggerEvent> {
  /**
   * From an event to a key: the events of one key make a batch. `undefined` and `null` are a key too, of the events that
   * have no other. A function that throws, or returns no text or number, fails the attempt. Default: one batch for all
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

const coalesceOptions = new Set(["key", "quietMs", "maxWaitMs", "maxEvents", "keep"]);
const DEFAULT_EVENTS = 100;
const MAX_EVENTS = 10_000;
/** Of the bodies in a batch. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_WAIT_MS = 365 * 24 * 60 * 60 * 1000;
/** `maxWaitMs` where only `quietMs` is given: a burst that never ends is run too. */
const QUIET_TIMES = 10;

/** @throws EarshotError ERR_OPTION */
export function coalesceSettings(
  options: CoalesceOptions,
  handler: BatchHandler,
  prepare: CoalesceSettings["prepare"],
): CoalesceSettings {
  knownOptions("`coalesce`", options, coalesceOptions);
  if (options.quietMs === undefined && options.maxWaitMs === undefined) {
    throw new EarshotError(
      "ERR_OPTION",
      "`coalesce` has `quietMs`, the time without events after which a batch runs, or `maxWaitMs`, the time after its first event.",
    );
  }
  const keep = oneOf(["all", "latest", "first"], "all").read("coalesce.keep", options.keep) ?? "all";
  const givenMs = numberOption("coalesce.quietMs", options.quietMs, MAX_WAIT_MS, 0);
  const waitMs = Math.min(givenMs * QUIET_TIMES, MAX_WAIT_MS);
  const maxWaitMs = atMost(
    "coalesce.maxWaitMs",
    numberOption("coalesce.maxWaitMs", options.maxWaitMs, waitMs, 0),
    MAX_WAIT_MS,
  );
  const byDefault = keep === "all" ? DEFAULT_EVENTS : MAX_EVENTS;
  const maxEvents = countOption("coalesce.maxEvents", options.maxEvents, byDefault, 1);
  return {
    key: functionOption<(event: TriggerEvent) => unknown>("from an event to a key").read(
      "coalesce.key",
      options.key,
    ),
    // The wait alone decides beyond it.
    quietMs: Math.min(givenMs, maxWaitMs),
    maxWaitMs,
    maxEvents: atMost("coalesce.maxEvents", maxEvents, MAX_EVENTS),
    maxBytes: MAX_BYTES,
    keep,
    handler,
    prepare,
  };
}

function atMost(name: string, given: number, most: number): number {
  if (given <= most) return given;
  throw new EarshotError("ERR_OPTION", `\`${name}\` is at most ${most}, not ${given}.`);
}
