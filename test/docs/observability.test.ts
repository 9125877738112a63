import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ListenerEvent } from "../../src/base/listener-events.js";
import { metricTable } from "../../src/base/metric-table.js";
import { logListenerEvents } from "../../src/monitoring/logger.js";

const docs = join(import.meta.dirname, "../../docs");
const page = readFileSync(join(docs, "observability.md"), "utf8");

test("every metric is on the page with its names, kind, labels and meaning, and no other", () => {
  const rows = [...page.matchAll(/^\| `(earshot_\w+)` \| `([\w.]+)` \| (\w+) \| (.+?) \| (.+) \|$/gm)].map(
    ([, prometheus, otel, kind, labels = "", help]) => ({
      prometheus,
      otel,
      kind,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
      help,
    }),
  );
  const expected = Object.values(metricTable).map(({ unit: _, ...rest }) => rest);
  const byName = (a: { prometheus?: string | undefined }, b: typeof a) =>
    String(a.prometheus).localeCompare(String(b.prometheus));
  expect(rows.sort(byName)).toEqual([...expected].sort(byName));
});

test("the page has the level of each listener event", () => {
  const types = [
    ...readFileSync(join(docs, "listener-events.md"), "utf8").matchAll(/^\| `([\w.-]+)`(?: ⚠)? \|/gm),
  ].map(([, type = ""]) => type);
  expect(types.length).toBeGreaterThan(25);
  for (const type of types) {
    const used: string[] = [];
    const write = (level: string) => () => void used.push(level);
    const log = logListenerEvents({
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
    });
    const dates = { from: new Date(0), to: new Date(0), since: new Date(0) };
    const texts = {
      id: "1",
      triggerName: "A",
      callback: "c",
      path: "/x",
      alert: "a",
      message: "m",
      detail: "d",
    };
    log({ type, ...texts, ...dates, error: new Error("x") } as unknown as ListenerEvent);
    const row = new RegExp(`^\\| \`${used[0]}\` \\| .*\`${type.replaceAll(".", "\\.")}\``, "m");
    expect(page, `${type}: ${used[0]}`).toMatch(row);
  }
});

test("the cost on the page is the one that was measured", () => {
  const results = JSON.parse(readFileSync(join(docs, "../bench/results/monitoring.json"), "utf8")) as {
    readonly rows: readonly {
      readonly kind: string;
      readonly ratio: number;
      readonly spread: readonly number[];
    }[];
  };
  const times = (kind: string) => {
    const row = results.rows.find((one) => one.kind === kind);
    return `${row?.ratio.toFixed(2)} times (quartiles ${row?.spread.map((part) => part.toFixed(2)).join("–")})`;
  };
  for (const sentence of [
    `With metrics for Prometheus, a webhook took ${times("metrics")} as much as without, over OpenTelemetry ${times("otel metrics")}, with a metric producer ${times("producer")}.`,
    `events that \`sampleRatio\` leaves out took ${times("unchosen")}, those that the SDK's sampler leaves out ${times("traces")}. A listener that only calls the SDK, for one span and one context, took ${times("sdk")}.`,
  ]) {
    expect(page).toContain(sentence);
  }
});

test("every attribute and span that the code makes is on the page", () => {
  const source = ["otel-attributes", "otel-tracer"]
    .map((name) => readFileSync(join(docs, `../src/monitoring/${name}.ts`), "utf8"))
    .join("");
  const names = [...source.matchAll(/"((?:messaging|earshot|http)\.[\w.]+)":? /g)].map(
    ([, name = ""]) => name,
  );
  expect(new Set(names).size).toBeGreaterThan(8);
  for (const name of names) expect(page).toContain(`\`${name}\``);
});
