import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prometheus } from "earshot/prometheus";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { metricTable } from "../../src/base/metric-table.js";
import type { PrometheusRegistry } from "../../src/monitoring/prometheus.js";
import { startPrometheus, withoutPrometheus } from "../support/prometheus-server.js";
import { compat, watchedListener } from "./support.js";

const { Registry } = compat("prom-client") as { Registry: new () => PrometheusRegistry };
const folder = join(import.meta.dirname, "../../docs/monitoring");
const rules = readFileSync(join(folder, "earshot.rules.yml"), "utf8");
const dashboard = JSON.parse(readFileSync(join(folder, "earshot.dashboard.json"), "utf8")) as {
  panels: { title: string; targets: { expr: string }[] }[];
};
const queries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => ({
    title,
    query: expr
      .replaceAll("$__rate_interval", "30s")
      .replaceAll("$__range", "1m")
      .replaceAll('=~"$job"', '=~".*"'),
  })),
);

test("the rules and the dashboard name only metrics that exist", () => {
  const known = new Set<string>(Object.values(metricTable).map(({ prometheus: name }) => name));
  const used = [...`${rules} ${JSON.stringify(dashboard)}`.matchAll(/earshot_[a-z_]+/g)].map(([name]) =>
    name.replace(/_(bucket|sum|count)$/, ""),
  );
  expect(used.length).toBeGreaterThan(30);
  expect(used.filter((name) => !known.has(name))).toEqual([]);
});

test("writing the dashboard again changes nothing", () => {
  const temporary = mkdtempSync(join(tmpdir(), "earshot-dashboard-"));
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
  const file = join(temporary, "dashboard.json");
  execFileSync(process.execPath, ["scripts/grafana-dashboard.mjs", file], { cwd: join(folder, "../..") });
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(dashboard);
});

describe.skipIf(withoutPrometheus)(
  `with Prometheus${withoutPrometheus ? ` (${withoutPrometheus})` : ""}`,
  () => {
    test("promtool finds the rules right, and each alert fires in its case only", () => {
      const checked = spawnSync("promtool", ["test", "rules", "earshot.test.yml"], {
        cwd: folder,
        encoding: "utf8",
      });
      expect(checked.status, `${checked.stdout}${checked.stderr}`).toBe(0);
      const tested = readFileSync(join(folder, "earshot.test.yml"), "utf8");
      for (const [, name] of rules.matchAll(/- alert: (\w+)/g))
        expect(tested).toContain(`alertname: ${name}`);
    });

    test("a real Prometheus scrapes a listener, and every query of the dashboard has values where there were events", {
      timeout: 120_000,
    }, async () => {
      const registry = new Registry();
      const { listener, start } = await watchedListener(
        { monitors: prometheus({ registry }), alerts: { deadLetters: true } },
        { metrics: { port: 0, host: "127.0.0.1" } },
      );
      const { send } = await start();
      listener.callback("A", async function reply() {});
      listener.callback("DEAD", async function never() {
        throw new Error("never");
      });
      const { query } = await startPrometheus(
        listener.health().webhook?.metricsPort ?? expect.fail(),
        join(folder, "earshot.rules.yml"),
      );
      const numberOf = async (expression: string) => Number((await query(expression))[0]?.value[1]);
      await vi.waitFor(async () => expect(await numberOf('up{job="earshot"}')).toBe(1), {
        timeout: 30_000,
        interval: 500,
      });
      let sent = 0;
      await vi.waitFor(
        async () => {
          sent += 1;
          await send("A");
          if (sent === 1) await send("DEAD");
          await send("A", { key: "another secret, of a length" });
          expect(await numberOf("sum(rate(earshot_attempts_total[30s]))")).toBeGreaterThan(0);
          expect(
            await numberOf('sum(rate(earshot_deliveries_total{outcome="rejected"}[30s]))'),
          ).toBeGreaterThan(0);
          expect(await numberOf('ALERTS{alertname="EarshotDown"} or vector(0)')).toBe(0);
        },
        { timeout: 60_000, interval: 300 },
      );
      await vi.waitFor(
        async () => expect(await numberOf('earshot_events_total{trigger="A",outcome="done"}')).toBe(sent),
        { timeout: 20_000, interval: 500 },
      );
      // Only a WebSocket and a toolset have these.
      const empty = /WebSocket|Gaps|REST/;
      for (const { title, query: expression } of queries) {
        const result = await query(expression);
        if (!empty.test(title)) expect(result.length, `${title}: ${expression}`).toBeGreaterThan(0);
      }
    });
  },
);
