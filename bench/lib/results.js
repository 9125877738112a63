import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { placement } from "./processes.js";

const file = new URL("../results/results.json", import.meta.url);

export function readResults() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return { rows: {} };
    throw error;
  }
}

/** Writes rows over those of the last time; each keeps the date and the versions that it was measured with. */
export function save(measured) {
  const rows = { ...readResults().rows };
  for (const [name, measures] of Object.entries(measured)) rows[name] = { ...circumstances(), measures };
  writeFileSync(file, `${JSON.stringify({ rows }, undefined, 2)}\n`);
}

/** What has fallen by more than a third against what was measured before. */
export function shortfalls(measured) {
  const before = readResults().rows;
  const lines = [];
  for (const [name, now] of Object.entries(measured)) {
    const { value: was } = headline(before[name]?.measures) ?? {};
    const { value: is } = headline(now) ?? {};
    if (was !== undefined && is !== undefined && is < (was * 2) / 3)
      lines.push(`${name}: the ratio is ${is}; it was ${was}.`);
  }
  return lines;
}

/** The ratio that a row is known by: that of CPU time for each event, which others on the machine disturb least. */
export function headline(measures) {
  const ratio = Array.isArray(measures)
    ? measures.find(({ role }) => role === "subject")?.cpuRatio
    : measures?.ratio;
  return ratio === undefined ? undefined : { value: ratio.median, ...ratio };
}

function circumstances() {
  const [cpu] = cpus();
  return {
    measuredAt: new Date().toISOString(),
    node: process.version,
    cpu: cpu?.model,
    cpus: cpus().length,
    placement,
    /** What ran on the machine, on average of the last minute: more than its cores, and it was shared. */
    load: Math.round(loadavg()[0] * 10) / 10,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: new URL("../..", import.meta.url) })
      .toString()
      .trim(),
  };
}
