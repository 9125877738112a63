import { type Clock, sleep, type Timer } from "./base/clock.js";
import { EarshotError, type ErrorCode } from "./base/errors.js";
import type { ListenerEvent } from "./base/listener-events.js";
import { messageOf } from "./base/message-of.js";
import { equalJitterMs } from "./base/retry.js";
import type { TriggerEvent } from "./model/event.js";
import { textField } from "./model/json.js";
import type { PlatformAccess, TriggerInstance } from "./model/platform.js";
import { setupWarning } from "./pipeline/setup-warning.js";

/** Between two tries to enable a trigger. What disabled it may last for hours. */
const pauses = { baseMs: 1000, capMs: 60_000 };
/** Between two checks of all kept triggers, milliseconds: an event about one may not have been sent. */
const CHECK_INTERVAL_MS = 300_000;

/** Errors that no later try changes. */
const permanent: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ERR_OPTION",
  "ERR_TRIGGER_UNKNOWN",
  "ERR_TRIGGER_CONFIG",
  "ERR_ACCOUNT_AMBIGUOUS",
  "ERR_ACCOUNT_OWNER",
  "ERR_KEY_MISSING",
  "ERR_UNAUTHORIZED",
]);

/** What {@link KeptTriggers} works with. */
export interface KeptTriggersOptions {
  readonly platform: PlatformAccess | undefined;
  readonly clock: Clock;
  readonly send: (event: ListenerEvent) => void;
}

/** A trigger that is to stay enabled. */
interface KeptTrigger {
  readonly name: string;
  readonly options: object;
  triggerId: string | undefined;
  /** As far as is known. */
  isEnabled: boolean;
  /** How often it was enabled again. */
  again: number;
  /** Whether a try is under way or waits. */
  enabling: Promise<void> | undefined;
}

/** The state of the triggers that `listener.keepEnabled()` was called with. */
export interface KeptTriggersHealth {
  readonly kept: number;
  /** How many of them are enabled, as far as is known. */
  readonly enabled: number;
  /** How often one was enabled again. */
  readonly again: number;
}

/**
 * Enables triggers at the start, and again when the platform has disabled one. A trigger that cannot be enabled now,
 * as its account expired, is tried with backoff until it can.
 */
export class KeptTriggers {
  readonly #options: KeptTriggersOptions;
  readonly #kept = new Set<KeptTrigger>();
  readonly #stop = new AbortController();
  #timer: Timer | undefined;
  #isStarted = false;

  constructor(options: KeptTriggersOptions) {
    this.#options = options;
  }

