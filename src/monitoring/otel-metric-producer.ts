import { type Attributes, type HrTime, ValueType } from "@opentelemetry/api";
import { systemClock } from "../base/clock.js";
import { type MetricDefinition, type MetricName, metricTable, secondsBounds } from "../base/metric-table.js";
import { VERSION } from "../base/version.js";
import type { GaugeReading } from "../model/monitor.js";
import { nameAndUnit, otelAttributesOf, SCOPE } from "./otel-attributes.js";
import { type HistogramReading, SeriesStore } from "./series-store.js";

/** One value of a series, as OpenTelemetry's SDK exports it. */
interface DataPoint<Value> {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: Attributes;
  readonly value: Value;
}

interface Histogram {
  readonly buckets: { boundaries: number[]; counts: number[] };
  readonly sum: number;
  readonly count: number;
}

interface Exported {
  readonly descriptor: { name: string; description: string; unit: string; valueType: ValueType };
  /** Cumulative. */
  readonly aggregationTemporality: 1;
}

/** The numbers of the SDK's `DataPointType`. */
type ExportedMetric =
  | (Exported & { readonly dataPointType: 0; readonly dataPoints: DataPoint<Histogram>[] })
  | (Exported & { readonly dataPointType: 2; readonly dataPoints: DataPoint<number>[] })
  | (Exported & {
      readonly dataPointType: 3;
      readonly dataPoints: DataPoint<number>[];
      readonly isMonotonic: boolean;
    });

/** A resource without attributes: the SDK's reader puts its own in its place. */
interface NoResource {
  readonly attributes: Attributes;
  merge(other: NoResource | null): NoResource;
  getRawAttributes(): [string, undefined][];
}

/** What a metric reader of the SDK takes. */
interface Collected {
  readonly resourceMetrics: {
    resource: NoResource;
    scopeMetrics: { scope: { name: string; version: string }; metrics: ExportedMetric[] }[];
  };
  readonly errors: unknown[];
}

/**
 * The metrics of listeners and toolsets, aggregated already: for the option `metricProducers` of a metric reader of
 * OpenTelemetry's SDK 2, which asks for them when it exports. Views of the SDK do not apply to them.
 *
 * https://opentelemetry.io/docs/specs/otel/metrics/sdk/#metricproducer
 */
export class OtelMetricProducer extends SeriesStore {
  readonly #since = hrTimeOf(systemClock.now());

  /** What was counted and measured since this producer was made. Never rejects. */
  async collect(): Promise<Collected> {
    const metrics: ExportedMetric[] = [];
    const end = hrTimeOf(systemClock.now());
    for (const name of Object.keys(metricTable) as MetricName[]) {
      const metric = await this.#exported(name, end);
      if (metric.dataPoints.length > 0) metrics.push(metric);
    }
    const scopeMetrics = [{ scope: { name: SCOPE, version: VERSION }, metrics }];
    return { resourceMetrics: { resource: noResource, scopeMetrics }, errors: [] };
  }

  async #exported(name: MetricName, endTime: HrTime): Promise<ExportedMetric> {
    const { kind }: MetricDefinition = metricTable[name];
    const [otelName, unit] = nameAndUnit(name);
    const common = {
      descriptor: { name: otelName, ...unit, valueType: ValueType.DOUBLE },
      aggregationTemporality: 1,
    } as const;
    const pointOf = ({ labels, value }: GaugeReading) => this.#pointOf(labels, endTime, value);
    switch (kind) {
      case "counter": {
        const dataPoints = this.valuesOf(name).map(pointOf);
        return { ...common, dataPointType: 3, dataPoints, isMonotonic: true };
      }
      case "gauge":
        return { ...common, dataPointType: 2, dataPoints: (await this.readingsOf(name)).map(pointOf) };
      case "histogram": {
        const dataPoints = this.histogramsOf(name).map((one) =>
          this.#pointOf(one.labels, endTime, histogramOf(one)),
        );
        return { ...common, dataPointType: 0, dataPoints };
      }
    }
  }

  #pointOf<Value>(labels: GaugeReading["labels"], endTime: HrTime, value: Value): DataPoint<Value> {
    return { startTime: this.#since, endTime, attributes: otelAttributesOf(labels), value };
  }
}

const noResource: NoResource = Object.freeze({
  attributes: {},
  merge: (other: NoResource | null) => other ?? noResource,
  getRawAttributes: () => [],
});

function histogramOf({ counts, count, sum }: HistogramReading): Histogram {
  const beyond = count - counts.reduce((total, counted) => total + counted, 0);
  return { buckets: { boundaries: [...secondsBounds], counts: [...counts, beyond] }, sum, count };
}

/** @param ms epoch milliseconds */
function hrTimeOf(ms: number): HrTime {
  return [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1e6)];
}
