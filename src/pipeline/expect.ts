import { EarshotError } from "../base/errors.js";
import { functionOption, knownOptions, limitOption, numberOption } from "../base/options.js";
import type { RetryPolicy } from "../base/retry.js";
import { shownValue } from "../base/warning.js";
import type { CallbackIndex } from "../callbacks/callback-index.js";
import { checked } from "../callbacks/decorate.js";
import type { EventFor, FilterInput } from "../callbacks/filter.js";
import { parseFilter } from "../callbacks/parse-filter.js";
import type { Expectation } from "../inbox/expectation.js";
import type { Optional } from "../model/optional.js";
import { type ListenerSettings, retrySettings } from "../settings/listener.js";
import type { ExpectationContext, Expectations } from "./expectations.js";
import { storedJson } from "./stored-json.js";

const DEFAULT_TIMEOUT_MS = 30 * 24 * 60 * 60 * 1000;
const MAX_TIMEOUT_MS = 365 * 24 * 60 * 60 * 1000;
/** Of an id, in characters. */
const MAX_ID = 256;
const expectOptions = new Set(["id", "handler", "data", "timeoutMs"]);
const handlerOptions = new Set(["onTimeout", "retry", "attemptTimeoutMs"]);

/** The options of `listener.expect()`. */
export interface ExpectOptions {
  /** Of two expectations with one id, only the first is stored. 1 to 256 characters. */
  readonly id: string;
  /** The name under which `listener.expectations.handler()` registers what runs. */
  readonly handler: string;
  /** A value that JSON can hold, for the handler. Default: `undefined`. */
  readonly data?: unknown;
  /** When the handler's `onTimeout` runs instead, milliseconds from now, up to 365 days. Default: 30 days. */
  readonly timeoutMs?: number | undefined;
}

/** The options of `listener.expectations.handler()`. */
export interface ExpectationHandlerOptions<Data = unknown> {
  /** Runs where no event came within the time limit. Default: nothing runs. */
  readonly onTimeout?: ((context: ExpectationContext<Data>) => unknown) | undefined;
  /** As of a callback. Default of each property: the listener's `retry`. */
  readonly retry?: Optional<RetryPolicy> | undefined;
  /** As of a callback, milliseconds. Default: the listener's `attemptTimeoutMs`. */
  readonly attemptTimeoutMs?: number | undefined;
}

/** What {@link ListenerExpectations} works with. */
export interface ListenerExpectationsOptions {
  readonly expectations: Expectations;
  readonly settings: ListenerSettings;
  readonly index: CallbackIndex;
  /** Why nothing can be expected: the listener is not started, or has ended. */
  readonly blocked: () => EarshotError | undefined;
  /** Resolves when the inbox is open. */
  readonly opened: () => Promise<void> | undefined;
  readonly onAdded: () => void;
}

/** Expected events: the functions that run for them, and those that are open. */
export class ListenerExpectations {
  readonly #options: ListenerExpectationsOptions;

  constructor(options: ListenerExpectationsOptions) {
    this.#options = options;
  }

  /**
   * Registers what runs when an expected event comes, in this process or after a restart: once for each expectation,
   * with retries as for a callback. Register it before `start()`.
   *
   * @param name as `expect()` names it
   * @param onEvent gets the event; its context has the expectation's `id` and `data`
   * @returns a function that removes the handler
   * @throws EarshotError ERR_OPTION, ERR_CALLBACK
   */
  handler<Data = unknown, const W extends FilterInput = string>(
    name: string,
    onEvent: (event: EventFor<W>, context: ExpectationContext<Data>) => unknown,
    options: ExpectationHandlerOptions<Data> = {},
  ): () => void {
    const { expectations, settings, index, onAdded } = this.#options;
    knownOptions("handler()", options, handlerOptions);
    const onTimeout = functionOption("from a context").read("onTimeout", options.onTimeout);
    const off = expectations.addHandler(text("handler()", "name", name), {
      onEvent: checked(onEvent) as never,
      onTimeout: onTimeout as never,
      retry: retrySettings(options.retry ?? {}, settings.retry),
      attemptTimeoutMs: limitOption(
        "attemptTimeoutMs",
        options.attemptTimeoutMs,
        settings.attemptTimeoutMs,
        1,
      ),
    });
    // An expected event may have any name.
    index.triggerNames.add(parseFilter({}));
    onAdded();
    return off;
  }

  /** Stores an expectation: see `TriggerListener.expect`. */
  async expect(input: FilterInput, options: ExpectOptions): Promise<"open" | "ended"> {
    const { expectations, settings } = this.#options;
    knownOptions("expect()", options, expectOptions);
    const { where } = parseFilter(input);
    if (where !== undefined) {
      throw new EarshotError(
        "ERR_FILTER",
        "expect(): the filter is stored, and `where` is a function. Use the other keys of a filter.",
      );
    }
    const id = text("expect()", "id", options.id);
    const handler = text("expect()", "handler", options.handler);
    const timeoutMs = numberOption("timeoutMs", options.timeoutMs, DEFAULT_TIMEOUT_MS, 0);
    if (timeoutMs > MAX_TIMEOUT_MS) {
      throw new EarshotError("ERR_OPTION", `expect(): \`timeoutMs\` is at most ${MAX_TIMEOUT_MS}, 365 days.`);
    }
    const data = storedJson(`The data of the expectation "${id}"`, options.data, "ERR_OPTION");
    await this.#ready();
    const dueAt = settings.clock.now() + timeoutMs;
    return (await expectations.add({ id, handler, filter: input, data, dueAt })) ? "open" : "ended";
  }

  /** The open expectations of the inbox. */
  async list(): Promise<readonly Expectation[]> {
    await this.#ready();
    return await this.#options.expectations.list();
  }

  /**
   * Cancels an expectation: its handler does not run any more. An event that runs at this moment may still run it.
   *
   * @returns whether it was open
   */
  async cancel(id: string): Promise<boolean> {
    await this.#ready();
    return await this.#options.expectations.cancel(text("cancel()", "id", id));
  }

  async #ready(): Promise<void> {
    const error = this.#options.blocked();
    if (error !== undefined) throw error;
    await this.#options.opened();
  }
}

function text(where: string, name: string, given: unknown): string {
  if (typeof given === "string" && given.trim() !== "" && given.length <= MAX_ID && given.isWellFormed()) {
    return given;
  }
  throw new EarshotError(
    "ERR_OPTION",
    `${where}: \`${name}\` is a string of 1 to ${MAX_ID} characters, not ${shownValue(given)}.`,
  );
}
