import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type MeterProvider,
  metrics,
  type ObservableResult,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { MaybePromise } from "../base/maybe-promise.js";
import { type MetricDefinition, type MetricName, metricTable, secondsBounds } from "../base/metric-table.js";
import { boolean, type OptionTable, readOptions, withoutDefault } from "../base/options.js";
import { VERSION } from "../base/version.js";
import { describe } from "../base/warning.js";
import type {
  AttemptFacts,
  GaugeReading,
  Labels,
  ListenerMonitor,
  Meters,
  ReceiveFacts,
  ReceiveSpan,
  Tracer,
} from "../model/monitor.js";
import { labelOfCallback } from "./metric-recorder.js";

/** Options of `openTelemetry()`. */
export interface OpenTelemetryOptions {
  /** Whether spans are made. Default: true. */
  readonly traces?: boolean | undefined;
  /** Whether metrics are recorded. Default: true. */
  readonly metrics?: boolean | undefined;
  /** Makes the spans. Default: the global one, which the SDK sets. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Records the metrics. Default: the global one, which the SDK sets. */
  readonly meterProvider?: MeterProvider | undefined;
}

export const otelTable = {
  traces: boolean(true),
  metrics: boolean(true),
  tracerProvider: withoutDefault<TracerProvider>(),
  meterProvider: withoutDefault<MeterProvider>(),
} satisfies OptionTable<OpenTelemetryOptions>;

const SCOPE = "earshot";

/**
 * Metrics and traces over `@opentelemetry/api`: the SDK of your program exports them.
 *
 * @throws EarshotError ERR_OPTION
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): ListenerMonitor {
  const given = readOptions("openTelemetry()", otelTable, options);
  const meter = () => (given.meterProvider ?? metrics.getMeterProvider()).getMeter(SCOPE, VERSION);
  const tracer = () => (given.tracerProvider ?? trace.getTracerProvider()).getTracer(SCOPE, VERSION);
  return {
    kind: "otel",
    meters: given.metrics ? new OtelMeters(meter()) : undefined,
    tracer: given.traces ? new OtelTracer(tracer()) : undefined,
  };
}

type Meter = ReturnType<MeterProvider["getMeter"]>;

class OtelMeters implements Meters {
  readonly #meter: Meter;
  readonly #counters = new Map<MetricName, ReturnType<Meter["createCounter"]>>();
  readonly #histograms = new Map<MetricName, ReturnType<Meter["createHistogram"]>>();
  readonly #gauges = new Map<MetricName, ReturnType<Meter["createObservableGauge"]>>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  counter(name: MetricName, labels: Labels): (by?: number) => void {
    const counter = this.#counters.get(name) ?? this.#meter.createCounter(...nameAndUnit(name));
    this.#counters.set(name, counter);
    const attributes = attributesOf(labels);
    return (by = 1) => counter.add(by, attributes);
  }

  histogram(name: MetricName, labels: Labels): (seconds: number) => void {
    const [otelName, unit] = nameAndUnit(name);
    const advice = { explicitBucketBoundaries: [...secondsBounds] };
    const histogram =
      this.#histograms.get(name) ?? this.#meter.createHistogram(otelName, { ...unit, advice });
    this.#histograms.set(name, histogram);
    const attributes = attributesOf(labels);
    return (seconds) => histogram.record(seconds, attributes);
  }

  gauge(name: MetricName, _source: object, read: () => MaybePromise<readonly GaugeReading[]>): () => void {
    const gauge = this.#gauges.get(name) ?? this.#meter.createObservableGauge(...nameAndUnit(name));
    this.#gauges.set(name, gauge);
    const observe = async (result: ObservableResult) => {
      for (const { labels, value } of await read()) result.observe(value, attributesOf(labels));
    };
    gauge.addCallback(observe);
    return () => gauge.removeCallback(observe);
  }
}

function nameAndUnit(name: MetricName): [name: string, options: { unit: string; description: string }] {
  const { otel, unit, help }: MetricDefinition = metricTable[name];
  return [otel, { unit, description: help }];
}

/** The attributes of OpenTelemetry's conventions where they have one, and our own. */
const attributeNames: Readonly<Record<string, string>> = { reason: "error.type" };

function attributesOf(labels: Labels): Attributes {
  const attributes: Attributes = { "messaging.system": SCOPE };
  for (const [label, value] of Object.entries(labels)) {
    if (value !== "") attributes[attributeNames[label] ?? `earshot.${label}`] = value;
  }
  return attributes;
}

type OtelSpans = ReturnType<TracerProvider["getTracer"]>;

class OtelTracer implements Tracer {
  readonly #tracer: OtelSpans;
  /** By what they have in common: a span that is sampled out costs no new attributes. */
  readonly #receiveSpans: ReceiveSpanForm[] = [];
  readonly #spanKey = spanKey();
  /** The event that was received last, where it was sampled out: mostly the one that runs next. */
  #unsampled: UnsampledSpan | undefined;

  constructor(tracer: OtelSpans) {
    this.#tracer = tracer;
  }

