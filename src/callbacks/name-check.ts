import type { Clock, Timer } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import type { ListenerEvent } from "../base/listener-events.js";
import type { PlatformAccess, TriggerInstance } from "../model/platform.js";
import type { ListenerSettings } from "../settings/listener.js";
import type { ParsedFilter } from "./filter.js";
import { type KnownTriggers, problemsOf } from "./filter-problems.js";

/** Options of {@link NameCheck}. */
export interface NameCheckOptions {
  /** All trigger names that the platform knows. */
  readonly names: (signal: AbortSignal) => Promise<readonly string[]>;
  /** The trigger instances, disabled ones included. Absent: filters are not checked against them. */
  readonly instances?: ((signal: AbortSignal) => Promise<readonly TriggerInstance[] | undefined>) | undefined;
  /** Whether the project fires triggers at all. Absent: not checked. */
  readonly triggersEnabled?: ((signal: AbortSignal) => Promise<boolean | undefined>) | undefined;
  /** Whether other senders send events too: then a name may be theirs. */
  readonly hasOtherSenders: boolean;
  readonly send: (event: ListenerEvent) => void;
  readonly clock: Clock;
}

/** Filters that are registered within this time are checked together, milliseconds. */
const BATCH_MS = 50;
/** At least between two requests to the platform, milliseconds: callbacks may come and go by the second. */
const MIN_INTERVAL_MS = 5000;
/** Between two checks of a running listener, milliseconds: an instance may have been disabled. */
const INTERVAL_MS = 300_000;

const OFF = "Triggers are turned off for the project at the platform: it sends no events.";

/**
 * Warns of callbacks that no event can reach: a name that the platform does not know, a trigger that is enabled
 * nowhere, an unknown instance, account or user. It checks once the listener has started, when callbacks are
 * registered, and every five minutes. Nothing waits for it. Each problem is reported once for as long as it lasts.
 */
export class NameCheck {
  readonly #options: NameCheckOptions;
  readonly #stop = new AbortController();
  readonly #filters = new Set<ParsedFilter>();
  #isStarted = false;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #runAgain = false;
  #lastAt = Number.NEGATIVE_INFINITY;
  #names: Promise<ReadonlySet<string> | undefined> | undefined;
  #reported: ReadonlySet<string> = new Set();

  constructor(options: NameCheckOptions) {
    this.#options = options;
  }

  /** To be called once the listener has started: its own requests go first. */
  start(): void {
    this.#isStarted = true;
    this.#schedule(BATCH_MS);
  }

  stop(): void {
    this.#stop.abort();
    this.#timer?.clear();
  }

  /** Checks a filter now and at intervals. */
  add(filter: ParsedFilter): void {
    if (filter.fields.size === 0 || this.#stop.signal.aborted) return;
    this.#filters.add(filter);
    if (this.#isStarted) this.#schedule(BATCH_MS);
  }

  /** To be called when the callback of a filter is removed. */
  delete(filter: ParsedFilter): void {
    this.#filters.delete(filter);
  }

  #schedule(delayMs: number): void {
    if (this.#stop.signal.aborted || this.#filters.size === 0) return;
    if (this.#running !== undefined) {
      this.#runAgain = delayMs < INTERVAL_MS || this.#runAgain;
      return;
    }
    const { clock } = this.#options;
    const waitMs = Math.max(delayMs, this.#lastAt + MIN_INTERVAL_MS - clock.monotonic());
    this.#timer?.clear();
    this.#timer = clock.after(waitMs, () => {
      this.#running = this.#check().finally(() => {
        this.#running = undefined;
        this.#lastAt = clock.monotonic();
        const delay = this.#runAgain ? BATCH_MS : INTERVAL_MS;
        this.#runAgain = false;
        this.#schedule(delay);
      });
    });
  }

  async #check(): Promise<void> {
    const { send, hasOtherSenders } = this.#options;
    const filters = [...this.#filters];
    const known = await this.#request();
    if (known === undefined || this.#stop.signal.aborted) return;
    const problems = new Map<string, EarshotError>();
    if (known.areOff) problems.set("off", new EarshotError("ERR_TRIGGERS_OFF", OFF));
    for (const filter of filters) {
      for (const { key, error } of problemsOf(filter, known, hasOtherSenders)) problems.set(key, error);
    }
    const reported = this.#reported;
    // A problem that is solved is forgotten, so that it is reported when it comes back.
    this.#reported = new Set(problems.keys());
    for (const [key, error] of problems) if (!reported.has(key)) send({ type: "warning", error });
  }

  /** The check is only a help: errors of the platform are reported elsewhere. */
  async #request(): Promise<(KnownTriggers & { readonly areOff: boolean }) | undefined> {
    const { names, instances, triggersEnabled } = this.#options;
    const { signal } = this.#stop;
    try {
      this.#names ??= names(signal).then(
        (all) => new Set(all),
        () => undefined,
      );
      const [known, all, enabled] = await Promise.all([
        this.#names,
        instances?.(signal).catch(() => undefined),
        triggersEnabled?.(signal).catch(() => undefined),
      ]);
      return { names: known, instances: all, areOff: enabled === false };
    } catch {
      return undefined;
    }
  }
}

/** The check of a listener; `undefined` where there is no platform. */
export function nameCheckOf(
  platform: PlatformAccess | undefined,
  { clock, webhook }: ListenerSettings,
  send: (event: ListenerEvent) => void,
): NameCheck | undefined {
  const names = platform?.triggerNames;
  if (platform === undefined || names === undefined) return undefined;
  const hasOtherSenders = (webhook?.routes.size ?? 0) > 0;
  const { triggerInstances: instances, triggersEnabled } = platform;
  return new NameCheck({ names, instances, triggersEnabled, hasOtherSenders, send, clock });
}
