import type { EventCounts } from "../base/listener-event-emitter.js";
import type { ListenerEvent, ListenerEventOf } from "../base/listener-events.js";
import type { MetricName } from "../base/metric-table.js";
import { isExpectationName } from "../inbox/expectation.js";
import { type EventSource, hasLatency } from "../model/delivery.js";
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
type Record = (seconds: number) => void;
type EventOutcome = "stored" | "done" | "duplicate" | "unmatched" | "dead-lettered";
type RecordEvent = Pick<ListenerEventOf<"event.stored">, "source" | "provider" | "triggerName">;

/** The series of the events of one trigger, source and provider. Found by comparing two texts that are not new. */
interface EventSeries {
  readonly source: string;
  readonly provider: string;
  readonly outcomes: Partial<{ [Outcome in EventOutcome]: Add }>;
  delay: Record | undefined;
  duration: Record | undefined;
}

/** The series of the attempts of one callback. */
interface CallbackSeries {
  readonly done: { readonly add: Add; readonly record: Record };
  readonly failed: { readonly add: Add; readonly record: Record };
}

interface DeliverySeries {
  readonly source: string;
  readonly provider: string;
  readonly outcome: string;
  readonly reason: string;
  readonly add: Add;
}

/**
 * Counts and times what happens in a listener. Every label has few values, whatever senders send: sources, outcomes
 * and error codes are those of this package; providers, callbacks and trigger names are those of the program.
 *
 * The series of an event are found without making a text: this runs for every event.
 */
export class MetricRecorder implements EventCounts {
  readonly #options: MetricRecorderOptions;
  /** By trigger name, of those that are labels. */
  readonly #events = new Map<string, EventSeries[]>();
  readonly #callbacks = new Map<string, CallbackSeries>();
  readonly #deliveries: DeliverySeries[] = [];
  readonly #values = new Map<string, Set<string>>();

  constructor(options: MetricRecorderOptions) {
    this.#options = options;
  }

  /** @param outcome of the whole delivery, which may have several events */
  delivered(source: string, provider: string, outcome: string, reason = ""): void {
    for (const series of this.#deliveries) {
      if (series.outcome !== outcome || series.source !== source) continue;
      if (series.provider === provider && series.reason === reason) {
        series.add();
        return;
      }
    }
    const label = this.#bounded("provider", provider);
    const add = this.#options.meters.counter("deliveries", { source, provider: label, outcome, reason });
    this.#deliveries.push({ source, provider, outcome, reason, add });
    add();
  }

  stored(source: EventSource, provider: string, triggerName: string, delayMs: number): void {
    const series = this.#event(source, provider, triggerName, "stored");
    series.delay ??= this.#duration("eventDelay", series);
    series.delay(delayMs / 1000);
  }

  done(source: EventSource, provider: string, triggerName: string, durationMs: number): void {
    const series = this.#event(source, provider, triggerName, "done");
    if (!hasLatency(source)) return;
    series.duration ??= this.#duration("eventDuration", series);
    series.duration(durationMs / 1000);
  }

  callbackDone(callback: string, durationMs: number): void {
    this.#attempt(callback, "done", durationMs);
  }

  readonly record = (event: ListenerEvent): void => {
    switch (event.type) {
      case "event.duplicate":
        this.#eventOf(event, "duplicate");
        break;
      case "event.unmatched":
        this.#eventOf(event, "unmatched");
        break;
      case "event.dead-lettered":
        this.#eventOf(event, "dead-lettered");
        break;
      case "callback.failed":
        this.#attempt(event.callback, "failed", event.durationMs);
        break;
      case "callback.paused":
        this.#count("pauses", this.#callbackLabels(event.callback));
        break;
      case "callback.resumed":
        this.#count("probes", this.#callbackLabels(event.callback), event.probes);
        break;
      case "delivery.rejected":
        this.delivered("webhook", this.#options.providerOf(event.route), "rejected", event.error.code);
        break;
      case "gap.filled":
      case "gap.unfilled": {
        const labels = { outcome: event.type === "gap.filled" ? "filled" : "unfilled" };
        this.#count("gaps", labels);
        const lengthMs = event.to.getTime() - event.from.getTime();
        this.#options.meters.histogram("gapDuration", labels)(Math.max(0, lengthMs) / 1000);
        break;
      }
      case "websocket.ready":
        this.#count("connections", {});
        break;
      case "websocket.disconnected":
        this.#count("disconnects", { reason: event.reason });
        break;
      case "inbox.error":
        this.#count("inboxErrors", { inbox: this.#options.inboxKind }, event.count ?? 1);
        break;
      default:
    }
  };

  #eventOf({ source, provider, triggerName }: RecordEvent, outcome: EventOutcome): void {
    this.#event(source, provider, triggerName, outcome);
  }

  /** Counts an event. @returns its series */
  #event(source: string, provider: string, triggerName: string, outcome: EventOutcome): EventSeries {
    const list = this.#events.get(triggerName);
    if (list !== undefined) return this.#counted(list, source, provider, triggerName, outcome);
    const trigger = this.#options.isKnownTrigger(triggerName) ? this.#bounded("trigger", triggerName) : OTHER;
    let added = this.#events.get(trigger);
    if (added === undefined) {
      added = [];
      this.#events.set(trigger, added);
    }
    return this.#counted(added, source, provider, trigger, outcome);
  }

  #counted(
    list: EventSeries[],
    source: string,
    provider: string,
    trigger: string,
    outcome: EventOutcome,
  ): EventSeries {
    let series: EventSeries | undefined;
    for (const one of list) {
      if (one.source === source && one.provider === provider) {
        series = one;
        break;
      }
    }
    if (series === undefined) {
      const label = this.#bounded("provider", provider);
      series = { source, provider: label, outcomes: {}, delay: undefined, duration: undefined };
      list.push(series);
    }
    let add = series.outcomes[outcome];
    if (add === undefined) {
      add = this.#options.meters.counter("events", { source, provider: series.provider, trigger, outcome });
      series.outcomes[outcome] = add;
    }
    add();
    return series;
  }

  #duration(name: "eventDelay" | "eventDuration", { source, provider }: EventSeries): Record {
    return this.#options.meters.histogram(name, { source, provider });
  }

  #attempt(name: string, outcome: "done" | "failed", ms: number): void {
    let series = this.#callbacks.get(name);
    if (series === undefined) {
      const of = (result: string) => {
        const labels = { ...this.#callbackLabels(name), outcome: result };
        const { meters } = this.#options;
        return {
          add: lazily(() => meters.counter("attempts", labels)),
          record: lazily(() => meters.histogram("attemptDuration", labels) as Add) as Record,
        };
      };
      series = { done: of("done"), failed: of("failed") };
      // Each `once()` has another name: their series are found anew.
      if (this.#callbacks.size < MAX_VALUES) this.#callbacks.set(name, series);
    }
    const { add, record } = series[outcome];
    add();
    record(Math.max(0, ms) / 1000);
  }

  #callbackLabels(name: string) {
    return { callback: this.#bounded("callback", labelOfCallback(name)) };
  }

  #count(name: MetricName, labels: Labels, by = 1): void {
    this.#options.meters.counter(name, labels)(by);
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

/** A series that is there once something is counted. */
function lazily(make: () => Add): Add {
  let add: Add | undefined;
  return (by) => {
    add ??= make();
    add(by);
  };
}

/** Each `once()` has another name, as does each of two callbacks of one function: `once()#17`. So has each expectation. */
export function labelOfCallback(name: string): string {
  if (isExpectationName(name)) return "expectation";
  return name.includes("#") ? name.replace(/#\d+$/, "") : name;
}
