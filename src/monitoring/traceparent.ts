import { type SpanContext, TraceFlags } from "@opentelemetry/api";

/** Ids of a span that is none. */
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);
/** W3C Trace Context, version 00: later versions begin alike. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}(?:-|$)/;

/** `undefined` where the text, which a sender chooses, is not valid. */
export function spanContextOf(traceparent: string | undefined): SpanContext | undefined {
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined;
  const traceId = traceparent.slice(3, 35);
  const spanId = traceparent.slice(36, 52);
  if (traceId === NO_TRACE || spanId === NO_SPAN) return undefined;
  const traceFlags = Number.parseInt(traceparent.slice(53, 55), 16) & TraceFlags.SAMPLED;
  return { traceId, spanId, traceFlags, isRemote: true };
}

/** `undefined` for the span context of a tracer that makes no ids. */
export function traceparentOf(spanContext: SpanContext): string | undefined {
  const { traceId, spanId } = spanContext;
  if (traceId === NO_TRACE) return undefined;
  return `00-${traceId}-${spanId}-${isSampled(spanContext) ? "01" : "00"}`;
}

export function isSampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** The span context of events that are not traced, with random ids. */
export function untracedContext(): SpanContext {
  return { traceId: randomHex(32), spanId: randomHex(16), traceFlags: TraceFlags.NONE };
}

/**
 * A trace's random part, from 0 up to 1: the last 56 bits of its id, as W3C Trace Context Level 2 says. Programs that
 * choose by it choose the same traces.
 */
export function randomPartOf(traceId: string): number {
  return Number.parseInt(traceId.slice(18), 16) / 2 ** 56;
}

function randomHex(digits: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(digits / 2));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
