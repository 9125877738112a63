import type { Clock, Timer } from "../../base/clock.js";
import { EarshotError } from "../../base/errors.js";
import { follow, handle } from "../../base/foreign-promise.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import { messageOf } from "../../base/message-of.js";
import type { Inbox } from "../../inbox/contract.js";
import type { Alert, AlertRule, AlertSettings } from "../../settings/alerts.js";
import { AlertWebhook } from "./alert-webhook.js";
import { type Condition, conditionOf } from "./conditions.js";

/** What {@link AlertManager} takes. */
export interface AlertManagerOptions {
  readonly settings: AlertSettings;
  readonly clock: Clock;
  readonly inbox: Inbox;
  readonly send: (event: ListenerEvent) => void;
}

interface Watched {
  readonly rule: AlertRule;
  readonly condition: Condition;
  /** Epoch milliseconds; `undefined` while it is not raised. */
  raisedAtMs: number | undefined;
  /** Since when its condition does not hold, while it is raised. */
  calmSinceMs: number | undefined;
}

/** What the inbox remembers of a rule: over a restart, an alert is not raised again. */
interface Remembered {
  readonly raisedAtMs?: number;
  readonly lastAtMs?: number;
}

/** Between two looks at the rules, milliseconds. */
const TICK_MS = 1000;
/** When the last event was received is written this often at most, milliseconds. */
const WRITE_MS = 30_000;
const METADATA = "earshot.alerts";

/** Raises each alert once when its rule holds, and clears it once when the rule has not held for a while. */
export class AlertManager {
  readonly #options: AlertManagerOptions;
  readonly #webhook: AlertWebhook | undefined;
  #watched: readonly Watched[] = [];
  #timer: Timer | undefined;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #written = "";
  #writing: Promise<void> = Promise.resolve();
  /** Events before the start, of the WebSocket's first connection. */
  #early: ListenerEvent[] = [];
  #isOn = false;

  constructor(options: AlertManagerOptions) {
    this.#options = options;
    const { webhook } = options.settings;
    this.#webhook = webhook && new AlertWebhook(webhook, options.clock, options.send);
  }

  /** The names of the alerts, and whether each is raised. */
  get states(): ReadonlyMap<string, boolean> {
    const { rules } = this.#options.settings;
    const raised = new Set(
      this.#watched.filter(({ raisedAtMs }) => raisedAtMs !== undefined).map(({ rule }) => rule.name),
    );
    return new Map(rules.map(({ name }) => [name, raised.has(name)]));
  }

  readonly add = (event: ListenerEvent): void => {
    if (!this.#isOn) {
      if (this.#early.length < 1000) this.#early.push(event);
      return;
    }
    const nowMs = this.#options.clock.now();
    for (const { condition } of this.#watched) condition.add(event, nowMs);
  };

  /** To be called when the inbox is open. */
  async start(): Promise<void> {
    const { settings, clock } = this.#options;
    const remembered = await this.#read();
    const nowMs = clock.now();
    this.#watched = settings.rules.map((rule) => {
      const { raisedAtMs, lastAtMs } = remembered.get(rule.name) ?? {};
      return {
        rule,
        condition: conditionOf(rule, Math.min(nowMs, lastAtMs ?? nowMs)),
        raisedAtMs,
        calmSinceMs: undefined,
      };
    });
    this.#isOn = true;
    for (const event of this.#early.splice(0)) this.add(event);
    this.#tickLater();
  }

  async stop(): Promise<void> {
    this.#timer?.clear();
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#write();
    await this.#writing;
    await this.#webhook?.stop();
  }

  #tickLater(): void {
    this.#timer = this.#options.clock.after(TICK_MS, () => {
      const nowMs = this.#options.clock.now();
      for (const watched of this.#watched) this.#look(watched, nowMs);
      if (nowMs - this.#writtenAtMs >= WRITE_MS) this.#write();
      this.#tickLater();
    });
  }

  #look(watched: Watched, nowMs: number): void {
    const why = watched.condition.holds(nowMs);
    if (why !== undefined) {
      watched.calmSinceMs = undefined;
      if (watched.raisedAtMs !== undefined) return;
      watched.raisedAtMs = nowMs;
      this.#tell(watched.rule, "raised", why, nowMs);
      return;
    }
    if (watched.raisedAtMs === undefined) return;
    watched.calmSinceMs ??= nowMs;
    if (nowMs - watched.calmSinceMs < this.#options.settings.clearAfterMs) return;
    const since = watched.raisedAtMs;
    watched.raisedAtMs = undefined;
    watched.calmSinceMs = undefined;
    this.#tell(watched.rule, "cleared", `It was raised at ${new Date(since).toISOString()}.`, since);
  }

  #tell({ name, kind }: AlertRule, state: Alert["state"], message: string, sinceMs: number): void {
    const { settings, send } = this.#options;
    const since = new Date(sinceMs);
    send({ type: `alert.${state}`, alert: name, kind, message, since });
    this.#write();
    const alert: Alert = { state, alert: name, kind, message, since };
    this.#webhook?.post(alert);
    try {
      const result = settings.onAlert?.(alert);
      if (typeof result === "object" && result !== null)
        follow(result).catch((thrown) => this.#onThrown(thrown));
    } catch (thrown) {
      this.#onThrown(thrown);
    }
  }

  #onThrown(thrown: unknown): void {
    handle(thrown);
    const message = `\`alerts.onAlert\` threw: ${messageOf(thrown)}`;
    this.#options.send({ type: "warning", error: new EarshotError("ERR_ALERT", message, { cause: thrown }) });
  }

  async #read(): Promise<ReadonlyMap<string, Remembered>> {
    try {
      const text = await this.#options.inbox.readMetadata(METADATA);
      return new Map(Object.entries(JSON.parse(text ?? "{}") as Record<string, Remembered>));
    } catch {
      // Without its memory, an alert is raised once more.
      return new Map();
    }
  }

  #write(): void {
    const { inbox, clock } = this.#options;
    this.#writtenAtMs = clock.now();
    const rules = this.#watched.map(({ rule, raisedAtMs, condition }) => [
      rule.name,
      { raisedAtMs, lastAtMs: condition.lastAtMs },
    ]);
    const text = JSON.stringify(Object.fromEntries(rules));
    if (text === this.#written) return;
    this.#written = text;
    // In order, and an inbox that is away is reported by what stores events in it.
    this.#writing = this.#writing
      .then(async () => {
        await inbox.writeMetadata(METADATA, text);
      })
      .catch(() => undefined);
  }
}
