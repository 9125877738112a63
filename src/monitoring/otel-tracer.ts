import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { MaybePromise } from "../base/maybe-promise.js";
import { describe, warn } from "../base/warning.js";
import type { AttemptFacts, ReceiveFacts, ReceiveSpan, Tracer } from "../model/monitor.js";
import { labelOfCallback } from "./metric-recorder.js";
import { SCOPE } from "./otel-attributes.js";
import { isSampled, randomPartOf, spanContextOf, traceparentOf, untracedContext } from "./traceparent.js";

type OtelSpans = ReturnType<TracerProvider["getTracer"]>;

/** Spans over `@opentelemetry/api`. */
export class OtelTracer implements Tracer {
  readonly #tracer: OtelSpans;
  /** By what they have in common: a span that is sampled out costs no new attributes. */
  readonly #receiveSpans: ReceiveSpanForm[] = [];
  readonly #spanKey = spanKey();
  readonly #sampleRatio: number;
  /** Stands for each event that is not chosen. Made for the first: at import, Workers allow no random values. */
  #untraced: UnsampledSpan | undefined;
  /** The event that the SDK's sampler left out last: mostly the one that runs next. */
  #unsampled: UnsampledSpan | undefined;
  #hasWarned = false;

  constructor(tracer: OtelSpans, sampleRatio: number) {
    this.#tracer = tracer;
    this.#sampleRatio = sampleRatio;
  }

  receive(facts: ReceiveFacts): ReceiveSpan {
    const sender = spanContextOf(facts.traceparent);
    if (!this.#isChosen(sender?.traceId)) {
      this.#untraced ??= unsampledSpan(trace.wrapSpanContext(untracedContext()));
      return this.#untraced;
    }
    const { name, options } = this.#formOf(facts);
    const parent = sender === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, sender);
    const span = this.#startSpan(name, options, parent);
    if (span === undefined) return noSpan;
    let isRecording: boolean;
    let spanContext: SpanContext;
    try {
      isRecording = span.isRecording();
      spanContext = span.spanContext();
      // Of something else than a span, the request would get 500.
      if (typeof spanContext?.traceId !== "string") throw new TypeError("spanContext() returned none.");
    } catch (thrown) {
      this.#failed(thrown);
      return noSpan;
    }
    // A sender's flag may have decided, or the span is only for processors of this program: attempts are on their own.
    const isLinked = isSampled(spanContext) || (!isRecording && sender === undefined);
    const traceparent = isLinked ? traceparentOf(spanContext) : undefined;
    if (!isRecording) {
      const unrecorded: UnsampledSpan = { traceparent, end: undefined, span };
      if (traceparent !== undefined && !isSampled(spanContext)) this.#unsampled = unrecorded;
      return unrecorded;
    }
    return {
      traceparent,
      end: (outcome: string | undefined) => {
        try {
          if (outcome === undefined) span.setStatus({ code: SpanStatusCode.ERROR });
          else span.setAttribute("earshot.outcome", outcome);
          span.end();
        } catch (thrown) {
          this.#failed(thrown);
        }
      },
    };
  }

  attempt<Result extends { readonly ok: boolean; readonly error?: unknown }>(
    { id, triggerName, provider, callback, attempt, traceparent }: AttemptFacts,
    run: () => MaybePromise<Result>,
  ): MaybePromise<Result> {
    const unsampled = this.#unsampledSpanOf(traceparent);
    if (unsampled !== undefined) {
      return context.with(new UnsampledContext(context.active(), this.#spanKey, unsampled), run);
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
    const span = this.#startSpan(
      `process ${labelOfCallback(callback)}`,
      { kind: SpanKind.CONSUMER, attributes, links },
      ROOT_CONTEXT,
    );
    if (span === undefined) return run();
    // Also where it is sampled out: the spans of the callback are sampled out with it.
    const result = context.with(trace.setSpan(context.active(), span), run);
    if (!this.#isRecording(span)) return result;
    if (!(result instanceof Promise)) return this.#ended(span, result);
    return result.then((settled) => this.#ended(span, settled));
  }

  /** Never throws: the callback has run, and would run again. */
  #isRecording(span: Span): boolean {
    try {
      return span.isRecording();
    } catch (thrown) {
      this.#failed(thrown);
      return false;
    }
  }

  /** `undefined` where a sampler or a processor of the program throws: the event is processed without a span. */
  #startSpan(name: string, options: SpanOptions, parent: Context): Span | undefined {
    try {
      return this.#tracer.startSpan(name, options, parent) ?? undefined;
    } catch (thrown) {
      this.#failed(thrown);
      return undefined;
    }
  }

  /** Never throws: the result stands, whatever can be told of it. */
  #ended<Result extends { readonly ok: boolean; readonly error?: unknown }>(
    span: Span,
    result: Result,
  ): Result {
    try {
      if (!result.ok) recordFailure(span, result.error);
      span.end();
    } catch (thrown) {
      this.#failed(thrown);
    }
    return result;
  }

  #failed(thrown: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    warn(`OpenTelemetry threw where a span began or ended: ${describe(thrown)} This warning is shown once.`);
  }

  #isChosen(traceId: string | undefined): boolean {
    const ratio = this.#sampleRatio;
    if (ratio === 1) return true;
    // The higher part, as OpenTelemetry's own samplers choose.
    return (traceId === undefined ? Math.random() : randomPartOf(traceId)) >= 1 - ratio;
  }

  #unsampledSpanOf(traceparent: string | undefined): Span | undefined {
    if (traceparent === undefined) return undefined;
    if (traceparent === this.#untraced?.traceparent) return this.#untraced.span;
    return traceparent === this.#unsampled?.traceparent ? this.#unsampled.span : undefined;
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

/** Its attempts have their own spans. */
const noSpan: ReceiveSpan = Object.freeze({ traceparent: undefined, end: undefined });

interface UnsampledSpan extends ReceiveSpan {
  readonly span: Span;
}

function unsampledSpan(span: Span): UnsampledSpan {
  return { traceparent: traceparentOf(span.spanContext()), end: undefined, span };
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

/** Any member of what a callback throws may throw when it is read: then the message has to do. */
function recordFailure(span: Span, error: unknown): void {
  const message = describe(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  try {
    span.recordException(error instanceof Error ? error : message);
  } catch {
    span.recordException(message);
  }
}
