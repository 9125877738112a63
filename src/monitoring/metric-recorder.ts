import type { ListenerEvent, ListenerEventOf } from "../base/listener-events.js";
import type { MetricName } from "../base/metric-table.js";
import type { Labels, Meters } from "../model/monitor.js";

/** What {@link MetricRecorder} takes. */
export interface MetricRecorderOptions {
  readonly meters: Meters;
  readonly inboxKind: string;
  /** Whether a filter of the listener has this trigger name: only then it becomes a label. */
  readonly isKnownTrigger: (triggerName: string) => boolean;
  /** The provider of a route: `github`. */
  readonly providerOf: (route: string | undefined) => string;
}

/** Label values of one kind that are told apart; beyond them there is one series, `other`. */
const MAX_VALUES = 200;
const OTHER = "other";

type Add = (by?: number) => void;

/**
 * Counts and times what happens in a listener. Every label has few values, whatever senders send: sources, outcomes
 * and error codes are those of this package; providers, callbacks and trigger names are those of the program.
 */
export class MetricRecorder {
  readonly #options: MetricRecorderOptions;
  /** Series by metric and labels: an event of a known kind finds its series without making labels. */
  readonly #series = new Map<string, Add>();
  readonly #values = new Map<string, Set<string>>();

  constructor(options: MetricRecorderOptions) {
    this.#options = options;
  }

  /** @param outcome of the whole delivery, which may have several events */
  delivered(source: string, provider: string, outcome: string, reason = ""): void {
    this.#add("deliveries", `${source} ${provider} ${outcome} ${reason}`, () => ({
      source,
      provider: this.#bounded("provider", provider),
      outcome,
      reason,
    }));
  }

  readonly record = (event: ListenerEvent): void => {
    switch (event.type) {
      case "event.stored":
        this.#event(event, "stored");
        this.#time("eventDelay", event, event.delayMs);
        break;
      case "event.done":
        this.#event(event, "done");
        this.#time("eventDuration", event, event.durationMs);
        break;
      case "event.duplicate":
        this.#event(event, "duplicate");
        break;
      case "event.unmatched":
        this.#event(event, "unmatched");
        break;
      case "event.dead-lettered":
        this.#event(event, "dead-lettered");
        break;
      case "callback.done":
        this.#attempt(event.callback, "done", event.durationMs);
        break;
      case "callback.failed":
        this.#attempt(event.callback, "failed", event.durationMs);
        break;
      case "callback.paused":
        this.#ofCallback("pauses", event.callback, 1);
        break;
      case "callback.resumed":
        this.#ofCallback("probes", event.callback, event.probes);
        break;
      case "delivery.rejected":
        this.delivered("webhook", this.#options.providerOf(event.route), "rejected", event.error.code);
        break;
      case "gap.filled":
      case "gap.unfilled":
        this.#gap(event);
        break;
      case "websocket.ready":
        this.#add("connections", "", () => ({}));
        break;
      case "websocket.disconnected":
        this.#add("disconnects", event.reason, () => ({ reason: event.reason }));
        break;
      case "inbox.error":
        this.#add("inboxErrors", "", () => ({ inbox: this.#options.inboxKind }), event.count ?? 1);
        break;
      default:
    }
  };

  #event(
    {
      source,
      provider,
      triggerName,
    }: Pick<ListenerEventOf<"event.stored">, "source" | "provider" | "triggerName">,
    outcome: string,
  ): void {
    const trigger = this.#options.isKnownTrigger(triggerName) ? triggerName : OTHER;
    this.#add("events", `${source} ${provider} ${trigger} ${outcome}`, () => ({
      source,
      provider: this.#bounded("provider", provider),
      trigger: this.#bounded("trigger", trigger),
      outcome,
    }));
  }

  #time(
    name: "eventDelay" | "eventDuration",
    { source, provider }: { readonly source: string; readonly provider: string },
    ms: number,
  ): void {
    // A replayed event was received long ago.
    if (source === "replay") return;
    const labels = () => ({ source, provider: this.#bounded("provider", provider) });
    this.#observe(name, `${source} ${provider}`, labels, ms);
  }

  #attempt(name: string, outcome: string, ms: number): void {
    const labels = () => ({ callback: this.#bounded("callback", labelOfCallback(name)), outcome });
    this.#add("attempts", `${name} ${outcome}`, labels);
    this.#observe("attemptDuration", `${name} ${outcome}`, labels, ms);
  }

  #ofCallback(metric: "pauses" | "probes", name: string, by: number): void {
    this.#add(metric, name, () => ({ callback: this.#bounded("callback", labelOfCallback(name)) }), by);
  }

  #gap({ type, from, to }: ListenerEventOf<"gap.filled" | "gap.unfilled">): void {
    const outcome = type === "gap.filled" ? "filled" : "unfilled";
    this.#add("gaps", outcome, () => ({ outcome }));
    this.#observe("gapDuration", outcome, () => ({ outcome }), to.getTime() - from.getTime());
  }

  #add(name: MetricName, key: string, labels: () => Labels, by = 1): void {
    this.#find(name, key, () => this.#options.meters.counter(name, labels()))(by);
  }

  #observe(name: MetricName, key: string, labels: () => Labels, ms: number): void {
    const make = () => this.#options.meters.histogram(name, labels());
    this.#find(name, key, make as () => Add)(Math.max(0, ms) / 1000);
  }

  #find(name: MetricName, key: string, make: () => Add): Add {
    const known = this.#series.get(`${name} ${key}`);
    if (known !== undefined) return known;
    const add = make();
    // Keys of values that are not told apart lead to one series, and are as many as a program makes.
    if (this.#series.size < 10 * MAX_VALUES) this.#series.set(`${name} ${key}`, add);
    return add;
  }

  #bounded(label: string, value: string): string {
    const values = this.#values.get(label) ?? new Set();
    this.#values.set(label, values);
    if (values.has(value)) return value;
    if (values.size >= MAX_VALUES) return OTHER;
    values.add(value);
    return value;
  }
}

/** Each `once()` has its own name, as does each of two callbacks of one function: `once()#17`. */
export function labelOfCallback(name: string): string {
  return name.replace(/#\d+$/, "");
}
