import { memoryInbox, Toolset } from "earshot";
import { prometheus } from "earshot/prometheus";
import { expect, onTestFinished, test, vi } from "vitest";
import { metricTable } from "../../src/base/metric-table.js";
import type { PrometheusRegistry } from "../../src/monitoring/prometheus.js";
import { platformFor } from "../e2e/agent.js";
import { compat, watchedListener } from "./support.js";

const { Registry } = compat("prom-client") as { Registry: new () => PrometheusRegistry };

/** Samples of an exposition: `name{labels}` → value. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

test("the counts of a run are those of its ledger", async () => {
  const registry = new Registry();
  const { listener, reports, start } = await watchedListener(
    { monitors: prometheus({ registry }) },
    { metrics: { port: 0, host: "127.0.0.1" } },
  );
  const { send, url } = await start();
  let fails = 0;
  listener.callback("A", async function reply() {
    fails += 1;
    if (fails % 2 === 1) throw new Error("no model");
  });
  listener.callback("DEAD", async function never() {
    throw new Error("never");
  });
  for (let n = 0; n < 10; n += 1) expect(await send("A", { logId: `a${n}` })).toBe(200);
  for (let n = 0; n < 3; n += 1) expect(await send("A", { logId: `a${n}` })).toBe(200);
  expect(await send("DEAD")).toBe(200);
  expect(await send("UNKNOWN")).toBe(200);
  for (let n = 0; n < 2; n += 1) expect(await send("A", { key: "another secret, of a length" })).toBe(401);
  expect((await fetch(`${url}/nowhere`, { method: "POST", body: "{}" })).status).toBe(404);
  await vi.waitFor(async () =>
    expect(await listener.inbox.counts()).toMatchObject({ waiting: 0, running: 0 }),
  );

  const { metricsPort } = listener.health().webhook ?? {};
  const scraped = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  expect(scraped.headers.get("content-type")).toMatch(/^text\/plain/);
  const samples = samplesOf(await scraped.text());
  const delivered = (outcome: string, reason = "", provider = "composio") =>
    samples.get(
      `earshot_deliveries_total{source="webhook",provider="${provider}",outcome="${outcome}",reason="${reason}"}`,
    );
  expect(delivered("stored")).toBe(12);
  expect(delivered("duplicate")).toBe(3);
  expect(delivered("rejected", "ERR_SIGNATURE_WRONG")).toBe(2);
  expect(delivered("rejected", "ERR_ROUTE_UNKNOWN", "none")).toBe(1);
  const events = (trigger: string, outcome: string) =>
    samples.get(
      `earshot_events_total{source="webhook",provider="composio",trigger="${trigger}",outcome="${outcome}"}`,
    );
  expect(events("A", "stored")).toBe(10);
  expect(events("A", "done")).toBe(10);
  expect(events("A", "duplicate")).toBe(3);
  expect(events("DEAD", "dead-lettered")).toBe(1);
  expect(events("other", "unmatched")).toBe(1);
  const count = (type: string) => reports.filter((report) => report.type === type).length;
  const attempts = (callback: string, outcome: string) =>
    samples.get(`earshot_attempts_total{callback="${callback}",outcome="${outcome}"}`) ?? 0;
  expect(attempts("reply", "done")).toBe(10);
  expect(attempts("reply", "failed") + attempts("never", "failed")).toBe(count("callback.failed"));
  expect(samples.get('earshot_attempt_duration_seconds_count{callback="reply",outcome="done"}')).toBe(10);
  expect(samples.get('earshot_event_duration_seconds_count{source="webhook",provider="composio"}')).toBe(
    count("event.done"),
  );
  expect(
    samples.get('earshot_event_delay_seconds_bucket{le="+Inf",source="webhook",provider="composio"}'),
  ).toBe(12);
  expect(samples.get('earshot_inbox_records{inbox="memory",state="dead"}')).toBe(1);
  expect(samples.get('earshot_inbox_oldest_pending_seconds{inbox="memory"}')).toBe(0);
});

test("100,000 made-up trigger names and paths leave the number of series where it was", async () => {
  const registry = new Registry();
  const { listener, start } = await watchedListener(
    { monitors: prometheus({ registry }) },
    { unsigned: true, secrets: [] },
  );
  await start();
  listener.callback("A", () => undefined);
  const handler = listener.fetchHandler();
  const send = async (n: number, path: string) => {
    const body = JSON.stringify({
      id: `m${n}`,
      type: "composio.trigger.message",
      metadata: { log_id: `l${n}`, trigger_slug: `MADE_UP_${n}`, user_id: `u${n}` },
      data: {},
    });
    await handler(new Request(`http://localhost${path}`, { method: "POST", body }));
  };
  const series = async () => samplesOf(await registry.metrics()).size;
  for (let n = 0; n < 50; n += 1) {
    await send(n, "/webhook");
    await send(n, `/made-up-${n}`);
  }
  const before = await series();
  const rounds = Number(process.env.MONITORING_NAMES ?? 2000);
  for (let n = 100; n < 100 + rounds; n += 1) {
    await send(n, "/webhook");
    await send(n, `/made-up-${n}`);
  }
  expect(await series()).toBe(before);
  expect(before).toBeLessThan(200);
}, 120_000);

test("two listeners share a registry, and an inbox that both use is counted once", async () => {
  const registry = new Registry();
  const inbox = memoryInbox();
  const monitors = () => prometheus({ registry });
  const one = await watchedListener({ monitors: monitors(), inbox });
  const other = await watchedListener({ monitors: monitors() });
  const [first, second] = [await one.start(), await other.start()];
  one.listener.callback("A", () => undefined);
  other.listener.callback("A", () => undefined);
  await first.send("A");
  await second.send("A");
  const text = await registry.metrics();
  expect(
    samplesOf(text).get(
      'earshot_events_total{source="webhook",provider="composio",trigger="A",outcome="done"}',
    ),
  ).toBe(2);
  await one.listener.stop();
  await other.listener.stop();
  expect(await registry.metrics()).not.toMatch(/earshot_inbox_records\{/);
});

test("the ids of expectations are no labels, and their time limits are no durations", async () => {
  const registry = new Registry();
  const { listener, reports, start } = await watchedListener({ monitors: prometheus({ registry }) });
  const { send } = await start();
  listener.expectations.handler("approved", () => undefined);
  for (const id of ["order-1", "order-2"])
    await listener.expect("A", { id, handler: "approved", timeoutMs: 600_000 });
  await listener.expect("NEVER", { id: "order-3", handler: "approved", timeoutMs: 0 });
  await send("A");
  await vi.waitFor(() => expect(reports.filter(({ type }) => type === "event.done")).toHaveLength(2));
  const text = await registry.metrics();
  expect(text).not.toContain("order-");
  expect(text).not.toMatch(/earshot_event_duration\S*source="expectation"/);
  expect(samplesOf(text).get('earshot_attempts_total{callback="expectation",outcome="done"}')).toBe(3);
});

test("REST calls are counted by operation and status, without ids", async () => {
  const registry = new Registry();
  const platform = await platformFor();
  const toolset = new Toolset({ apiKey: "key", baseUrl: platform.url, monitors: prometheus({ registry }) });
  onTestFinished(() => toolset.close());
  await toolset.getTrigger("GITHUB_STAR_ADDED_EVENT");
  await expect(toolset.getTrigger("NO_SUCH_TRIGGER")).rejects.toThrow();
  const samples = samplesOf(await registry.metrics());
  expect(
    samples.get('earshot_rest_calls_total{operation="GET /api/v3.1/triggers_types/{slug}",status="200"}'),
  ).toBe(1);
  expect([...samples.keys()].filter((key) => key.includes("NO_SUCH"))).toEqual([]);
  expect([...samples.keys()].some((key) => /operation="GET [^"]+",status="4\d\d"/.test(key))).toBe(true);
});

test("a registry is required, and /metrics needs a monitor that has a text", async () => {
  expect(() => prometheus({} as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  await expect(watchedListener({}, { metrics: true })).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect(watchedListener({ monitors: {} as never })).rejects.toMatchObject({ code: "ERR_OPTION" });
});

test("names follow the conventions: a prefix, a unit or _total, no name twice", () => {
  const all = Object.values(metricTable);
  expect(new Set(all.map(({ prometheus: name }) => name)).size).toBe(all.length);
  expect(new Set(all.map(({ otel }) => otel)).size).toBe(all.length);
  for (const { prometheus: name, kind, unit, otel } of all) {
    expect(name).toMatch(/^earshot_[a-z_]+$/);
    expect(name.endsWith("_total")).toBe(kind === "counter");
    if (unit === "s") expect(name).toMatch(/_seconds$/);
    expect(otel).toMatch(/^(earshot|messaging)\.[a-z_.]+$/);
  }
});
