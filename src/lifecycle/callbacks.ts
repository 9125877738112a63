import type { CallbackOptions, Handler } from "../callbacks/callback.js";
import { callbackName, nameOfFunction, placeOfCall } from "../callbacks/callback-name.js";
import { nameOfFilter, type ParsedFilter } from "../callbacks/filter.js";
import type { NameCheck } from "../callbacks/name-check.js";
import type { Registry } from "../callbacks/registry.js";
import { withSchema } from "../callbacks/with-schema.js";
import type { AppNames } from "../decode/app-names.js";
import { type ListenerSettings, retrySettings } from "../settings/listener.js";

/** What {@link Callbacks} takes. */
export interface CallbacksOptions {
  readonly settings: ListenerSettings;
  /** Whether the inbox outlives the process, and with it the names under which success is recorded. */
  readonly durable: boolean;
  readonly registry: Registry;
  readonly apps: AppNames;
  readonly nameCheck: NameCheck | undefined;
  readonly onAdded: () => void;
}

/** The callbacks of a listener, with all that wants to know of one. */
export class Callbacks {
  readonly #options: CallbacksOptions;
  readonly #filters = new Set<ParsedFilter>();

  constructor(options: CallbacksOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#filters.size;
  }

  /** What the callbacks ask for, one text each. */
  get filters(): readonly string[] {
    return [...this.#filters].map(nameOfFilter);
  }

  /**
   * @returns a function that takes the callback off again
   * @throws EarshotError ERR_CALLBACK, ERR_OPTION
   */
  add(
    filter: ParsedFilter,
    handler: Handler,
    options: CallbackOptions = {},
    attemptTimeoutMs = options.attemptTimeoutMs ?? this.#options.settings.attemptTimeoutMs,
  ): () => void {
    const { settings, durable, registry, apps, nameCheck, onAdded } = this.#options;
    const { schema } = options;
    const place = durable ? placeOfCall() : "";
    const wanted = options.name ?? (nameOfFunction(handler) || nameOfFilter(filter));
    const callback = {
      name: callbackName(registry, wanted, durable, place),
      filter,
      handler: schema === undefined ? handler : withSchema(handler, schema),
      retry: retrySettings(options.retry ?? {}, settings.retry),
      attemptTimeoutMs,
    };
    const off = registry.add(callback, place);
    this.#filters.add(filter);
    nameCheck?.look(filter);
    apps.addSlugs(filter.ids.get("appName") ?? []);
    onAdded();
    return () => {
      this.#filters.delete(filter);
      nameCheck?.forget(filter);
      off();
    };
  }
}
