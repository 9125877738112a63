import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { leastFavorable } from "./least-favorable.js";
import { placement } from "./processes.js";

const file = new URL("../results/results.json", import.meta.url);

/**
 * `runs` has, by row and by processor, the last run. `rows` has of each row the run that is least favorable.
 */
export function readResults() {
  const { peers, runs, profiles } = readFile();
  const rows = Object.entries(runs).map(([name, byCpu]) => [name, leastFavorable(name, byCpu)]);
  return { peers, runs, profiles, rows: Object.fromEntries(rows) };
}

function readFile() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return { runs: {}, profiles: {} };
    throw error;
  }
}

/** Writes rows over those of the last time on this processor. Each has the date and the versions of its run. */
export function save(measured) {
  const { runs, profiles } = readFile();
  const here = circumstances();
  for (const [name, measures] of Object.entries(measured)) {
    runs[name] = { ...runs[name], [here.cpu]: { ...here, measures } };
  }
  write({ peers: peers(), runs, profiles });
}

/** Writes where the time of a row's subject goes. */
export function saveProfile(name, line) {
  const before = readFile();
  const { measuredAt, commit } = circumstances();
  write({ ...before, profiles: { ...before.profiles, [name]: { measuredAt, commit, line } } });
}

const write = ({ peers, runs, profiles }) =>
  writeFileSync(file, `${JSON.stringify({ peers, runs, profiles }, undefined, 2)}\n`);

/**
 * A row's ratio beside that of the results file: on this processor, if it was measured there. It fell where more than a third of it is gone, and in no turn it
 * was what it was before: on a machine that others use as well, the turns of one run differ by more than that.
 */
export function compareWithBefore(name, measures) {
  const { runs, rows } = readResults();
  const was = headline((runs[name]?.[circumstances().cpu] ?? rows[name])?.measures);
  const is = headline(measures);
  const fell =
    was !== undefined &&
    (is === undefined || (is.median < (was.median * 2) / 3 && (is.max ?? is.median) < was.median));
  return { was: was?.median, is: is?.median, fell };
}

/** The ratio that a row is known by: that of CPU time for each event, which others on the machine disturb least. */
function headline(measures) {
  const ratio = Array.isArray(measures)
    ? measures.find(({ role }) => role === "subject")?.cpuRatio
    : measures?.ratio;
  return ratio;
}

/** What the peers are compared as: the versions that are installed. */
function peers() {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  );
  const versionOf = (name) =>
    JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8"))
      .version;
  return Object.fromEntries(
    Object.keys({ ...dependencies, ...devDependencies }).map((name) => [name, versionOf(name)]),
  );
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
