import type { MaybePromise } from "../base/maybe-promise.js";
import { type MetricName, secondsBounds } from "../base/metric-table.js";
import type { GaugeReading, Labels, Meters } from "../model/monitor.js";

/** One series of a histogram, since the program began. */
export interface HistogramReading {
  readonly labels: Labels;
  /** How many values lie between each bound of the table and the one before it. */
  readonly counts: readonly number[];
  /** Of all values, those beyond the last bound too. */
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
}

/** A series, and its value. Counting is an addition. */
interface Series {
  readonly labels: Labels;
  value: number;
  /** Of a histogram. */
  readonly counts: number[];
  count: number;
}

/** The values of all series, which are read for an export or a scrape. */
export class SeriesStore implements Meters {
  readonly #series = new Map<MetricName, Map<string, Series>>();
  readonly #gauges = new Map<
    MetricName,
    Map<object, { readonly read: () => MaybePromise<readonly GaugeReading[]>; uses: number }>
  >();

  counter(name: MetricName, labels: Labels): (by?: number) => void {
    const series = this.#find(name, labels, false);
    return (by = 1) => {
      series.value += by;
    };
  }

  histogram(name: MetricName, labels: Labels): (seconds: number) => void {
    const series = this.#find(name, labels, true);
    const { counts } = series;
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
      series.counts.fill(0);
    }
  }

  /** The values of a counter. */
  valuesOf(name: MetricName): readonly GaugeReading[] {
    return this.#seriesOf(name).map(({ labels, value }) => ({ labels, value }));
  }

  histogramsOf(name: MetricName): readonly HistogramReading[] {
    return this.#seriesOf(name).map(({ labels, value, counts, count }) => ({
      labels,
      counts,
      count,
      sum: value,
    }));
  }

  /** The values of a gauge, of all its sources. */
  async readingsOf(name: MetricName): Promise<readonly GaugeReading[]> {
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

  #seriesOf(name: MetricName): readonly Series[] {
    return [...(this.#series.get(name)?.values() ?? [])];
  }

  #find(name: MetricName, labels: Labels, isHistogram: boolean): Series {
    const all = this.#series.get(name) ?? new Map<string, Series>();
    this.#series.set(name, all);
    const key = JSON.stringify(Object.values(labels));
    let series = all.get(key);
    if (series === undefined) {
      series = { labels, value: 0, counts: isHistogram ? secondsBounds.map(() => 0) : [], count: 0 };
      all.set(key, series);
    }
    return series;
  }
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
