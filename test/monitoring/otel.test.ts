import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import { Drop } from "earshot";
import { metricProducer, openTelemetry } from "earshot/otel";
import { type PrometheusRegistry, prometheus } from "earshot/prometheus";
import { sqliteInbox } from "earshot/sqlite";
import { signedWebhook } from "earshot/testing";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { collector, compat, secret, watchedListener } from "./support.js";

interface ReadSpan {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: number; readonly message?: string };
  readonly links: readonly { readonly context: { readonly traceId: string; readonly spanId: string } }[];
  readonly parentSpanContext?: { readonly traceId: string; readonly spanId: string };
  readonly events: readonly { readonly name: string }[];
  spanContext(): { readonly traceId: string; readonly spanId: string };
}

interface Sdk {
  NodeTracerProvider: new (
    options: object,
  ) => TracerProvider & { shutdown(): Promise<void>; register(): void };
  SimpleSpanProcessor: new (exporter: object) => object;
  InMemorySpanExporter: new () => { getFinishedSpans(): ReadSpan[]; reset(): void };
  BatchSpanProcessor: new (exporter: object) => object;
  AlwaysOffSampler: new () => object;
}
const sdk = compat("@opentelemetry/sdk-trace-node") as Sdk;
const { OTLPTraceExporter } = compat("@opentelemetry/exporter-trace-otlp-http") as {
  OTLPTraceExporter: new (options: object) => object;
};
const exporter = new sdk.InMemorySpanExporter();
const provider = new sdk.NodeTracerProvider({ spanProcessors: [new sdk.SimpleSpanProcessor(exporter)] });
beforeAll(() => provider.register());
afterAll(async () => {
  await provider.shutdown();
  trace.disable();
  context.disable();
  propagation.disable();
});

/** Inboxes over one file, for a listener and its restart. */
function oneFile() {
  const folder = mkdtempSync(join(tmpdir(), "earshot-otel-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return () => sqliteInbox({ path: join(folder, "events.db") });
}

const named = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);

test("a span for receiving, with the sender's traceparent as its parent, and one linked to it for each attempt", async () => {
  exporter.reset();
  const { listener, start } = await watchedListener({ monitors: openTelemetry({ metrics: false }) });
  const { send } = await start();
  listener.expectations.handler("approved", () => undefined);
  await listener.expect("A", { id: "order-1", handler: "approved" });
  let runs = 0;
  let inside: Span | undefined;
  listener.callback("A", async function reply() {
    await Promise.resolve();
    inside = trace.getActiveSpan();
    trace.getTracer("model").startSpan("chat").end();
    runs += 1;
    if (runs === 1) throw new Error("no model");
  });
  listener.callback("A", function drop() {
    throw new Drop("not for me");
  });
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  expect(await send("A", { headers })).toBe(200);
  await vi.waitFor(() => expect(named("process reply")).toHaveLength(2));
  const [received] = named("receive /webhook");
  expect(received?.spanContext().traceId).toBe(traceId);
  expect(received?.parentSpanContext?.spanId).toBe("b7ad6b7169203331");
  expect(received?.attributes).toMatchObject({ "earshot.outcome": "stored", "earshot.provider": "composio" });
  const [first, second] = named("process reply");
  expect(named("process expectation")).toMatchObject([
    { attributes: { "earshot.callback": "expectation:order-1" } },
  ]);
  expect(first?.status).toMatchObject({ code: 2, message: "no model." });
  expect(first?.events.map(({ name }) => name)).toEqual(["exception"]);
  expect(second?.status.code).toBe(0);
  expect(second?.attributes).toMatchObject({
    "messaging.operation.type": "process",
    "messaging.destination.name": "A",
    "earshot.attempt": 2,
  });
  for (const span of [first, second, ...named("process drop")]) {
    expect(span?.links.map(({ context: link }) => link.spanId)).toEqual([received?.spanContext().spanId]);
    expect(span?.parentSpanContext).toBe(undefined);
  }
  expect(inside?.spanContext()).toEqual(second?.spanContext());
  expect(named("chat").map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
    first?.spanContext().spanId,
    second?.spanContext().spanId,
  ]);
});

test.each([
  "junk",
  "00-00000000000000000000000000000000-b7ad6b7169203331-01",
  "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
])("the traceparent %s of a sender begins a trace of its own", async (traceparent) => {
  exporter.reset();
  const { listener, start } = await watchedListener({ monitors: openTelemetry({ metrics: false }) });
  const { send } = await start();
  listener.callback("A", () => undefined);
  expect(await send("A", { headers: { traceparent } })).toBe(200);
  expect(named("receive /webhook")[0]?.parentSpanContext).toBe(undefined);
});

