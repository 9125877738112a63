import type { MaybePromise } from "../base/maybe-promise.js";
import type { MetricName } from "../base/metric-table.js";

/** Names and values of one series' labels. */
export type Labels = Readonly<Record<string, string>>;

/** One value of a gauge. */
export interface GaugeReading {
  readonly labels: Labels;
  readonly value: number;
}

/** Where measurements go. A series is found once, and then costs a call of a function. */
export interface Meters {
  /** @returns adds to the series with these labels; by 1 where it is not told otherwise */
  counter(name: MetricName, labels: Labels): (by?: number) => void;
  /** @returns records a duration, seconds */
  histogram(name: MetricName, labels: Labels): (seconds: number) => void;
  /**
   * Reads a gauge whenever the metrics are read.
   *
   * @param source what is measured: two readings of the same thing are one
   * @returns a function that removes it
   */
  gauge(name: MetricName, source: object, read: () => MaybePromise<readonly GaugeReading[]>): () => void;
}

/** A delivery, as a span of its receiving describes it. */
export interface ReceiveFacts {
  readonly source: string;
  readonly provider: string;
  /** The route, where it came over HTTP. */
  readonly route: string | undefined;
  /** The W3C header of the sender's request, where it has one. */
  readonly traceparent: string | undefined;
}

/** The span of receiving one delivery. */
export interface ReceiveSpan {
  /** W3C: identifies the span, and whether attempts are sampled out with it; `undefined` where they are on their own. */
  readonly traceparent: string | undefined;
  /**
   * Absent where the span is sampled out: nothing is to be told to it.
   *
   * @param outcome of the delivery; `undefined` where it was not received
   */
  readonly end: ((outcome: string | undefined) => void) | undefined;
}

/** One run of a callback, as its span describes it. */
export interface AttemptFacts {
  readonly id: string;
  readonly triggerName: string;
  readonly provider: string;
  readonly callback: string;
  readonly attempt: number;
  /** Of the span in which the event was received. */
  readonly traceparent: string | undefined;
}

/** Makes spans. */
export interface Tracer {
  receive(facts: ReceiveFacts): ReceiveSpan;
  /**
   * Runs a callback inside a span.
   *
   * @param run its result has the error of a run that failed
   */
  attempt<Result extends { readonly ok: boolean; readonly error?: unknown }>(
    facts: AttemptFacts,
    run: () => MaybePromise<Result>,
  ): MaybePromise<Result>;
}

/** Metrics and traces of listeners and toolsets: made by `prometheus()` and `openTelemetry()`. */
export interface ListenerMonitor {
  readonly kind: string;
  readonly meters?: Meters | undefined;
  readonly tracer?: Tracer | undefined;
  /** What `/metrics` responds. */
  readonly exposition?: { readonly contentType: string; readonly text: () => Promise<string> } | undefined;
}
