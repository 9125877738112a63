import { EarshotError } from "../base/errors.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import { type MetricDefinition, type MetricName, metricTable, secondsBounds } from "../base/metric-table.js";
import type { GaugeReading, Labels, ListenerMonitor, Meters } from "../model/monitor.js";

/** A registry of `prom-client`: its `register`, or a `new Registry()`. */
export interface PrometheusRegistry {
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
  metrics(): Promise<string>;
  readonly contentType: string;
}

/** Options of `prometheus()`. */
export interface PrometheusOptions {
  /** The registry of `prom-client` that gets the metrics: its `register`, or one of your own. */
  readonly registry: PrometheusRegistry;
}

/**
 * Metrics for Prometheus, in a registry of `prom-client`. Several listeners and toolsets may share a registry.
 *
 * @throws EarshotError ERR_OPTION where the registry is none
 */
export function prometheus(options: PrometheusOptions): ListenerMonitor {
  const registry = options?.registry;
  if (typeof registry?.registerMetric !== "function" || typeof registry.metrics !== "function") {
    throw new EarshotError(
      "ERR_OPTION",
      'prometheus({ registry }) takes a registry of prom-client: `import { register } from "prom-client"`.',
    );
  }
  return {
    kind: "prometheus",
    meters: metersOf(registry),
    exposition: {
      get contentType() {
        return registry.contentType;
      },
      text: () => registry.metrics(),
    },
  };
}

/**
 * The metrics that a registry has already: the same series, for another listener. They may be of the other module
 * format, or of this module before a hot reload.
 *
 * @throws EarshotError ERR_OPTION
 */
function metersOf(registry: PrometheusRegistry): Meters {
  const { prometheus: name } = metricTable.events;
  const known = registry.getSingleMetric(name) as Partial<RegisteredMetric> | undefined;
  if (known === undefined) return new PrometheusMeters(registry);
  if (typeof known.meters?.counter === "function") return known.meters;
  throw new EarshotError(
    "ERR_OPTION",
    `The registry has another metric with the name ${name}: use a new Registry().`,
  );
}

/** One value in the form of `prom-client`. */
interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

/** A series, and its value. Counting is an addition: `prom-client` reads the values when it is scraped. */
interface Series {
  readonly labels: Labels;
  value: number;
  /** Of a histogram: how many values lie up to each bound. */
  readonly counts: number[] | undefined;
  count: number;
}

class PrometheusMeters implements Meters {
  readonly #series = new Map<MetricName, Map<string, Series>>();
  readonly #gauges = new Map<
    MetricName,
    Map<object, { readonly read: () => MaybePromise<readonly GaugeReading[]>; uses: number }>
  >();

  constructor(registry: PrometheusRegistry) {
    for (const [name, definition] of Object.entries(metricTable)) {
      const metric = new RegisteredMetric(this, name as MetricName, definition, registry);
      registry.registerMetric(metric as never);
    }
  }

  counter(name: MetricName, labels: Labels): (by?: number) => void {
    const series = this.#find(name, labels);
    return (by = 1) => {
      series.value += by;
    };
  }

  histogram(name: MetricName, labels: Labels): (seconds: number) => void {
    const series = this.#find(name, labels, true);
    const { counts = [] } = series;
    return (seconds) => {
      series.value += seconds;
      series.count += 1;
      // Most durations are short: the first bounds decide. Beyond the last one there is only the total.
      let at = 0;
      while (at < counts.length && seconds > (secondsBounds[at] as number)) at += 1;
      if (at < counts.length) counts[at] = (counts[at] as number) + 1;
    };
  }

  gauge(name: MetricName, source: object, read: () => MaybePromise<readonly GaugeReading[]>): () => void {
    const sources = this.#gauges.get(name) ?? new Map();
    this.#gauges.set(name, sources);
    const known = sources.get(source);
    // Two listeners over one inbox: its records are counted once.
    if (known === undefined) sources.set(source, { read, uses: 1 });
    else known.uses += 1;
    return () => {
      const used = sources.get(source);
      if (used === undefined) return;
      used.uses -= 1;
      if (used.uses === 0) sources.delete(source);
    };
  }

