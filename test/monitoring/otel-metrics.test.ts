import { metricProducer, type OtelMetricProducer, openTelemetry } from "earshot/otel";
import { expect, onTestFinished, test, vi } from "vitest";
import { secondsBounds } from "../../src/base/metric-table.js";
import { compat, watchedListener } from "./support.js";

interface Point {
  readonly attributes: Record<string, unknown>;
  readonly value: unknown;
}

interface Metric {
  readonly descriptor: { readonly name: string; readonly unit: string };
  readonly dataPoints: readonly Point[];
}

interface Exported {
  readonly resource: { readonly attributes: object };
  readonly scopeMetrics: readonly { readonly scope: object; readonly metrics: readonly Metric[] }[];
}

const sdk = compat("@opentelemetry/sdk-metrics") as {
  MeterProvider: new (options: object) => { shutdown(): Promise<void>; forceFlush(): Promise<void> };
  PeriodicExportingMetricReader: new (options: object) => object;
  InMemoryMetricExporter: new (temporality: number) => { getMetrics(): Exported[]; reset(): void };
};
const CUMULATIVE = 1;

/** The SDK with an exporter in memory. The metrics of a producer are its own, or those of the meter provider. */
function exporting(metricProducers: readonly OtelMetricProducer[] = []) {
  const memory = new sdk.InMemoryMetricExporter(CUMULATIVE);
  const exportIntervalMillis = 3_600_000;
  const readers = [
    new sdk.PeriodicExportingMetricReader({ exporter: memory, exportIntervalMillis, metricProducers }),
  ];
  const meterProvider = new sdk.MeterProvider({ readers });
  onTestFinished(() => meterProvider.shutdown());
  const metrics = async () => {
    memory.reset();
    await meterProvider.forceFlush();
    return memory.getMetrics()[0]?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  };
  const pointsOf = async (name: string) =>
    (await metrics()).find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
  return { meterProvider: meterProvider as never, metrics, pointsOf };
}

const ways = {
  "the meter provider": () => {
    const { meterProvider, metrics, pointsOf } = exporting();
    return { monitors: () => openTelemetry({ traces: false, meterProvider }), metrics, pointsOf };
  },
  "a metric producer": () => {
    const producer = metricProducer();
    const { metrics, pointsOf } = exporting([producer]);
    return { monitors: () => openTelemetry({ traces: false, metrics: producer }), metrics, pointsOf };
  },
};

for (const [what, make] of Object.entries(ways)) {
  test(`over ${what}, metrics have the counts of the run, and conventional names`, async () => {
    const { monitors, metrics } = make();
    const { listener, start } = await watchedListener({ monitors: monitors() });
    const { send } = await start();
    listener.callback("A", async function reply() {});
    for (let n = 0; n < 4; n += 1) expect(await send("A")).toBe(200);
    await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ done: 4 }));
    const exported = await metrics();
    const named = (name: string) => exported.find(({ descriptor }) => descriptor.name === name);
    expect(named("earshot.deliveries")?.dataPoints).toMatchObject([
      {
        value: 4,
        attributes: {
          "messaging.system": "earshot",
          "earshot.outcome": "stored",
          "earshot.source": "webhook",
        },
      },
    ]);
    expect(named("messaging.process.duration")).toMatchObject({
      descriptor: { unit: "s" },
      dataPoints: [{ value: { count: 4 } }],
    });
    expect(named("earshot.inbox.records")?.dataPoints.map(({ value }) => value)).toEqual([0, 0, 0, 0]);
  });

  test(`over ${what}, the metrics of two listeners are added`, async () => {
    const { monitors, pointsOf } = make();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    onTestFinished(release);
    const both = [
      await watchedListener({ monitors: monitors() }),
      await watchedListener({ monitors: monitors() }),
    ];
    for (const { listener, start } of both) {
      listener.callback("A", () => held);
      const { send } = await start();
      expect(await send("A")).toBe(200);
      await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ running: 1 }));
    }
    expect(await pointsOf("earshot.deliveries")).toMatchObject([{ value: 2 }]);
    const running = async () => {
      const points = await pointsOf("earshot.inbox.records");
      return points.find(({ attributes }) => attributes["earshot.state"] === "running")?.value;
    };
    expect(await running()).toBe(2);
    await both[0]?.listener.stop({ timeoutMs: 0 });
    expect(await running()).toBe(1);
    expect(await pointsOf("earshot.deliveries")).toMatchObject([{ value: 2 }]);
  });
}

test("a metric producer exports what the meter provider does: names, units, attributes, kinds, values, buckets", async () => {
  const producer = metricProducer();
  const [direct, produced] = [exporting(), exporting([producer])];
  const { listener, start } = await watchedListener({
    monitors: [
      openTelemetry({ traces: false, meterProvider: direct.meterProvider }),
      openTelemetry({ traces: false, metrics: producer }),
    ],
  });
  const { send, url } = await start();
  let runs = 0;
  listener.callback("A", async function reply() {
    runs += 1;
    if (runs % 3 === 0) throw new Error("no");
  });
  for (let n = 0; n < 9; n += 1) await send("A", { logId: `log_${n % 7}` });
  await send("A", { key: "another secret of some length" });
  await fetch(`${url}/nowhere`, { method: "POST" });
  await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ done: 7 }));
  // `min` and `max` are optional.
  const told = async ({ metrics }: typeof direct) =>
    (await metrics())
      .map((metric) => ({
        ...metric,
        descriptor: { name: metric.descriptor.name, unit: metric.descriptor.unit },
        dataPoints: metric.dataPoints
          .map(({ attributes, value }) =>
            typeof value === "object"
              ? { attributes, value: { ...value, min: undefined, max: undefined } }
              : { attributes, value },
          )
          .sort((a, b) => (JSON.stringify(a.attributes) < JSON.stringify(b.attributes) ? -1 : 1)),
      }))
      .filter(({ dataPoints }) => dataPoints.length > 0)
      .sort((a, b) => (a.descriptor.name < b.descriptor.name ? -1 : 1));
  const expected = await told(direct);
  expect(expected.length).toBeGreaterThan(6);
  expect(await told(produced)).toEqual(expected);
});

test("values at, below and beyond each bound of a histogram are counted as the SDK counts them", async () => {
  const producer = metricProducer();
  const [direct, produced] = [exporting(), exporting([producer])];
  const { meters } = openTelemetry({ traces: false, meterProvider: direct.meterProvider });
  const labels = { source: "webhook", provider: "github" };
  const values = secondsBounds.flatMap((bound) => [bound * 0.99, bound, bound * 1.01]);
  for (const seconds of [0, ...values, 1e9]) {
    for (const one of [meters, producer]) one?.histogram("eventDelay", labels)(seconds);
  }
  const [expected, found] = [
    await direct.pointsOf("earshot.event.delay"),
    await produced.pointsOf("earshot.event.delay"),
  ];
  // `min` and `max` are optional.
  const { buckets, count, sum } = (expected[0]?.value ?? {}) as Record<string, unknown>;
  expect(found).toMatchObject([{ value: { buckets, count, sum } }]);
});

test("a value that is no metric producer is rejected", () => {
  for (const metrics of ["yes", 1, {}, null]) {
    expect(() => openTelemetry({ metrics: metrics as never })).toThrow(
      /`metrics` is true, false or a metricProducer\(\) of earshot\/otel, not /,
    );
  }
});
