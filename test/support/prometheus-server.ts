import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { freePort } from "./free-port.js";

const isThere = (program: string) => spawnSync(program, ["--version"]).status === 0;

/** Why tests with Prometheus are skipped: never where CI is set, there its absence is a failure. */
export const withoutPrometheus: string | undefined =
  (isThere("prometheus") && isThere("promtool")) || process.env.CI
    ? undefined
    : "Debian's package `prometheus` is not installed";

/** One value of an instant query. */
export interface QueryResult {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** A real Prometheus that scrapes a port of this machine each second. It ends with the test. */
export async function startPrometheus(scrapedPort: number, rules?: string) {
  const folder = mkdtempSync(join(tmpdir(), "earshot-prometheus-"));
  const config = join(folder, "prometheus.yml");
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      ...(rules === undefined ? {} : { rule_files: [rules] }),
      scrape_configs: [{ job_name: "earshot", static_configs: [{ targets: [`127.0.0.1:${scrapedPort}`] }] }],
    }),
  );
  const port = await freePort();
  const words = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, "data")}`];
  const child = spawn(
    "prometheus",
    [...words, `--web.listen-address=127.0.0.1:${port}`, "--log.level=error"],
    {
      stdio: "ignore",
    },
  );
  const ended = new Promise((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await vi.waitFor(async () => {
    const response = await fetch(`${url}/-/ready`);
    await response.arrayBuffer();
    if (!response.ok) throw new Error("not ready");
  }, 30_000);
  /** @throws where Prometheus finds the query wrong */
  const query = async (expression: string): Promise<QueryResult[]> => {
    const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expression })}`);
    const body = (await response.json()) as {
      status: string;
      error?: string;
      data: { result: QueryResult[] };
    };
    if (body.status !== "success") throw new Error(`${expression}: ${body.error}`);
    return body.data.result;
  };
  return { url, query };
}
