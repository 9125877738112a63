import { EarshotError } from "../base/errors.js";
import { type MetricDefinition, type MetricName, metricTable, secondsBounds } from "../base/metric-table.js";
import type { ListenerMonitor, Meters } from "../model/monitor.js";
import { type HistogramReading, SeriesStore } from "./series-store.js";

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

class PrometheusMeters extends SeriesStore {
  constructor(registry: PrometheusRegistry) {
    super();
    for (const [name, definition] of Object.entries(metricTable)) {
      const metric = new RegisteredMetric(this, name as MetricName, definition, registry);
      registry.registerMetric(metric as never);
    }
  }

  async samples(name: MetricName): Promise<readonly Sample[]> {
    const definition: MetricDefinition = metricTable[name];
    if (definition.kind === "gauge") return await this.readingsOf(name);
    if (definition.kind === "counter") return this.valuesOf(name);
    return this.histogramsOf(name).flatMap((one) => histogramOf(definition.prometheus, one));
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
function histogramOf(name: string, { labels, sum, count, counts }: HistogramReading): Sample[] {
  let below = 0;
  const samples: Sample[] = counts.map((counted, at) => {
    below += counted;
    return { labels: { le: secondsBounds[at] ?? 0, ...labels }, value: below, metricName: `${name}_bucket` };
  });
  samples.push({ labels: { le: "+Inf", ...labels }, value: count, metricName: `${name}_bucket` });
  samples.push({ labels, value: sum, metricName: `${name}_sum` });
  samples.push({ labels, value: count, metricName: `${name}_count` });
  return samples;
}
