// Draws docs/monitoring/dashboard.svg: the dashboard's queries against a real Prometheus that scrapes a listener.
//
//   node --import ./test/support/run-typescript.mjs scripts/dashboard-picture.ts
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TriggerListener } from "../src/index.js";
import { type PrometheusRegistry, prometheus } from "../src/monitoring/prometheus.js";
import { signedWebhook } from "../src/testing/index.js";

const SECONDS = Number(process.env.SECONDS ?? 120);
const PORT = 19_290;
const secret = "a secret of some length";
const compat = createRequire(new URL("../test/compat/package.json", import.meta.url));
const { Registry } = compat("prom-client") as { Registry: new () => PrometheusRegistry };

const listener = new TriggerListener({
  monitors: prometheus({ registry: new Registry() }),
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  signals: false,
  retry: { delaysMs: [500, 1000] },
  alerts: { deadLetters: true, rejected: true },
  webhook: { port: 0, host: "127.0.0.1", secrets: secret, metrics: { port: 0, host: "127.0.0.1" } },
});
listener.callback("GITHUB_STAR_ADDED_EVENT", async function thank() {
  await sleep(5 + Math.random() * 40);
});
listener.callback("SLACK_RECEIVE_MESSAGE", async function reply() {
  await sleep(50 + Math.random() * 900);
  if (Math.random() < 0.08) throw new Error("overloaded");
});
listener.callback("GMAIL_NEW_GMAIL_MESSAGE", async function file() {
  if (Math.random() < 0.6) throw new Error("no such folder");
});
await listener.start();

const { url, metricsPort } = listener.health().webhook ?? {};
const folder = mkdtempSync(join(tmpdir(), "earshot-picture-"));
const config = join(folder, "prometheus.yml");
const scrape = { job_name: "earshot", static_configs: [{ targets: [`127.0.0.1:${metricsPort}`] }] };
writeFileSync(config, JSON.stringify({ global: { scrape_interval: "1s" }, scrape_configs: [scrape] }));
const server = spawn(
  "prometheus",
  [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${PORT}`,
  ],
  { stdio: "ignore" },
);

const startedAt = Date.now();
while (Date.now() - startedAt < SECONDS * 1000) {
  const wave = 1 + Math.sin((Date.now() - startedAt) / 12_000);
  const names = [
    "GITHUB_STAR_ADDED_EVENT",
    "SLACK_RECEIVE_MESSAGE",
    "SLACK_RECEIVE_MESSAGE",
    "GMAIL_NEW_GMAIL_MESSAGE",
  ];
  const triggerName = names[Math.floor(Math.random() * names.length)] as string;
  const key = Math.random() < 0.03 ? "another secret, of a length" : secret;
  const { headers, body } = signedWebhook({ secret: key, triggerName, payload: {} });
  await (await fetch(`${url}/webhook`, { method: "POST", headers: { ...headers }, body })).arrayBuffer();
  await sleep(20 + 120 * (2 - wave));
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}
interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}
const { panels } = JSON.parse(readFileSync("docs/monitoring/earshot.dashboard.json", "utf8")) as {
  panels: Panel[];
};

async function seriesOf(expr: string): Promise<Series[]> {
  const query = expr
    .replaceAll("$__rate_interval", "10s")
    .replaceAll("$__range", `${SECONDS}s`)
    .replaceAll('=~"$job"', '=~".*"');
  const range = { start: String(startedAt / 1000 + 10), end: String(startedAt / 1000 + SECONDS), step: "2" };
  const response = await fetch(
    `http://127.0.0.1:${PORT}/api/v1/query_range?${new URLSearchParams({ query, ...range })}`,
  );
  return ((await response.json()) as { data: { result: Series[] } }).data.result;
}

const UNIT = { x: 50, y: 24 };
const colors = ["#3274d9", "#e0752d", "#37872d", "#a352cc", "#c4162a", "#b7950b"];
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const shown = (value: number) => (value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2))));

function drawn(
  { title, type, gridPos: { x, y, w, h } }: Panel,
  lines: readonly (Series & { legend: string })[],
): string {
  const [left, top, width, height] = [x * UNIT.x + 4, y * UNIT.y + 4, w * UNIT.x - 8, h * UNIT.y - 8];
  const box = `<rect x="${left}" y="${top}" width="${width}" height="${height}" rx="4" fill="#fff" stroke="#d5d9de"/><text x="${left + 10}" y="${top + 18}" font-weight="600">${escaped(title)}</text>`;
  if (type === "stat") {
    const value = Number(lines[0]?.values.at(-1)?.[1] ?? 0);
    return `${box}<text x="${left + width / 2}" y="${top + height - 20}" text-anchor="middle" font-size="30" fill="#37872d">${shown(value)}</text>`;
  }
  const numbers = lines.flatMap(({ values }) =>
    values.map(([, value]) => Number(value)).filter(Number.isFinite),
  );
  const most = Math.max(1e-9, ...numbers);
  const [plotTop, plotHeight] = [top + 28, height - 56];
  const at = ([time, value]: readonly [number, string]) =>
    `${(left + 44 + ((time - startedAt / 1000 - 10) / (SECONDS - 10)) * (width - 56)).toFixed(1)},${(plotTop + plotHeight * (1 - Number(value) / most)).toFixed(1)}`;
  const axis = [0, 0.5, 1].map((part) => {
    const line = plotTop + plotHeight * (1 - part);
    return `<path d="M${left + 44} ${line}H${left + width - 12}" stroke="#e9ecef"/><text x="${left + 40}" y="${line + 4}" text-anchor="end" fill="#6b7280">${shown(most * part)}</text>`;
  });
  const paths = lines.slice(0, colors.length).map(({ values, legend }, place) => {
    const points = values.filter(([, value]) => Number.isFinite(Number(value))).map(at);
    const mark = left + 12 + place * ((width - 16) / Math.min(colors.length, Math.max(2, lines.length)));
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${colors[place]}" stroke-width="1.5"/><circle cx="${mark}" cy="${top + height - 14}" r="4" fill="${colors[place]}"/><text x="${mark + 8}" y="${top + height - 10}">${escaped(legend.slice(0, 30))}</text>`;
  });
  return `${box}${axis.join("")}${paths.join("")}`;
}

const parts: string[] = [];
const wanted = panels.filter(({ gridPos }) => gridPos.y < 36);
for (const panel of wanted) {
  const lines = await Promise.all(
    panel.targets.map(async ({ expr, legendFormat }) =>
      (await seriesOf(expr)).map((series) => ({
        ...series,
        legend: legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => series.metric[label] ?? ""),
      })),
    ),
  );
  parts.push(drawn(panel, lines.flat()));
}
server.kill();
await listener.stop({ timeoutMs: 0 });
const height = Math.max(...wanted.map(({ gridPos: { y, h } }) => (y + h) * UNIT.y));
writeFileSync(
  "docs/monitoring/dashboard.svg",
  `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="${height}" viewBox="0 0 1200 ${height}" font-family="system-ui, sans-serif" font-size="11" fill="#1f2937"><title>The dashboard's queries against a Prometheus that scrapes a listener</title><rect width="1200" height="${height}" fill="#f4f5f7"/>${parts.join("\n")}</svg>\n`,
);
