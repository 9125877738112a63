import { EarshotError } from "../base/errors.js";
import { knownOptions, limitOption, numberOption, schemaOption } from "../base/options.js";
import { shownValue } from "../base/warning.js";
import { type ListenerSettings, retrySettings } from "../settings/listener.js";
import type { CallbackOptions, Handler, OnceSettings } from "./callback.js";
import type { CallbackIndex } from "./callback-index.js";
import { nameOfFunction, placeOfCall } from "./callback-names.js";
import { nameOfFilter, type ParsedFilter } from "./filter.js";
import type { NameCheck } from "./name-check.js";
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
  readonly onAdded: () => void;
}

const callbackOptions = new Set(["name", "retry", "attemptTimeoutMs", "schema", "once", "onceWindowMs"]);
const ONCE_WINDOW_MS = 30 * 24 * 60 * 60 * 1000;

/** Checks the options of callbacks, names them, and adds them to the registry. */
export class CallbackRegistration {
  readonly #options: CallbackRegistrationOptions;
  readonly #filters = new Set<ParsedFilter>();

  constructor(options: CallbackRegistrationOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#filters.size;
  }

  /** The filters of the callbacks, one text each. */
  get filters(): readonly string[] {
    return [...this.#filters].map(nameOfFilter);
  }

  /**
   * @returns a function that removes the callback
   * @throws EarshotError ERR_CALLBACK, ERR_OPTION
   */
  add(
    filter: ParsedFilter,
    handler: Handler,
    options: CallbackOptions = {},
    attemptTimeoutMs = options?.attemptTimeoutMs,
  ): () => void {
    knownOptions("callback()", options, callbackOptions);
    const { settings, durable, index, apps, nameCheck, onAdded } = this.#options;
    const { name, schema } = options;
    if (name !== undefined && (typeof name !== "string" || name.trim() === "")) {
      throw new EarshotError(
        "ERR_OPTION",
        `The \`name\` of a callback is a text that is not empty, not ${shownValue(name)}.`,
      );
    }
    if (schema !== undefined) schemaOption("schema of a callback", schema);
    const place = durable ? placeOfCall() : "";
    const base = name ?? (nameOfFunction(handler) || nameOfFilter(filter));
    const callback = {
      name: index.names.choose(base, durable, place),
      filter,
      handler: schema === undefined ? handler : withSchema(handler, schema),
      retry: retrySettings(options.retry ?? {}, settings.retry),
      attemptTimeoutMs: limitOption("attemptTimeoutMs", attemptTimeoutMs, settings.attemptTimeoutMs, 1),
      once: onceSettings(options),
    };
    const off = index.add(callback, place);
    this.#filters.add(filter);
    nameCheck?.add(filter);
    apps.addSlugs(filter.fields.get("appName") ?? []);
    onAdded();
    return () => {
      this.#filters.delete(filter);
      nameCheck?.delete(filter);
      off();
    };
  }
}

function onceSettings({ once, onceWindowMs }: CallbackOptions): OnceSettings | undefined {
  const windowMs = numberOption("onceWindowMs", onceWindowMs, ONCE_WINDOW_MS, 1);
  if (once === undefined) return undefined;
  if (typeof once === "function") return { key: once, windowMs };
  throw new EarshotError(
    "ERR_OPTION",
    `\`once\` of a callback is a function from an event to a key, not ${shownValue(once)}.`,
  );
}
