import type { Clock, Timer } from "../base/clock.js";
import type { EarshotError } from "../base/errors.js";
import type { ListenerEvent } from "../base/listener-events.js";
import type { PlatformAccess, TriggerInstance } from "../model/platform.js";
import type { ListenerSettings } from "../settings/listener.js";
import type { ParsedFilter } from "./filter.js";
import { type Knowledge, problemsOf } from "./filter-problems.js";

/** What {@link NameCheck} takes. */
export interface NameCheckOptions {
  /** All trigger names that the platform knows. */
  readonly names: (signal: AbortSignal) => Promise<readonly string[]>;
  /** The trigger instances, disabled ones included; absent where the platform is not asked for them. */
  readonly instances?: ((signal: AbortSignal) => Promise<readonly TriggerInstance[] | undefined>) | undefined;
  /** Whether events come from other senders as well: then a name may be theirs. */
  readonly hasOtherSenders: boolean;
  readonly send: (report: ListenerEvent) => void;
  readonly clock: Clock;
}

/** Filters that are registered together are checked together, milliseconds. */
const GATHER_MS = 50;
/** Between two questions to the platform, milliseconds: callbacks may come and go by the second. */
const LEAST_PAUSE_MS = 5000;
/** How often a running listener looks again: an instance may have been disabled, milliseconds. */
const LOOK_AGAIN_MS = 300_000;

/**
 * Warns of callbacks that no event can reach: a name that the platform does not know, a trigger that is enabled
 * nowhere, an unknown instance, account or user. It asks the platform once the listener has started, when callbacks
 * come, and every five minutes. Nothing waits for it. Each problem is told once for as long as it lasts.
 */
export class NameCheck {
  readonly #options: NameCheckOptions;
  readonly #stop = new AbortController();
  readonly #filters = new Set<ParsedFilter>();
  #isStarted = false;
  #timer: Timer | undefined;
  #working: Promise<void> | undefined;
  #isAskedAgain = false;
  #lastAt = Number.NEGATIVE_INFINITY;
  #names: Promise<ReadonlySet<string> | undefined> | undefined;
  #said: ReadonlySet<string> = new Set();

  constructor(options: NameCheckOptions) {
    this.#options = options;
  }

  /** To be called once the listener has started: whatever it asks for itself goes first. */
  start(): void {
    this.#isStarted = true;
    this.#plan(GATHER_MS);
  }

  stop(): void {
    this.#stop.abort();
    this.#timer?.clear();
  }

  /** Checks a filter, now and from time to time. */
  look(filter: ParsedFilter): void {
    if (filter.ids.size === 0 || this.#stop.signal.aborted) return;
    this.#filters.add(filter);
    if (this.#isStarted) this.#plan(GATHER_MS);
  }

  /** The callback of a filter was taken off. */
  forget(filter: ParsedFilter): void {
    this.#filters.delete(filter);
  }

  #plan(delayMs: number): void {
    if (this.#stop.signal.aborted || this.#filters.size === 0) return;
    if (this.#working !== undefined) {
      this.#isAskedAgain = delayMs < LOOK_AGAIN_MS || this.#isAskedAgain;
      return;
    }
    const { clock } = this.#options;
    const waitMs = Math.max(delayMs, this.#lastAt + LEAST_PAUSE_MS - clock.monotonic());
    this.#timer?.clear();
    this.#timer = clock.after(waitMs, () => {
      this.#working = this.#check().finally(() => {
        this.#working = undefined;
        this.#lastAt = clock.monotonic();
        const delay = this.#isAskedAgain ? GATHER_MS : LOOK_AGAIN_MS;
        this.#isAskedAgain = false;
        this.#plan(delay);
      });
    });
  }

  async #check(): Promise<void> {
    const { send, hasOtherSenders } = this.#options;
    const filters = [...this.#filters];
    const known = await this.#ask();
    if (known === undefined || this.#stop.signal.aborted) return;
    const problems = new Map<string, EarshotError>();
    for (const filter of filters) {
      for (const { key, error } of problemsOf(filter, known, hasOtherSenders)) problems.set(key, error);
    }
    const said = this.#said;
    // What is well again is forgotten, so that it is told when it comes back.
    this.#said = new Set(problems.keys());
    for (const [key, error] of problems) if (!said.has(key)) send({ type: "warning", error });
  }

  /** It is a help: what keeps the platform from answering is reported where it matters. */
  async #ask(): Promise<Knowledge | undefined> {
    const { names, instances } = this.#options;
    const { signal } = this.#stop;
    try {
      this.#names ??= names(signal).then(
        (all) => new Set(all),
        () => undefined,
      );
      const [known, active] = await Promise.all([this.#names, instances?.(signal).catch(() => undefined)]);
      return { names: known, instances: active };
    } catch {
      return undefined;
    }
  }
}

/** The check of a listener; `undefined` where there is no platform to ask. */
export function nameCheckOf(
  platform: PlatformAccess | undefined,
  { clock, webhook }: ListenerSettings,
  send: (report: ListenerEvent) => void,
): NameCheck | undefined {
  const names = platform?.triggerNames;
  if (platform === undefined || names === undefined) return undefined;
  const hasOtherSenders = (webhook?.routes.size ?? 0) > 0;
  return new NameCheck({ names, instances: platform.triggerInstances, hasOtherSenders, send, clock });
}
