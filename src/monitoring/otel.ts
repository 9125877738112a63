import { type MeterProvider, metrics, type TracerProvider, trace } from "@opentelemetry/api";
import { isCallable } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import {
  between,
  boolean,
  type Option,
  type OptionTable,
  readOptions,
  withoutDefault,
} from "../base/options.js";
import { VERSION } from "../base/version.js";
import { shownValue } from "../base/warning.js";
import type { ListenerMonitor } from "../model/monitor.js";
import { SCOPE } from "./otel-attributes.js";
import { otelMetersOf } from "./otel-meters.js";
import { OtelMetricProducer } from "./otel-metric-producer.js";
import { OtelTracer } from "./otel-tracer.js";

export type { OtelMetricProducer } from "./otel-metric-producer.js";

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
  /**
   * Whether metrics are recorded; or the {@link metricProducer} from which a reader of the SDK takes them, which costs
   * less. Default: true.
   */
  readonly metrics?: boolean | OtelMetricProducer | undefined;
  /** Makes the spans. Default: the global one, which the SDK sets. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Records the metrics. Default: the global one, which the SDK sets. */
  readonly meterProvider?: MeterProvider | undefined;
}

const metricsOption: Option<OpenTelemetryOptions["metrics"], boolean | OtelMetricProducer> = {
  default: true,
  read(name, given) {
    if (given === undefined || typeof given === "boolean") return given ?? true;
    if (typeof given?.collect === "function" && typeof given.counter === "function") return given;
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\` is true, false or a metricProducer() of earshot/otel, not ${shownValue(given)}.`,
    );
  },
};

/** A provider is called at once, and at each start. */
function providerOption<Method extends string>(method: Method) {
  return <Provider extends { readonly [Name in Method]: unknown }>(
    name: string,
    given: Provider,
  ): Provider => {
    if (isCallable((given as Partial<Provider> | null)?.[method])) return given;
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\` is a provider of OpenTelemetry with the method ${method}, not ${shownValue(given)}.`,
    );
  };
}

export const otelTable = {
  traces: boolean(true),
  sampleRatio: between(1, 0, 1),
  metrics: metricsOption,
  tracerProvider: withoutDefault<TracerProvider>(providerOption("getTracer")),
  meterProvider: withoutDefault<MeterProvider>(providerOption("getMeter")),
} satisfies OptionTable<OpenTelemetryOptions>;

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
    meters: metersOf(given.metrics, given.meterProvider),
    tracer: given.traces ? new OtelTracer(complete(tracer(), "startSpan"), given.sampleRatio) : undefined,
  };
}

/** @throws EarshotError ERR_OPTION for what a provider returned that is no tracer, or no meter */
function complete<Made>(made: Made, method: string): Made {
  if (made !== undefined && made !== null && isCallable(Reflect.get(made, method))) return made;
  const maker = method === "startSpan" ? "tracerProvider.getTracer" : "meterProvider.getMeter";
  throw new EarshotError(
    "ERR_OPTION",
    `\`${maker}\` returned ${shownValue(made)}, without the method ${method}.`,
  );
}

/**
 * Metrics that a reader of OpenTelemetry's SDK takes as they are, when it exports. Pass it to the reader
 * (`metricProducers: [producer]`) and to `openTelemetry({ metrics: producer })`.
 */
export function metricProducer(): OtelMetricProducer {
  return new OtelMetricProducer();
}

function metersOf(
  given: boolean | OtelMetricProducer,
  provider: MeterProvider | undefined,
): ListenerMonitor["meters"] {
  if (given === false) return undefined;
  if (given !== true) return given;
  const from = provider ?? metrics.getMeterProvider();
  if (provider !== undefined) complete(provider.getMeter(SCOPE, VERSION), "createObservableGauge");
  return otelMetersOf(from);
}
