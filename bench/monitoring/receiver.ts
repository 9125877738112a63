// A listener with or without metrics and traces. Asked, it says how much CPU it has used. Started by run.ts.
import { createRequire } from "node:module";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { type ListenerOptions, TriggerListener } from "../../src/index.js";
import { openTelemetry } from "../../src/monitoring/otel.js";
import { type PrometheusRegistry, prometheus } from "../../src/monitoring/prometheus.js";

const compat = createRequire(new URL("../../test/compat/package.json", import.meta.url));
const { KIND = "", SECRET = "" } = process.env;

function monitors(): ListenerOptions["monitors"] {
  if (KIND === "plain" || KIND === "control") return undefined;
  if (KIND === "metrics") {
    const { Registry } = compat("prom-client") as { Registry: new () => PrometheusRegistry };
    return prometheus({ registry: new Registry() });
  }
  const sdk = compat("@opentelemetry/sdk-trace-node") as {
    NodeTracerProvider: new (options: object) => { register(): void };
    AlwaysOffSampler: new () => object;
  };
  new sdk.NodeTracerProvider({ sampler: new sdk.AlwaysOffSampler() }).register();
  // The first active context turns Node's async hooks on, for every promise: instrumentation of HTTP does that too.
  context.with(ROOT_CONTEXT, () => undefined);
  if (KIND === "sdk") return undefined;
  return openTelemetry({ metrics: false });
}

const listener = new TriggerListener({
  monitors: monitors(),
  signals: false,
  webhook: { port: 0, host: "127.0.0.1", secrets: SECRET },
});
listener.callback({ triggerName: "A" }, async function reply() {});
await listener.start();
// No collection is forced between turns: V8 drops compiled code with it, and each turn would compile anew.
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system });
});
process.send?.({ url: listener.health().webhook?.url });
