import type { Attributes, MeterProvider, ObservableResult } from "@opentelemetry/api";
import type { MaybePromise } from "../base/maybe-promise.js";
import { type MetricDefinition, type MetricName, metricTable, secondsBounds } from "../base/metric-table.js";
import { VERSION } from "../base/version.js";
import type { GaugeReading, Labels, Meters } from "../model/monitor.js";
import { SeriesStore } from "./series-store.js";

type Meter = ReturnType<MeterProvider["getMeter"]>;

/**
 * One for each provider, whichever module format or hot-reloaded module asks: an SDK keeps one value for a series, and
 * the readings of two would replace each other.
 */
const KNOWN = Symbol.for(`earshot.otel-meters.${VERSION}`);

/** The meters that write to a provider, for all listeners that use it. */
export function otelMetersOf(provider: MeterProvider, scope: string): Meters {
  const holder = globalThis as { [KNOWN]?: WeakMap<MeterProvider, Meters> };
  holder[KNOWN] ??= new WeakMap();
  let meters = holder[KNOWN].get(provider);
  if (meters === undefined) {
    meters = new OtelMeters(provider.getMeter(scope, VERSION), scope);
    holder[KNOWN].set(provider, meters);
  }
  return meters;
}

/** Counts are added here and read by the SDK when it exports: its own counters look up each addition's attributes. */
class OtelMeters implements Meters {
  readonly #meter: Meter;
  readonly #system: string;
  readonly #series = new SeriesStore();
  readonly #observed = new Set<MetricName>();
  readonly #histograms = new Map<MetricName, ReturnType<Meter["createHistogram"]>>();

  constructor(meter: Meter, system: string) {
    this.#meter = meter;
    this.#system = system;
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
    const attributes = this.#attributesOf(labels);
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
    for (const { labels, value } of readings) result.observe(value, this.#attributesOf(labels));
  }

  #attributesOf(labels: Labels): Attributes {
    const attributes: Attributes = { "messaging.system": this.#system };
    for (const [label, value] of Object.entries(labels)) {
      if (value !== "") attributes[attributeNames[label] ?? `earshot.${label}`] = value;
    }
    return attributes;
  }
}

function nameAndUnit(name: MetricName): [name: string, options: { unit: string; description: string }] {
  const { otel, unit, help }: MetricDefinition = metricTable[name];
  return [otel, { unit, description: help }];
}

/** The attributes of OpenTelemetry's conventions where they have one, and our own. */
const attributeNames: Readonly<Record<string, string>> = { reason: "error.type" };
