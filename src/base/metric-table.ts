/** One metric: its names and labels are the same for Prometheus and OpenTelemetry, in the form of each. */
export interface MetricDefinition {
  readonly kind: "counter" | "histogram" | "gauge";
  /** The name for Prometheus: `earshot_`, and the unit or `_total` at its end. */
  readonly prometheus: string;
  /** The name for OpenTelemetry. */
  readonly otel: string;
  /** UCUM, as OpenTelemetry writes it: `s`, `{event}`. */
  readonly unit: string;
  readonly help: string;
  readonly labels: readonly string[];
}

function define(
  kind: MetricDefinition["kind"],
  prometheus: string,
  otel: string,
  unit: string,
  labels: readonly string[],
  help: string,
): MetricDefinition {
  return Object.freeze({ kind, prometheus, otel, unit, labels: Object.freeze(labels), help });
}

/** Every metric. `docs/observability.md` has a row for each, which a test compares. */
export const metricTable = {
  deliveries: define(
    "counter",
    "earshot_deliveries_total",
    "earshot.deliveries",
    "{delivery}",
    ["source", "provider", "outcome", "reason"],
    "Deliveries by their outcome: stored, duplicate, dead-lettered, rejected or unavailable.",
  ),
  events: define(
    "counter",
    "earshot_events_total",
    "earshot.events",
    "{event}",
    ["source", "provider", "trigger", "outcome"],
    "Events that were stored, duplicate, unmatched, done or dead-lettered.",
  ),
  attempts: define(
    "counter",
    "earshot_attempts_total",
    "earshot.attempts",
    "{attempt}",
    ["callback", "outcome"],
    "Runs of callbacks that were done or failed.",
  ),
  eventDelay: define(
    "histogram",
    "earshot_event_delay_seconds",
    "earshot.event.delay",
    "s",
    ["source", "provider"],
    "From the time of an event, by its sender's clock, until it was stored.",
  ),
  eventDuration: define(
    "histogram",
    "earshot_event_duration_seconds",
    "earshot.event.duration",
    "s",
    ["source", "provider"],
    "From receiving an event until all of its callbacks were done.",
  ),
  attemptDuration: define(
    "histogram",
    "earshot_attempt_duration_seconds",
    "messaging.process.duration",
    "s",
    ["callback", "outcome"],
    "The duration of one run of a callback.",
  ),
  pauses: define(
    "counter",
    "earshot_callback_pauses_total",
    "earshot.callback.pauses",
    "{pause}",
    ["callback"],
    "How often the circuit breaker of a callback opened.",
  ),
  probes: define(
    "counter",
    "earshot_callback_probes_total",
    "earshot.callback.probes",
    "{probe}",
    ["callback"],
    "Events that were tried while the callback was paused, counted when it resumes.",
  ),
  gaps: define(
    "counter",
    "earshot_gaps_total",
    "earshot.gaps",
    "{gap}",
    ["outcome"],
    "Gaps that were filled from the platform's log or a sender's list, or not.",
  ),
  gapDuration: define(
    "histogram",
    "earshot_gap_duration_seconds",
    "earshot.gap.duration",
    "s",
    ["outcome"],
    "The length of the gaps.",
  ),
  connections: define(
    "counter",
    "earshot_websocket_connections_total",
    "earshot.websocket.connections",
    "{connection}",
    [],
    "WebSocket subscriptions that were confirmed; reconnects are those after the first.",
  ),
  disconnects: define(
    "counter",
    "earshot_websocket_disconnects_total",
    "earshot.websocket.disconnects",
    "{disconnect}",
    ["reason"],
    "WebSocket connections that were lost, or could not be made.",
  ),
  restCalls: define(
    "counter",
    "earshot_rest_calls_total",
    "earshot.rest.calls",
    "{call}",
    ["operation", "status"],
    "Requests to the platform's REST API by HTTP status; without a response, by error code.",
  ),
  restDuration: define(
    "histogram",
    "earshot_rest_call_duration_seconds",
    "earshot.rest.call.duration",
    "s",
    ["operation"],
    "The duration of one request to the platform's REST API.",
  ),
  inboxErrors: define(
    "counter",
    "earshot_inbox_errors_total",
    "earshot.inbox.errors",
    "{error}",
    ["inbox"],
    "Calls of the inbox that failed.",
  ),
  records: define(
    "gauge",
    "earshot_inbox_records",
    "earshot.inbox.records",
    "{record}",
    ["inbox", "state"],
    "Records in the inbox: waiting, running, dead or unmatched.",
  ),
  oldest: define(
    "gauge",
    "earshot_inbox_oldest_pending_seconds",
    "earshot.inbox.oldest_pending",
    "s",
    ["inbox"],
    "The age of the oldest record that is waiting or running; 0 where there is none.",
  ),
  paused: define(
    "gauge",
    "earshot_callback_paused",
    "earshot.callback.paused",
    "{callback}",
    ["callback"],
    "1 while the circuit breaker of a callback is open.",
  ),
  alerts: define(
    "gauge",
    "earshot_alert_active",
    "earshot.alert.active",
    "{alert}",
    ["alert"],
    "1 while an alert is raised.",
  ),
} satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metricTable;

/** The upper bounds of histograms, seconds: from a callback in memory to a retry after a day. */
export const secondsBounds: readonly number[] = Object.freeze([
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43_200, 86_400,
]);