test("the link outlasts a restart over a durable inbox", async () => {
  exporter.reset();
  const inbox = oneFile();
  const options = () => ({
    inbox: inbox(),
    monitors: openTelemetry({ metrics: false }),
  });
  const before = await watchedListener(options());
  const { send } = await before.start();
  expect(await send("A")).toBe(200);
  await before.listener.stop();
  const after = await watchedListener(options());
  after.listener.callback("A", function later() {});
  await after.start();
  await vi.waitFor(() => expect(named("process later")).toHaveLength(1));
  const [received] = named("receive /webhook");
  expect(named("process later")[0]?.links[0]?.context).toMatchObject({
    traceId: received?.spanContext().traceId,
    spanId: received?.spanContext().spanId,
  });
});

test("spans reach a collector over OTLP", async () => {
  const { received, url } = await collector();
  const otlp = new sdk.NodeTracerProvider({
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }))],
  });
  const { listener, start } = await watchedListener({
    monitors: openTelemetry({ metrics: false, tracerProvider: otlp }),
  });
  const { send } = await start();
  listener.callback("A", async function reply() {});
  for (let n = 0; n < 5; n += 1) expect(await send("A")).toBe(200);
  await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ done: 5 }));
  await otlp.shutdown();
  const names = received.flatMap(({ path, text }) => {
    expect(path).toBe("/v1/traces");
    return [...text.matchAll(/"name":"((?:receive|process) [^"]+)"/g)].map(([, name]) => name);
  });
  expect(names.filter((name) => name === "receive /webhook")).toHaveLength(5);
  expect(names.filter((name) => name === "process reply")).toHaveLength(5);
});

test("a delivery that is sampled out is counted, and the spans of its callback are sampled out with it", async () => {
  exporter.reset();
  const { Registry } = compat("prom-client") as { Registry: new () => PrometheusRegistry };
  const registry = new Registry();
  const sampledOut = new sdk.NodeTracerProvider({
    sampler: new sdk.AlwaysOffSampler(),
    spanProcessors: [new sdk.SimpleSpanProcessor(exporter)],
  });
  const { listener, start } = await watchedListener({
    monitors: [openTelemetry({ metrics: false, tracerProvider: sampledOut }), prometheus({ registry })],
  });
  const active: (boolean | undefined)[] = [];
  listener.callback("A", async () => {
    await Promise.resolve();
    active.push(trace.getActiveSpan()?.isRecording());
    trace.getTracer("user").startSpan("work of the user").end();
  });
  const { send } = await start();
  expect([await send("A"), await send("A")]).toEqual([200, 200]);
  await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ done: 2 }));
  expect(active).toEqual([false, false]);
  expect(exporter.getFinishedSpans()).toEqual([]);
  for await (const { origin } of listener.inbox.find({})) expect(origin.traceparent).toMatch(/-00$/);
  expect(await registry.metrics()).toMatch(/earshot_deliveries_total\{[^}]*outcome="stored"[^}]*\} 2\n/);
});

test("inside a callback whose event is sampled out, a context is one like any other", async () => {
  const provider = new sdk.NodeTracerProvider({ sampler: new sdk.AlwaysOffSampler() });
  const { listener, start } = await watchedListener({
    monitors: openTelemetry({ metrics: false, tracerProvider: provider }),
  });
  const [outer, inner] = [createContextKey("outer"), createContextKey("inner")];
  const seen: unknown[] = [];
  const look = (at = context.active()) =>
    seen.push([at.getValue(outer), at.getValue(inner), trace.getSpan(at)?.spanContext().traceFlags]);
  const carried: { traceparent?: string } = {};
  listener.callback("A", () => {
    look();
    context.with(context.active().setValue(inner, 2), look);
    context.with(trace.deleteSpan(context.active()), look);
    look(context.active().deleteValue(outer));
    propagation.inject(context.active(), carried);
  });
  await start();
  const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: {} });
  const request = new Request("http://localhost/webhook", { method: "POST", headers, body });
  const response = await context.with(ROOT_CONTEXT.setValue(outer, 1), () =>
    listener.fetchHandler()(request),
  );
  expect(response.status).toBe(200);
  await vi.waitFor(() => expect(carried.traceparent).toMatch(/-00$/));
  expect(seen).toEqual([
    [1, undefined, 0],
    [1, 2, 0],
    [1, undefined, undefined],
    [undefined, undefined, 0],
  ]);
  for await (const { origin } of listener.inbox.find({}))
    expect(origin.traceparent).toBe(carried.traceparent);
});

