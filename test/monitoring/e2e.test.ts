import { type Inbox, memoryInbox } from "earshot";
import { openTelemetry } from "earshot/otel";
import { prometheus } from "earshot/prometheus";
import { expect, test, vi } from "vitest";
import { metricTable } from "../../src/base/metric-table.js";
import type { PrometheusRegistry } from "../../src/monitoring/prometheus.js";
import { listenerFor, platformFor, toolsetFor } from "../e2e/agent.js";
import { compat } from "./support.js";

const { Registry } = compat("prom-client") as { Registry: new () => PrometheusRegistry };
const { NodeTracerProvider, SimpleSpanProcessor, InMemorySpanExporter } = compat(
  "@opentelemetry/sdk-trace-node",
) as {
  NodeTracerProvider: new (options: object) => { shutdown(): Promise<void> };
  SimpleSpanProcessor: new (exporter: object) => object;
  InMemorySpanExporter: new () => { getFinishedSpans(): { readonly name: string }[] };
};

/** A memory inbox that cannot store while it is told so. */
function breakable() {
  const state = { isAway: false };
  const real = memoryInbox();
  const inbox: Inbox = new Proxy(real, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        if (state.isAway && name === "store") throw new Error("the store is away");
        return member.apply(target, args);
      };
    },
  });
  return { inbox, state };
}

test("in a run over the WebSocket and webhooks with every kind of incident, every metric has the count of the ledger", {
  timeout: 90_000,
}, async () => {
  const registry = new Registry();
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const platform = await platformFor();
  const toolset = toolsetFor(platform, {
    monitors: [
      prometheus({ registry }),
      openTelemetry({ metrics: false, tracerProvider: tracerProvider as never }),
    ],
  });
  await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE", {});
  const { inbox, state } = breakable();
  const { listener, reports } = listenerFor(toolset, {
    inbox,
    websocket: true,
    webhook: { port: 0 },
    retry: { delaysMs: [50, 50, 60_000] },
    breaker: { failures: 2, probeMs: 100, maxProbeMs: 200 },
    alerts: { deadLetters: true },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const ledger = { runs: 0, failed: 0 };
  let isModelAway = false;
  listener.callback("SLACK_RECEIVE_MESSAGE", async function reply() {
    ledger.runs += 1;
    if (!isModelAway) return;
    ledger.failed += 1;
    throw new Error("no model");
  });
  listener.callback(
    "GITHUB_STAR_ADDED_EVENT",
    function never() {
      ledger.runs += 1;
      ledger.failed += 1;
      throw new Error("never");
    },
    { retry: { attempts: 1 } },
  );
  await listener.start();
  const count = (type: (typeof reports)[number]["type"]) =>
    reports.filter((report) => report.type === type).length;
  const fire = (triggerName = "SLACK_RECEIVE_MESSAGE") => platform.fire(triggerName);
  const settled = () =>
    vi.waitFor(async () => expect(await inbox.counts()).toMatchObject({ waiting: 0, running: 0 }), 20_000);

  for (let n = 0; n < 5; n += 1) await fire();
  await settled();
  isModelAway = true;
  for (let n = 0; n < 4; n += 1) await fire();
  await vi.waitFor(() => expect(count("callback.paused")).toBe(1), 10_000);
  isModelAway = false;
  await vi.waitFor(() => expect(count("callback.resumed")).toBe(1), 10_000);
  await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });
  await fire("GITHUB_STAR_ADDED_EVENT");
  // The copy on the other transport makes a dead record due again.
  await vi.waitFor(() => expect(count("event.dead-lettered")).toBeGreaterThan(0), 10_000);
  await vi.waitFor(() => expect(count("alert.raised")).toBe(1), 10_000);
  platform.faults.realtime.dropAll("terminate");
  await vi.waitFor(() => expect(count("gap.filled")).toBeGreaterThan(0), 20_000);
  state.isAway = true;
  const { url } = listener.health().webhook ?? {};
  expect((await fetch(`${url}/webhook`, { method: "POST", body: "{}" })).status).toBe(401);
  await fire();
  await vi.waitFor(() => expect(count("inbox.error")).toBeGreaterThan(0), 10_000);
  state.isAway = false;
  await settled();
  const redelivered = count("event.dead-lettered") - 1;
  await vi.waitFor(() => expect(count("event.done")).toBe(count("event.stored") - 1 - redelivered), 20_000);

  const text = await registry.metrics();
  const lines = text.split("\n").filter((line) => line.startsWith("earshot_"));
  const sum = (name: string, ...labels: string[]) =>
    lines
      .filter((line) => /^\w+/.exec(line)?.[0] === name && labels.every((label) => line.includes(label)))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" "))), 0);
  for (const { prometheus: name, kind } of Object.values(metricTable)) {
    const shown = kind === "histogram" ? `${name}_count` : name;
    // A gauge of paused callbacks has a series only while one is paused.
    if (name !== metricTable.paused.prometheus) {
      expect(
        lines.some((line) => line.startsWith(shown)),
        name,
      ).toBe(true);
    }
  }
  expect(sum("earshot_attempts_total")).toBe(ledger.runs);
  expect(sum("earshot_attempts_total", 'outcome="failed"')).toBe(ledger.failed);
  expect(sum("earshot_attempt_duration_seconds_count")).toBe(ledger.runs);
  expect(sum("earshot_events_total", 'outcome="stored"')).toBe(count("event.stored"));
  expect(sum("earshot_events_total", 'outcome="duplicate"')).toBe(count("event.duplicate"));
  expect(sum("earshot_events_total", 'outcome="done"')).toBe(count("event.done"));
  expect(sum("earshot_events_total", 'outcome="dead-lettered"')).toBe(count("event.dead-lettered"));
  expect(sum("earshot_event_delay_seconds_count")).toBe(count("event.stored"));
  expect(sum("earshot_event_duration_seconds_count")).toBe(count("event.done"));
  expect(sum("earshot_callback_pauses_total", 'callback="reply"')).toBe(1);
  const [resumed] = reports.filter((report) => report.type === "callback.resumed");
  expect(sum("earshot_callback_probes_total")).toBe(resumed?.probes);
  expect(sum("earshot_gaps_total", 'outcome="filled"')).toBe(count("gap.filled"));
  expect(sum("earshot_gap_duration_seconds_count")).toBe(count("gap.filled") + count("gap.unfilled"));
  expect(sum("earshot_websocket_connections_total")).toBe(count("websocket.ready"));
  expect(sum("earshot_websocket_disconnects_total")).toBe(count("websocket.disconnected"));
  expect(sum("earshot_deliveries_total", 'outcome="rejected"')).toBe(count("delivery.rejected"));
  expect(sum("earshot_alert_active", 'alert="deadLetters"')).toBe(1);
  expect(sum("earshot_rest_calls_total", 'status="200"')).toBeGreaterThan(3);
  const spans = exporter.getFinishedSpans().map(({ name }) => name);
  expect(spans.filter((name) => name === "process reply" || name === "process never")).toHaveLength(
    ledger.runs,
  );
  expect(spans.filter((name) => name === "receive websocket").length).toBeGreaterThan(8);
  expect(spans).toContain("receive /webhook");
  await tracerProvider.shutdown();
});
