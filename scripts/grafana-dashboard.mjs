// Writes docs/monitoring/earshot.dashboard.json, which Grafana imports. A test runs its queries against Prometheus.
import { writeFileSync } from "node:fs";

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana
const source = { type: "prometheus", uid: "${datasource}" };
const where = 'job=~"$job"';
const sum = (by, query) => `sum by (${by}) (${query})`;
const rate = (metric, more = "") => `rate(${metric}{${where}${more}}[$__rate_interval])`;
const quantile = (part, metric, by) =>
  `histogram_quantile(${part}, ${sum(`le, ${by}`, rate(`${metric}_bucket`))})`;

/** Each panel: title, unit, queries with their legends; `stat` for one number. */
const panels = [
  [
    "Events stored",
    "short",
    [[sum("", `increase(earshot_events_total{${where},outcome="stored"}[$__range])`), "stored"]],
    "stat",
  ],
  ["Dead letters", "short", [[sum("", `earshot_inbox_records{${where},state="dead"}`), "dead"]], "stat"],
  ["Oldest pending event", "s", [[`max(earshot_inbox_oldest_pending_seconds{${where}})`, "age"]], "stat"],
  ["Callbacks paused", "short", [[`sum(earshot_callback_paused{${where}}) or vector(0)`, "paused"]], "stat"],
  ["Deliveries by outcome", "reqps", [[sum("outcome", rate("earshot_deliveries_total")), "{{outcome}}"]]],
  [
    "Events by trigger",
    "reqps",
    [[sum("trigger", rate("earshot_events_total", ',outcome="stored"')), "{{trigger}}"]],
  ],
  [
    "Attempts by callback and outcome",
    "reqps",
    [[sum("callback, outcome", rate("earshot_attempts_total")), "{{callback}} {{outcome}}"]],
  ],
  [
    "Duration of attempts",
    "s",
    [
      [quantile(0.5, "earshot_attempt_duration_seconds", "callback"), "{{callback}} p50"],
      [quantile(0.95, "earshot_attempt_duration_seconds", "callback"), "{{callback}} p95"],
    ],
  ],
  [
    "From received to done",
    "s",
    [
      [quantile(0.5, "earshot_event_duration_seconds", "provider"), "{{provider}} p50"],
      [quantile(0.95, "earshot_event_duration_seconds", "provider"), "{{provider}} p95"],
    ],
  ],
  [
    "From the event's time to stored",
    "s",
    [[quantile(0.95, "earshot_event_delay_seconds", "provider"), "{{provider}} p95"]],
  ],
  ["Inbox", "short", [[sum("state", `earshot_inbox_records{${where}}`), "{{state}}"]]],
  [
    "Rejected deliveries by reason",
    "reqps",
    [
      [
        sum("provider, reason", rate("earshot_deliveries_total", ',outcome="rejected"')),
        "{{provider}} {{reason}}",
      ],
    ],
  ],
  [
    "WebSocket disconnects by reason",
    "short",
    [
      [
        sum("reason", `increase(earshot_websocket_disconnects_total{${where}}[$__rate_interval])`),
        "{{reason}}",
      ],
    ],
  ],
  [
    "Gaps by outcome",
    "short",
    [[sum("outcome", `increase(earshot_gaps_total{${where}}[$__rate_interval])`), "{{outcome}}"]],
  ],
  [
    "REST calls by status",
    "reqps",
    [[sum("operation, status", rate("earshot_rest_calls_total")), "{{operation}} {{status}}"]],
  ],
  ["Alerts raised", "short", [[`max by (alert) (earshot_alert_active{${where}})`, "{{alert}}"]]],
];

let y = 0;
let x = 0;
const placed = panels.map(([title, unit, queries, kind = "timeseries"], at) => {
  const w = kind === "stat" ? 6 : 12;
  const h = kind === "stat" ? 4 : 8;
  const gridPos = { x, y, w, h };
  x = (x + w) % 24;
  if (x === 0) y += h;
  return {
    id: at + 1,
    title,
    type: kind,
    datasource: source,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options:
      kind === "stat" ? { reduceOptions: { calcs: ["lastNotNull"] } } : { legend: { displayMode: "list" } },
    targets: queries.map(([expr, legendFormat], number) => ({
      refId: String.fromCharCode(65 + number),
      datasource: source,
      expr: expr.replace("sum by () ", "sum"),
      legendFormat,
    })),
  };
});

const dashboard = {
  title: "earshot",
  uid: "earshot",
  schemaVersion: 39,
  editable: true,
  refresh: "30s",
  time: { from: "now-6h", to: "now" },
  templating: {
    list: [
      { name: "datasource", label: "Data source", type: "datasource", query: "prometheus" },
      {
        name: "job",
        label: "Job",
        type: "query",
        datasource: source,
        query: { query: "label_values(earshot_inbox_records, job)", refId: "job" },
        multi: true,
        includeAll: true,
        allValue: ".*",
        current: { text: "All", value: "$__all" },
        refresh: 2,
      },
    ],
  },
  panels: placed,
};
writeFileSync(
  process.argv[2] ?? "docs/monitoring/earshot.dashboard.json",
  `${JSON.stringify(dashboard, null, 2)}\n`,
);
