import { isCallable } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import type { ListenerEvent } from "../base/listener-events.js";
import { countOption, knownOptions, limitOption, numberOption, schemaOption } from "../base/options.js";
import { retryTimeMs } from "../base/retry.js";
import { shownValue } from "../base/warning.js";
import type { TriggerEvent } from "../model/event.js";
import { breakerSettings, type ListenerSettings, retrySettings } from "../settings/listener.js";
import { CircuitBreaker } from "./breaker.js";
import type {
  Callback,
  CallbackOptions,
  CoalesceSettings,
  CoalescingOptions,
  Handler,
  OnceSettings,
} from "./callback.js";
import type { CallbackIndex } from "./callback-index.js";
import { nameOfFunction, placeOfCall } from "./callback-names.js";
import { coalesceSettings } from "./coalesce.js";
import { type CallbackExplanation, explainCallbacks } from "./explain.js";
import { nameOfFilter, type ParsedFilter } from "./filter.js";
import { CallbackGate, type CallbackGates } from "./gates.js";
import type { NameCheck } from "./name-check.js";
import { type LimitOptions, RateLimit } from "./rate-limit.js";
import { withSchema } from "./validate-payload.js";

/** What {@link CallbackRegistration} takes. */
export interface CallbackRegistrationOptions {
  readonly settings: ListenerSettings;
  /** Whether the inbox outlives the process: then success is recorded by the callback's name. */
  readonly durable: boolean;
  readonly index: CallbackIndex;
  /** Learns the app names that filters have. */
  readonly apps: { addSlugs(slugs: readonly string[]): void };
  readonly nameCheck: NameCheck | undefined;
  readonly gates: CallbackGates;
  /** Counts a run against a limit that all processes share; absent where there is no such limit. */
  readonly sharedLimit?: ((name: string, events: number, perMs: number) => Promise<number>) | undefined;
  readonly send: (event: ListenerEvent) => void;
  readonly onAdded: () => void;
}

const callbackOptions = new Set([
  "name",
  "retry",
  "attemptTimeoutMs",
  "schema",
  "once",
  "onceWindowMs",
  "breaker",
  "limit",
  "coalesce",
]);
type AnyOptions = CallbackOptions | CoalescingOptions;
const ONCE_WINDOW_MS = 30 * 24 * 60 * 60 * 1000;

/** Checks the options of callbacks, names them, and adds them to the registry. */
export class CallbackRegistration {
  readonly #options: CallbackRegistrationOptions;
  readonly #callbacks = new Set<Callback>();

  constructor(options: CallbackRegistrationOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#callbacks.size;
  }

  /** The filters of the callbacks, one text each. */
  get filters(): readonly string[] {
    return [...this.#callbacks].map(({ filter }) => nameOfFilter(filter));
  }

  /** See `TriggerListener.explain`. */
  explain(event: TriggerEvent): readonly CallbackExplanation[] {
    return explainCallbacks([...this.#callbacks], event, this.#options.index.mixedSenders);
  }

  /**
   * @returns a function that removes the callback
   * @throws EarshotError ERR_CALLBACK, ERR_OPTION
   */
  add(
    filter: ParsedFilter,
    handler: Handler,
    options: AnyOptions = {},
    attemptTimeoutMs = options?.attemptTimeoutMs,
  ): () => void {
    knownOptions("callback()", options, callbackOptions);
    const { settings, durable, index, apps, nameCheck, onAdded } = this.#options;
    const { name, schema } = options;
    if (name !== undefined && (typeof name !== "string" || name.trim() === "")) {
      throw new EarshotError(
        "ERR_OPTION",
        `The \`name\` of a callback is a string that is not empty, not ${shownValue(name)}.`,
      );
    }
    if (schema !== undefined) schemaOption("schema of a callback", schema);
    const place = durable ? placeOfCall() : "";
    const base = name ?? (nameOfFunction(handler) || nameOfFilter(filter));
    const chosen = index.names.choose(base, durable, place);
    const retry = retrySettings(options.retry === undefined ? {} : options.retry, settings.retry);
    const gate = this.#gateOf(chosen, options, retry);
    // A handler that gives the event back: its payload is the schema's output.
    const prepare = schema === undefined ? undefined : withSchema((event) => event, schema);
    const callback: Callback = {
      name: chosen,
      filter,
      handler: schema === undefined ? handler : withSchema(handler, schema),
      coalesce:
        options.coalesce === undefined
          ? undefined
          : coalesceSettings(options.coalesce, handler as never, prepare as CoalesceSettings["prepare"]),
      retry,
      gate,
      attemptTimeoutMs: limitOption("attemptTimeoutMs", attemptTimeoutMs, settings.attemptTimeoutMs, 1),
      once: onceSettings(options),
    };
    const off = index.add(callback, place);
    this.#callbacks.add(callback);
    nameCheck?.add(filter);
    apps.addSlugs(filter.fields.get("appName") ?? []);
    onAdded();
    return () => {
      this.#callbacks.delete(callback);
      nameCheck?.delete(filter);
      gate?.remove();
      off();
    };
  }

  /** @throws EarshotError ERR_OPTION */
  #gateOf(name: string, options: AnyOptions, retry: Callback["retry"]): CallbackGate | undefined {
    const { gates, settings, sharedLimit, send } = this.#options;
    const { clock } = settings;
    const limits = limitSettings(options.limit);
    const given = breakerSettings(options.breaker === undefined ? {} : options.breaker, settings.breaker);
    const breaker =
      given && new CircuitBreaker({ ...given, maxOpenMs: retryTimeMs(retry), name, clock, send });
    if (limits === undefined) return breaker ? new CallbackGate(gates, { breaker }) : undefined;
    const { events, perMs } = limits;
    return new CallbackGate(gates, {
      breaker: breaker || undefined,
      limit: new RateLimit(limits, clock),
      shared: sharedLimit && (() => sharedLimit(name, events, perMs)),
    });
  }
}

function limitSettings(given: LimitOptions | undefined): LimitOptions | undefined {
  if (given === undefined) return undefined;
  knownOptions("`limit`", given, new Set(["events", "perMs"]));
  const { events, perMs } = given;
  if (events === undefined || perMs === undefined) {
    throw new EarshotError("ERR_OPTION", "`limit` has both `events` and `perMs`.");
  }
  return {
    events: countOption("limit.events", events, 1, 1),
    perMs: numberOption("limit.perMs", perMs, 1, 1),
  };
}

function onceSettings({ once, onceWindowMs }: AnyOptions): OnceSettings | undefined {
  const windowMs = numberOption("onceWindowMs", onceWindowMs, ONCE_WINDOW_MS, 1);
  if (once === undefined) return undefined;
  if (isCallable(once)) return { key: once as OnceSettings["key"], windowMs };
  throw new EarshotError(
    "ERR_OPTION",
    `\`once\` of a callback is a function from an event to a key, not ${shownValue(once)}.`,
  );
}
