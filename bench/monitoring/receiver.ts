// Listeners with and without metrics, or traces. Asked, it says how much CPU it has used. Started by run.ts.
import { createRequire } from "node:module";
import { context, type MeterProvider, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { type ListenerOptions, TriggerListener } from "../../src/index.js";
import type { ListenerMonitor, Tracer } from "../../src/model/monitor.js";
import { metricProducer, openTelemetry } from "../../src/monitoring/otel.js";
import { type PrometheusRegistry, prometheus } from "../../src/monitoring/prometheus.js";

const compat = createRequire(new URL("../../test/compat/package.json", import.meta.url));
const { KINDS = "", SECRET = "" } = process.env;
const kinds = KINDS.split(",");

if (kinds.includes("traces")) {
  const sdk = compat("@opentelemetry/sdk-trace-node") as {
    NodeTracerProvider: new (options: object) => { register(): void };
    AlwaysOffSampler: new () => object;
  };
  new sdk.NodeTracerProvider({ sampler: new sdk.AlwaysOffSampler() }).register();
  // The first active context turns Node's async hooks on, for every promise: instrumentation of HTTP does that too.
  context.with(ROOT_CONTEXT, () => undefined);
}

/** What OpenTelemetry's SDK costs at least: one span that is sampled out, and a context for the callback. */
function sdkOnly(): ListenerMonitor {
  const spans = trace.getTracer("sdk");
  const options = {
    kind: SpanKind.CONSUMER,
    attributes: {
      "messaging.system": "earshot",
      "messaging.operation.name": "receive",
      "messaging.operation.type": "receive",
      "earshot.source": "webhook",
      "earshot.provider": "composio",
      "http.route": "/webhook",
    },
  };
  const always = trace.setSpan(ROOT_CONTEXT, spans.startSpan("always"));
  const received = { traceparent: undefined, end: undefined };
  const tracer: Tracer = {
    receive() {
      spans.startSpan("receive /webhook", options, ROOT_CONTEXT);
      return received;
    },
    attempt: (_facts, run) => context.with(always, run),
  };
  return { kind: "sdk", tracer };
}

function meterProvider(): MeterProvider {
  const sdk = compat("@opentelemetry/sdk-metrics") as {
    MeterProvider: new (options: object) => MeterProvider;
    PeriodicExportingMetricReader: new (options: object) => object;
    InMemoryMetricExporter: new (temporality: number) => object;
  };
  // Without a reader, the SDK records nothing.
  const exporter = new sdk.InMemoryMetricExporter(0);
  return new sdk.MeterProvider({ readers: [new sdk.PeriodicExportingMetricReader({ exporter })] });
}

function monitors(kind: string): ListenerOptions["monitors"] {
  if (kind === "sdk") return sdkOnly();
  if (kind === "traces") return openTelemetry({ metrics: false });
  if (kind === "unchosen") return openTelemetry({ metrics: false, sampleRatio: 0 });
  if (kind === "producer") return openTelemetry({ traces: false, metrics: metricProducer() });
  if (kind === "otel metrics") return openTelemetry({ traces: false, meterProvider: meterProvider() });
  if (kind !== "metrics") return undefined;
  const { Registry } = compat("prom-client") as { Registry: new () => PrometheusRegistry };
  return prometheus({ registry: new Registry() });
}

const urls: (string | undefined)[] = [];
for (const kind of kinds) {
  const listener = new TriggerListener({
    name: kind,
    monitors: monitors(kind),
    signals: false,
    webhook: { port: 0, host: "127.0.0.1", secrets: SECRET },
  });
  listener.callback({ triggerName: "A" }, async function reply() {});
  await listener.start();
  urls.push(listener.health().webhook?.url);
}
// No collection is forced between turns: V8 drops compiled code with it, and each turn would compile anew.
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system });
});
process.send?.({ urls });