  /** @returns `undefined` where there is none */
  get health(): KeptTriggersHealth | undefined {
    if (this.#kept.size === 0) return undefined;
    const all = [...this.#kept];
    return {
      kept: all.length,
      enabled: all.filter(({ isEnabled }) => isEnabled).length,
      again: all.reduce((sum, { again }) => sum + again, 0),
    };
  }

  /**
   * @returns a function that ends keeping it; the trigger stays as it is
   * @throws EarshotError ERR_NO_TRANSPORT without a toolset
   */
  add(name: string, options: object): () => void {
    this.#enableCall();
    const kept: KeptTrigger = {
      name,
      options,
      triggerId: undefined,
      isEnabled: false,
      again: 0,
      enabling: undefined,
    };
    this.#kept.add(kept);
    if (this.#isStarted) {
      this.#enableLater(kept);
      this.#checkLater();
    }
    return () => {
      this.#kept.delete(kept);
    };
  }

  /**
   * Tries each trigger once. Those that fail for a reason that may pass are tried again in the background.
   *
   * @throws EarshotError ERR_TRIGGER_UNKNOWN, ERR_TRIGGER_CONFIG and others that no later try changes
   */
  async start(): Promise<void> {
    this.#isStarted = true;
    await Promise.all(
      [...this.#kept].map(async (kept) => {
        try {
          await this.#enable(kept);
        } catch (thrown) {
          if (this.#stop.signal.aborted) return;
          if (isPermanent(thrown)) throw thrown;
          this.#warn(kept, thrown);
          this.#enableLater(kept);
        }
      }),
    );
    this.#checkLater();
  }

  stop(): void {
    this.#stop.abort();
    this.#timer?.clear();
  }

  /** Handles an event about a disabled trigger: warns of one that is not kept. */
  readonly onDisabled = (event: TriggerEvent): void => {
    const { triggerId, origin } = event;
    // Other senders can name an event so too.
    const isKnown = triggerId !== undefined && origin.provider === "composio";
    const found = isKnown ? [...this.#kept].filter((kept) => kept.triggerId === triggerId) : [];
    for (const kept of found) this.#disabled(kept, textField(event.payload.disabled_reason));
    const error = found.length === 0 ? setupWarning(event) : undefined;
    if (error !== undefined) this.#options.send({ type: "warning", error });
  };

  #disabled(kept: KeptTrigger, reason: string | undefined): void {
    if (kept.enabling !== undefined || kept.triggerId === undefined) return;
    const { name: triggerName, triggerId } = kept;
    // After an error that no later try changes, it is still disabled: the event was sent.
    if (kept.isEnabled) this.#options.send({ type: "trigger.disabled", triggerName, triggerId, reason });
    kept.isEnabled = false;
    this.#enableLater(kept);
  }

  #enableLater(kept: KeptTrigger): void {
    kept.enabling ??= this.#enableWithBackoff(kept).finally(() => {
      kept.enabling = undefined;
    });
  }

  async #enableWithBackoff(kept: KeptTrigger): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stop;
    let reported: string | undefined;
    for (let tries = 1; this.#kept.has(kept) && !signal.aborted; tries += 1) {
      try {
        await sleep(clock, equalJitterMs(pauses, tries), signal);
        if (!this.#kept.has(kept)) return;
        await this.#enable(kept);
        return;
      } catch (thrown) {
        if (signal.aborted) return;
        const code = thrown instanceof EarshotError ? thrown.code : "other";
        // Each reason is reported once in an outage.
        if (code !== reported) this.#warn(kept, thrown);
        reported = code;
        if (isPermanent(thrown)) return;
      }
    }
  }

  async #enable(kept: KeptTrigger): Promise<void> {
    const { send } = this.#options;
    const enable = this.#enableCall();
    const { triggerId, triggerName } = await enable(kept.name, kept.options, this.#stop.signal);
    if (kept.triggerId !== undefined) kept.again += 1;
    kept.triggerId = triggerId;
    kept.isEnabled = true;
    send({ type: "trigger.enabled", triggerName, triggerId, again: kept.again });
  }

  /** @throws EarshotError ERR_NO_TRANSPORT without a toolset */
  #enableCall(): NonNullable<PlatformAccess["enable"]> {
    const enable = this.#options.platform?.enable;
    if (enable !== undefined) return enable;
    throw new EarshotError("ERR_NO_TRANSPORT", "keepEnabled() needs the listener of a toolset.");
  }

  #checkLater(): void {
    if (this.#stop.signal.aborted || this.#kept.size === 0) return;
    this.#timer?.clear();
    this.#timer = this.#options.clock.after(CHECK_INTERVAL_MS, () => {
      void this.#check().finally(() => this.#checkLater());
    });
  }

  async #check(): Promise<void> {
    if (this.#kept.size === 0) return;
    const found = await this.#options.platform?.triggerInstances?.(this.#stop.signal).catch(() => undefined);
    // Without the list, nothing is known to be disabled.
    if (found === undefined) return;
    for (const kept of this.#kept) {
      const isThis = ({ id, uuid }: TriggerInstance) => kept.triggerId === id || kept.triggerId === uuid;
      if (!found.some((one) => isThis(one) && one.enabled)) this.#disabled(kept, undefined);
    }
  }

  #warn({ name }: KeptTrigger, cause: unknown): void {
    const error = new EarshotError(
      "ERR_TRIGGER_DISABLED",
      `The trigger ${name} could not be enabled: ${messageOf(cause)}`,
      { cause },
    );
    this.#options.send({ type: "warning", error });
  }
}

function isPermanent(thrown: unknown): boolean {
  return thrown instanceof EarshotError && permanent.has(thrown.code);
}
