import type { MeterProvider, ObservableResult } from "@opentelemetry/api";
import type { MaybePromise } from "../base/maybe-promise.js";
import { type MetricName, secondsBounds } from "../base/metric-table.js";
import { VERSION } from "../base/version.js";
import type { GaugeReading, Labels, Meters } from "../model/monitor.js";
import { nameAndUnit, otelAttributesOf, SCOPE } from "./otel-attributes.js";
import { SeriesStore } from "./series-store.js";

type Meter = ReturnType<MeterProvider["getMeter"]>;

/**
 * One for each provider, whichever module format or hot-reloaded module asks: an SDK keeps one value for a series, and
 * the readings of two would replace each other.
 */
const KNOWN = Symbol.for(`earshot.otel-meters.${VERSION}`);

/** The meters that write to a provider, for all listeners that use it. */
export function otelMetersOf(provider: MeterProvider): Meters {
  const holder = globalThis as { [KNOWN]?: WeakMap<MeterProvider, Meters> };
  holder[KNOWN] ??= new WeakMap();
  let meters = holder[KNOWN].get(provider);
  if (meters === undefined) {
    meters = new OtelMeters(provider.getMeter(SCOPE, VERSION));
    holder[KNOWN].set(provider, meters);
  }
  return meters;
}

/** Counts are added here and read by the SDK when it exports: its own counters look up each addition's attributes. */
class OtelMeters implements Meters {
  readonly #meter: Meter;
  readonly #series = new SeriesStore();
  readonly #observed = new Set<MetricName>();
  readonly #histograms = new Map<MetricName, ReturnType<Meter["createHistogram"]>>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  counter(name: MetricName, labels: Labels): (by?: number) => void {
    if (!this.#observed.has(name)) {
      this.#observed.add(name);
      const counter = this.#meter.createObservableCounter(...nameAndUnit(name));
      counter.addCallback((result) => this.#observe(result, this.#series.valuesOf(name)));
    }
    return this.#series.counter(name, labels);
  }

  histogram(name: MetricName, labels: Labels): (seconds: number) => void {
    const [otelName, unit] = nameAndUnit(name);
    const advice = { explicitBucketBoundaries: [...secondsBounds] };
    const histogram =
      this.#histograms.get(name) ?? this.#meter.createHistogram(otelName, { ...unit, advice });
    this.#histograms.set(name, histogram);
    const attributes = otelAttributesOf(labels);
    return (seconds) => histogram.record(seconds, attributes);
  }

  gauge(name: MetricName, source: object, read: () => MaybePromise<readonly GaugeReading[]>): () => void {
    if (!this.#observed.has(name)) {
      this.#observed.add(name);
      const gauge = this.#meter.createObservableGauge(...nameAndUnit(name));
      gauge.addCallback(async (result) => this.#observe(result, await this.#series.readingsOf(name)));
    }
    return this.#series.gauge(name, source, read);
  }

  #observe(result: ObservableResult, readings: readonly GaugeReading[]): void {
    for (const { labels, value } of readings) result.observe(value, otelAttributesOf(labels));
  }
}