  reset(name: MetricName): void {
    for (const series of this.#series.get(name)?.values() ?? []) {
      series.value = 0;
      series.count = 0;
      series.counts?.fill(0);
    }
  }

  async samples(name: MetricName): Promise<Sample[]> {
    const definition: MetricDefinition = metricTable[name];
    const series = [...(this.#series.get(name)?.values() ?? [])];
    if (definition.kind === "histogram")
      return series.flatMap((one) => histogramOf(definition.prometheus, one));
    if (definition.kind === "counter") return series.map(({ labels, value }) => ({ labels, value }));
    const readings = [...(this.#gauges.get(name)?.values() ?? [])].map(async ({ read }) => {
      try {
        return await read();
      } catch {
        // A store that is away has no counts, and the other metrics are needed all the more.
        return [];
      }
    });
    return added((await Promise.all(readings)).flat());
  }

  #find(name: MetricName, labels: Labels, isHistogram = false): Series {
    const all = this.#series.get(name) ?? new Map<string, Series>();
    this.#series.set(name, all);
    const key = JSON.stringify(Object.values(labels));
    let series = all.get(key);
    if (series === undefined) {
      const counts = isHistogram ? secondsBounds.map(() => 0) : undefined;
      series = { labels, value: 0, counts, count: 0 };
      all.set(key, series);
    }
    return series;
  }
}

/** A metric as a registry of `prom-client` reads it. */
class RegisteredMetric {
  readonly name: string;
  readonly help: string;
  readonly type: MetricDefinition["kind"];
  /** How a cluster adds the metrics of its workers. */
  readonly aggregator = "sum";
  readonly labelNames: readonly string[];
  readonly #name: MetricName;
  readonly #registry: PrometheusRegistry;

  constructor(
    readonly meters: PrometheusMeters,
    name: MetricName,
    { prometheus: shown, help, kind, labels }: MetricDefinition,
    registry: PrometheusRegistry,
  ) {
    this.name = shown;
    this.help = help;
    this.type = kind;
    this.labelNames = labels;
    this.#name = name;
    this.#registry = registry;
  }

  reset(): void {
    this.meters.reset(this.#name);
  }

  async get() {
    // OpenMetrics writes the `_total` of a counter itself.
    const isOpen = this.#registry.contentType.startsWith("application/openmetrics-text");
    const name = isOpen && this.type === "counter" ? this.name.replace(/_total$/, "") : this.name;
    const { help, type, aggregator } = this;
    return { name, help, type, aggregator, values: await this.meters.samples(this.#name) };
  }
}

/** The cumulative counts of a histogram, its sum and its count. */
function histogramOf(name: string, { labels, value, count, counts = [] }: Series): Sample[] {
  let below = 0;
  const samples: Sample[] = counts.map((counted, at) => {
    below += counted;
    return { labels: { le: secondsBounds[at] ?? 0, ...labels }, value: below, metricName: `${name}_bucket` };
  });
  samples.push({ labels: { le: "+Inf", ...labels }, value: count, metricName: `${name}_bucket` });
  samples.push({ labels, value, metricName: `${name}_sum` });
  samples.push({ labels, value: count, metricName: `${name}_count` });
  return samples;
}

/** Readings with the same labels, of several inboxes, as one. */
function added(readings: readonly GaugeReading[]): GaugeReading[] {
  const sums = new Map<string, GaugeReading>();
  for (const { labels, value } of readings) {
    const key = JSON.stringify(Object.values(labels));
    sums.set(key, { labels, value: (sums.get(key)?.value ?? 0) + value });
  }
  return [...sums.values()];
}
