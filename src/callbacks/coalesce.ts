import { EarshotError } from "../base/errors.js";
import { countOption, functionOption, knownOptions, numberOption, oneOf } from "../base/options.js";
import type { TriggerEvent } from "../model/event.js";
import type { BatchHandler, CoalesceOptions, CoalesceSettings } from "./callback.js";

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