  receive(facts: ReceiveFacts): ReceiveSpan {
    const { name, options } = this.#formOf(facts);
    const sender = spanContextOf(facts.traceparent);
    const parent = sender === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, sender);
    const span = this.#tracer.startSpan(name, options, parent);
    const isRecording = span.isRecording();
    const spanContext = span.spanContext();
    const isSampled = isSampledIn(spanContext);
    // A sender's flag may have decided, or the span is only for processors of this program: attempts are on their own.
    const isLinked = isSampled || (!isRecording && sender === undefined);
    const traceparent = isLinked ? traceparentOf(spanContext) : undefined;
    if (!isRecording) {
      const unrecorded = { traceparent, end: undefined, span };
      if (traceparent !== undefined && !isSampled) this.#unsampled = unrecorded;
      return unrecorded;
    }
    return {
      traceparent,
      end(outcome: string | undefined) {
        if (outcome === undefined) span.setStatus({ code: SpanStatusCode.ERROR });
        else span.setAttribute("earshot.outcome", outcome);
        span.end();
      },
    };
  }

  attempt<Result extends { readonly ok: boolean; readonly error?: unknown }>(
    { id, triggerName, provider, callback, attempt, traceparent }: AttemptFacts,
    run: () => MaybePromise<Result>,
  ): MaybePromise<Result> {
    const unsampled = this.#unsampled;
    if (unsampled !== undefined && unsampled.traceparent === traceparent) {
      return context.with(new UnsampledContext(context.active(), this.#spanKey, unsampled.span), run);
    }
    const received = spanContextOf(traceparent);
    if (received?.traceFlags === TraceFlags.NONE) {
      // One decision for an event: where its receiving is sampled out, so are its attempts and the user's spans.
      return context.with(trace.setSpanContext(context.active(), received), run);
    }
    const attributes = {
      "messaging.system": SCOPE,
      "messaging.operation.name": "process",
      "messaging.operation.type": "process",
      "messaging.message.id": id,
      "messaging.destination.name": triggerName,
      "earshot.provider": provider,
      "earshot.callback": callback,
      "earshot.attempt": attempt,
    };
    // A link, not a parent: a retry may come days after the request.
    const links = received === undefined ? [] : [{ context: received }];
    const span = this.#tracer.startSpan(
      `process ${labelOfCallback(callback)}`,
      { kind: SpanKind.CONSUMER, attributes, links },
      ROOT_CONTEXT,
    );
    // Also where it is sampled out: the spans of the callback are sampled out with it.
    const result = context.with(trace.setSpan(context.active(), span), run);
    if (!span.isRecording()) return result;
    if (!(result instanceof Promise)) return ended(span, result);
    return result.then((settled) => ended(span, settled));
  }

  #formOf(facts: ReceiveFacts): ReceiveSpanForm {
    for (const form of this.#receiveSpans) {
      if (form.route === facts.route && form.provider === facts.provider && form.source === facts.source)
        return form;
    }
    const form = receiveSpanForm(facts);
    // Routes and providers are the program's: a few.
    if (this.#receiveSpans.length < MAX_FORMS) this.#receiveSpans.push(form);
    return form;
  }
}

interface UnsampledSpan extends ReceiveSpan {
  readonly span: Span;
}

/**
 * A context with a span that is sampled out, over another context. `trace.setSpan` would copy that for every event, and
 * few callbacks look at it.
 */
class UnsampledContext implements Context {
  constructor(
    readonly below: Context,
    readonly key: symbol,
    readonly span: Span,
  ) {}

  getValue(key: symbol): unknown {
    return key === this.key ? this.span : this.below.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return this.below.setValue(this.key, this.span).setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    return this.below.setValue(this.key, this.span).deleteValue(key);
  }
}

/** The key under which `@opentelemetry/api` has a context's span: it exports functions, and not the key. */
function spanKey(): symbol {
  let key = Symbol("none");
  const probe: Context = {
    getValue: () => undefined,
    setValue(given) {
      key = given;
      return probe;
    },
    deleteValue: () => probe,
  };
  trace.setSpanContext(probe, INVALID_SPAN_CONTEXT);
  return key;
}

const MAX_FORMS = 64;

/** Name and attributes of the spans of one route. */
interface ReceiveSpanForm extends Pick<ReceiveFacts, "source" | "provider" | "route"> {
  readonly name: string;
  readonly options: { readonly kind: SpanKind; readonly attributes: Attributes };
}

function receiveSpanForm({ source, provider, route }: ReceiveFacts): ReceiveSpanForm {
  const attributes = {
    "messaging.system": SCOPE,
    "messaging.operation.name": "receive",
    "messaging.operation.type": "receive",
    "earshot.source": source,
    "earshot.provider": provider,
    ...(route === undefined ? {} : { "http.route": route }),
  };
  const options = { kind: SpanKind.CONSUMER, attributes };
  return { source, provider, route, name: `receive ${route ?? source}`, options };
}

function ended<Result extends { readonly ok: boolean; readonly error?: unknown }>(
  span: Span,
  result: Result,
): Result {
  if (!result.ok) {
    const message = describe(result.error);
    span.recordException(result.error instanceof Error ? result.error : message);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  span.end();
  return result;
}

/** Ids of a span that is none. */
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);
/** W3C Trace Context, version 00: later versions begin alike. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}(?:-|$)/;

/** `undefined` where the text, which a sender chooses, is not valid. */
function spanContextOf(traceparent: string | undefined) {
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined;
  const traceId = traceparent.slice(3, 35);
  const spanId = traceparent.slice(36, 52);
  if (traceId === NO_TRACE || spanId === NO_SPAN) return undefined;
  const traceFlags = Number.parseInt(traceparent.slice(53, 55), 16) & TraceFlags.SAMPLED;
  return { traceId, spanId, traceFlags, isRemote: true };
}

function isSampledIn({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0;
}

function traceparentOf(spanContext: SpanContext): string | undefined {
  const { traceId, spanId } = spanContext;
  if (traceId === NO_TRACE) return undefined;
  return `00-${traceId}-${spanId}-${isSampledIn(spanContext) ? "01" : "00"}`;
}
