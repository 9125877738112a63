import type { ParsedFilter } from "../dispatch/filter.js";
import { EarshotError } from "../errors.js";
import { misspelt } from "../nearest.js";
import type { Report } from "../report.js";

/** What {@link NameCheck} takes. */
export interface NameCheckOptions {
  /** All trigger names that the platform knows. */
  readonly names: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly send: (report: Report) => void;
}

/**
 * Warns of trigger names that are misspelt: such a callback would wait for ever, and nothing would tell. Asks the
 * platform once, when the listener has started, and nothing waits for it. A name that is merely unknown says nothing:
 * the platform learns new ones, and webhooks have names of their own.
 */
export class NameCheck {
  readonly #options: NameCheckOptions;
  readonly #stop = new AbortController();
  /** Filters with names that nobody has looked at yet. */
  #waiting: ParsedFilter[] = [];
  #isStarted = false;
  #names: Promise<ReadonlySet<string> | undefined> | undefined;
  readonly #said = new Set<string>();

  constructor(options: NameCheckOptions) {
    this.#options = options;
  }

  /** To be called once the listener has started: whatever it asks for itself goes first. */
  start(): void {
    this.#isStarted = true;
    if (this.#waiting.length > 0) void this.#lookAtAll();
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Looks at the names of a filter, as soon as the platform's are known. */
  look(filter: ParsedFilter): void {
    if (!filter.ids.has("triggerName") || this.#stop.signal.aborted) return;
    this.#waiting.push(filter);
    if (this.#isStarted) void this.#lookAtAll();
  }

  async #lookAtAll(): Promise<void> {
    const { names } = this.#options;
    // It is a help: what keeps the platform from answering is reported where it matters.
    this.#names ??= names(this.#stop.signal).then(
      (all) => new Set(all),
      () => undefined,
    );
    const known = await this.#names;
    const wanted = this.#waiting.splice(0).flatMap((filter) => filter.ids.get("triggerName") ?? []);
    if (known === undefined || this.#stop.signal.aborted) return;
    for (const name of wanted) {
      if (known.has(name) || this.#said.has(name)) continue;
      const meant = misspelt(name, known);
      if (meant === undefined) continue;
      this.#said.add(name);
      const message = `The platform has no trigger ${name}, so its callback hears nothing. Did you mean ${meant}?`;
      this.#options.send({ type: "warning", error: new EarshotError("ERR_TRIGGER_UNKNOWN", message) });
    }
  }
}
