import type { Attributes } from "@opentelemetry/api";
import { type MetricDefinition, type MetricName, metricTable } from "../base/metric-table.js";
import type { Labels } from "../model/monitor.js";

/** The instrumentation scope of spans and metrics, and the messaging system of their attributes. */
export const SCOPE = "earshot";

/** The attributes of OpenTelemetry's conventions where they have one, and our own. */
const attributeNames: Readonly<Record<string, string>> = { reason: "error.type" };

export function otelAttributesOf(labels: Labels): Attributes {
  const attributes: Attributes = { "messaging.system": SCOPE };
  for (const [label, value] of Object.entries(labels)) {
    if (value !== "") attributes[attributeNames[label] ?? `earshot.${label}`] = value;
  }
  return attributes;
}

export function nameAndUnit(
  name: MetricName,
): [name: string, options: { unit: string; description: string }] {
  const { otel, unit, help }: MetricDefinition = metricTable[name];
  return [otel, { unit, description: help }];
}