test("the sampler decides once for an event: an attempt after a restart, too, follows its receiving", async () => {
  exporter.reset();
  const inbox = oneFile();
  let isSampled = false;
  const decision = () => (isSampled ? 2 : 0);
  const provider = new sdk.NodeTracerProvider({
    sampler: { shouldSample: () => ({ decision: decision() }), toString: () => "switched" },
    spanProcessors: [new sdk.SimpleSpanProcessor(exporter)],
  });
  const options = () => ({
    inbox: inbox(),
    monitors: openTelemetry({ metrics: false, tracerProvider: provider }),
  });
  const before = await watchedListener(options());
  const { send } = await before.start();
  expect(await send("A")).toBe(200);
  // The flag of a sender decides for the receiving, and for nothing else.
  expect(await send("A", { headers: { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-00` } })).toBe(
    200,
  );
  await before.listener.stop();
  isSampled = true;
  const after = await watchedListener(options());
  after.listener.callback("A", function later() {});
  await after.start();
  await vi.waitFor(async () => expect(await after.listener.inbox.counts()).toMatchObject({ done: 2 }));
  expect(named("receive /webhook")).toHaveLength(0);
  expect(named("process later")).toHaveLength(1);
});

test("of events, the part that was asked for is traced; the SDK is not asked about the others, nor about their attempts", async () => {
  exporter.reset();
  const inbox = oneFile();
  const options = (sampleRatio: number) => ({
    inbox: inbox(),
    monitors: openTelemetry({ metrics: false, sampleRatio }),
  });
  const before = await watchedListener(options(0.25));
  const active: (boolean | undefined)[] = [];
  before.listener.callback("A", async function now() {
    await Promise.resolve();
    active.push(trace.getActiveSpan()?.isRecording());
    trace.getTracer("user").startSpan("work of the user").end();
  });
  const { send } = await before.start();
  // The random part of a trace id is its last 56 bits. 3 of 4 are below three quarters.
  for (const part of ["00000000000000", "3fffffffffffff", "bffffffffff000", "c0000000000000"]) {
    const traceparent = `00-ffffffffffffffffff${part}-b7ad6b7169203331-01`;
    expect(await send("A", { headers: { traceparent } })).toBe(200);
  }
  await vi.waitFor(async () => expect(await before.listener.inbox.counts()).toMatchObject({ done: 4 }));
  expect(named("receive /webhook").map((span) => span.spanContext().traceId.slice(18))).toEqual([
    "c0000000000000",
  ]);
  expect(named("process now")).toHaveLength(1);
  expect(named("work of the user")).toHaveLength(1);
  expect(active.sort()).toEqual([false, false, false, true]);
});

test("without a sender's trace id, events are chosen at random", () => {
  const chosen = (sampleRatio: number) => {
    const { tracer } = openTelemetry({ metrics: false, sampleRatio });
    const facts = {
      source: "webhook",
      provider: "github",
      route: "/github",
      traceparent: undefined,
    } as const;
    return Array.from({ length: 1_000 }, () => tracer?.receive(facts)).filter((span) => span?.end).length;
  };
  expect(chosen(0)).toBe(0);
  expect(chosen(1)).toBe(1_000);
  // Six standard deviations to both sides.
  expect(Math.abs(chosen(0.5) - 500)).toBeLessThan(95);
});

test("making a monitor takes no random values: where a listener is made at import, Workers allow none", () => {
  const bytes = vi.spyOn(globalThis.crypto, "getRandomValues");
  const random = vi.spyOn(Math, "random");
  onTestFinished(() => {
    bytes.mockRestore();
    random.mockRestore();
  });
  openTelemetry({ sampleRatio: 0.5, metrics: metricProducer() });
  expect(bytes).not.toHaveBeenCalled();
  expect(random).not.toHaveBeenCalled();
});

test("an event that was not chosen is not traced after a restart", async () => {
  exporter.reset();
  const inbox = oneFile();
  const options = (sampleRatio: number) => ({
    inbox: inbox(),
    monitors: openTelemetry({ metrics: false, sampleRatio }),
  });
  const before = await watchedListener(options(0));
  const { send } = await before.start();
  expect(await send("A")).toBe(200);
  await before.listener.stop();
  const after = await watchedListener(options(1));
  const active: (boolean | undefined)[] = [];
  after.listener.callback("A", function later() {
    active.push(trace.getActiveSpan()?.isRecording());
  });
  await after.start();
  await vi.waitFor(() => expect(active).toEqual([false]));
  await after.listener.stop();
  expect(exporter.getFinishedSpans()).toEqual([]);
});

test.each([-0.1, 1.5, Number.NaN, "0.5"])("a sample ratio of %s is rejected", (sampleRatio) => {
  expect(() => openTelemetry({ sampleRatio: sampleRatio as number })).toThrow(
    /`sampleRatio` is a number from 0 to 1, not /,
  );
});

test("a span that is recorded and not sampled leaves the attempts to the sampler", async () => {
  const recorded: string[] = [];
  const RECORD = 1;
  const provider = new sdk.NodeTracerProvider({
    sampler: { shouldSample: () => ({ decision: RECORD }), toString: () => "records" },
    spanProcessors: [
      {
        onStart: () => undefined,
        onEnd: ({ name }: { readonly name: string }) => recorded.push(name),
        forceFlush: async () => undefined,
        shutdown: async () => undefined,
      },
    ],
  });
  const { listener, start } = await watchedListener({
    monitors: openTelemetry({ metrics: false, tracerProvider: provider }),
  });
  listener.callback("A", function reply() {});
  const { send } = await start();
  expect(await send("A")).toBe(200);
  await vi.waitFor(() => expect(recorded.sort()).toEqual(["process reply", "receive /webhook"]));
});

test("a span that is sampled and only passed on leaves the attempts their spans", async () => {
  const started: string[] = [];
  const passedOn = { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 };
  const startSpan = (name: string) => {
    started.push(name);
    return trace.wrapSpanContext(passedOn);
  };
  const tracerProvider = { getTracer: () => ({ startSpan }) } as unknown as TracerProvider;
  const { listener, start } = await watchedListener({
    monitors: openTelemetry({ metrics: false, tracerProvider }),
  });
  listener.callback("A", function reply() {});
  const { send } = await start();
  expect(await send("A")).toBe(200);
  await vi.waitFor(() => expect(started).toEqual(["receive /webhook", "process reply"]));
});

test("without an SDK, nothing is carried and everything runs", async () => {
  const { listener, start } = await watchedListener({
    monitors: openTelemetry({ metrics: false, tracerProvider: { getTracer: () => noopTracer() } as never }),
  });
  const { send } = await start();
  listener.callback("A", () => undefined);
  expect(await send("A")).toBe(200);
  await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ done: 1 }));
  for await (const { origin } of listener.inbox.find({})) expect(origin.traceparent).toBe(undefined);
});

/** What `@opentelemetry/api` gives where no SDK is registered. */
function noopTracer() {
  const span = trace.wrapSpanContext({ traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 0 });
  return { startSpan: () => span };
}

test("an error that no span can read is one failed attempt, and what succeeded beside it runs once", async () => {
  const unreadable = new Proxy(new Error("x"), {
    get() {
      throw new Error("no access");
    },
    getPrototypeOf() {
      throw new Error("no access");
    },
  });
  const odd = Object.defineProperty(new Error("the service is away"), "name", {
    get() {
      throw new Error("no name");
    },
  });
  const { listener, reports, start } = await watchedListener({ monitors: openTelemetry({ metrics: false }) });
  listener.on("callback.failed", () => undefined);
  listener.on("event.dead-lettered", () => undefined);
  let runs = 0;
  listener.callback("A", function good() {
    runs += 1;
  });
  listener.callback("A", async function proxy() {
    throw unreadable;
  });
  listener.callback("A", function nameless() {
    throw odd;
  });
  const { send } = await start();
  expect(await send("A")).toBe(200);
  await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ dead: 1 }), 10_000);
  expect(runs).toBe(1);
  const failed = reports.filter(({ type }) => type === "callback.failed");
  expect(failed.map((report) => "callback" in report && report.callback).sort()).toEqual([
    "nameless",
    "nameless",
    "proxy",
    "proxy",
  ]);
  const [record] = await found(listener.inbox.find({}));
  expect(record?.failures.map(({ callback }) => callback)).not.toContain(undefined);
});

test.each(["onStart", "onEnd"])(
  "a span processor whose %s throws costs spans and a warning, and no event",
  async (member) => {
    const processor = {
      onStart: () => undefined,
      onEnd: () => undefined,
      forceFlush: async () => undefined,
      shutdown: async () => undefined,
      [member]: () => {
        throw new Error("the processor is broken");
      },
    };
    const tracerProvider = new sdk.NodeTracerProvider({ spanProcessors: [processor] });
    onTestFinished(() => tracerProvider.shutdown());
    const warnings: string[] = [];
    const note = (warning: Error) => void warnings.push(warning.message);
    process.on("warning", note);
    onTestFinished(() => void process.off("warning", note));
    const monitors = openTelemetry({ metrics: false, tracerProvider });
    const { listener, reports, start } = await watchedListener({ monitors });
    let runs = 0;
    listener.callback("A", () => {
      runs += 1;
    });
    const { send } = await start();
    expect(await send("A")).toBe(200);
    await vi.waitFor(() => expect(reports.map(({ type }) => type)).toContain("event.done"));
    expect(runs).toBe(1);
    await vi.waitFor(() => {
      expect(warnings.filter((text) => text.includes("the processor is broken"))).toHaveLength(1);
    });
  },
);

async function found<One>(all: AsyncIterable<One>): Promise<One[]> {
  const list: One[] = [];
  for await (const one of all) list.push(one);
  return list;
}
