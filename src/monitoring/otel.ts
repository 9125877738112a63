import { type MeterProvider, metrics, type TracerProvider, trace } from "@opentelemetry/api";
import { boolean, type OptionTable, ratio, readOptions, withoutDefault } from "../base/options.js";
import { VERSION } from "../base/version.js";
import type { ListenerMonitor } from "../model/monitor.js";
import { otelMetersOf } from "./otel-meters.js";
import { OtelTracer } from "./otel-tracer.js";

/** Options of `openTelemetry()`. */
export interface OpenTelemetryOptions {
  /** Whether spans are made. Default: true. */
  readonly traces?: boolean | undefined;
  /**
   * The part of the events that is traced, from 0 to 1: chosen before the SDK is asked, which costs less than its
   * sampler does. Events whose request has a `traceparent` are chosen by its trace id, others at random. The SDK's
   * sampler decides about the chosen ones. Default: 1.
   */
  readonly sampleRatio?: number | undefined;
  /** Whether metrics are recorded. Default: true. */
  readonly metrics?: boolean | undefined;
  /** Makes the spans. Default: the global one, which the SDK sets. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Records the metrics. Default: the global one, which the SDK sets. */
  readonly meterProvider?: MeterProvider | undefined;
}

export const otelTable = {
  traces: boolean(true),
  sampleRatio: ratio(1),
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
  const tracer = () => (given.tracerProvider ?? trace.getTracerProvider()).getTracer(SCOPE, VERSION);
  return {
    kind: "otel",
    meters: given.metrics
      ? otelMetersOf(given.meterProvider ?? metrics.getMeterProvider(), SCOPE)
      : undefined,
    tracer: given.traces ? new OtelTracer(tracer(), given.sampleRatio) : undefined,
  };
}
