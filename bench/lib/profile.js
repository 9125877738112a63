// Reads what `node --cpu-prof` wrote and says where the time went: by kind of work, by function.
import { readdirSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { round } from "./numbers.js";
import { workOf } from "./profile-work.js";

/** Microseconds between two looks at the stack: few enough to disturb by less than 2 %. */
const INTERVAL_MICROS = 400;
/** A thread that did less than this part of the busiest one's work is not worth a table. */
const LEAST_PART = 0.02;

export const profileFlags = (folder) => [
  "--cpu-prof",
  `--cpu-prof-dir=${folder}`,
  `--cpu-prof-interval=${INTERVAL_MICROS}`,
];

/** Monotonic microseconds, the clock that profiles are stamped with. */
export const nowMicros = () => Number(process.hrtime.bigint() / 1000n);

/**
 * @param window from and to, in monotonic microseconds: what came before was warming up
 * @returns for each thread, the busiest first: percent of the time for each kind of work, and the functions
 */
export function readProfiles(folder, window = { from: 0, to: Number.POSITIVE_INFINITY }) {
  const files = { maps: new Map(), texts: new Map() };
  const threads = readdirSync(folder)
    .filter((file) => file.endsWith(".cpuprofile"))
    .map((file) => thread(JSON.parse(readFileSync(join(folder, file), "utf8")), window, files))
    .sort((a, b) => b.busyMicros - a.busyMicros);
  return threads.filter(({ busyMicros }) => busyMicros > threads[0].busyMicros * LEAST_PART);
}

function thread({ nodes, samples, timeDeltas, startTime }, { from, to }, files) {
  const seen = new Map(nodes.map((node) => [node.id, node]));
  const selfMicros = new Map();
  let total = 0;
  let at = startTime;
  for (const [n, id] of samples.entries()) {
    at += timeDeltas[n];
    // What passes until the next look belongs to what was seen at this one.
    const micros = timeDeltas[n + 1] ?? 0;
    if (at < from || at > to || micros <= 0) continue;
    total += micros;
    selfMicros.set(id, (selfMicros.get(id) ?? 0) + micros);
  }
  const works = new Map();
  const functions = new Map();
  const add = (map, key, micros) => map.set(key, (map.get(key) ?? 0) + micros);
  for (const [id, micros] of selfMicros) {
    const frame = placeOf(seen.get(id).callFrame, files.maps);
    const parsing = parsingPart(seen.get(id), files.texts) * micros;
    if (parsing > 0) add(works, "JSON.parse", parsing);
    add(works, workOf(frame), micros - parsing);
    add(functions, frame.file === "" ? frame.name : `${frame.name} ${frame.file}:${frame.line}`, micros);
  }
  return {
    busyMicros: total - (works.get("idle") ?? 0),
    totalMicros: total,
    works: percents(works, total),
    functions: percents(functions, total),
  };
}

/**
 * How much of a function's own time is that of the lines that parse: `JSON.parse` has no frame of its own, its
 * time is its caller's.
 */
function parsingPart({ callFrame: { url }, positionTicks = [] }, texts) {
  if (!url.startsWith("file:") || positionTicks.length === 0) return 0;
  const lines = linesOf(url, texts);
  let all = 0;
  let parsing = 0;
  for (const { line, ticks } of positionTicks) {
    all += ticks;
    if (lines[line - 1]?.includes("JSON.parse(")) parsing += ticks;
  }
  return parsing / all;
}

function linesOf(url, texts) {
  if (!texts.has(url)) texts.set(url, textOf(fileURLToPath(url))?.split("\n") ?? []);
  return texts.get(url);
}

/** The most first. */
const percents = (map, total) =>
  [...map]
    .map(([name, micros]) => ({ name, percent: round((micros / total) * 100, 1) }))
    .sort((a, b) => b.percent - a.percent);

/** A function with the file that it was written in, where the build kept a map. */
function placeOf({ functionName, url, lineNumber, columnNumber }, maps) {
  const place = { name: functionName || "(anonymous)", file: url, line: lineNumber + 1 };
  if (!url.startsWith("file:")) return place;
  const path = fileURLToPath(url);
  if (!maps.has(url)) maps.set(url, mapOf(path));
  const entry = maps.get(url)?.findEntry(lineNumber, columnNumber);
  if (entry?.originalSource === undefined) return { ...place, file: path };
  // Those of the build are relative to it, and all of ours lie below src/.
  const source = entry.originalSource;
  const ours = source.lastIndexOf("/src/");
  return {
    ...place,
    file: ours === -1 || source.includes("node_modules") ? source : source.slice(ours + 1),
    line: entry.originalLine + 1,
  };
}

function mapOf(path) {
  const text = textOf(`${path}.map`);
  return text === undefined ? undefined : new SourceMap(JSON.parse(text));
}

/** Not every function has a file: a program of the command line has none. */
function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** As a text to read. */
export function profileText(threads, { least = 0.8 } = {}) {
  const parts = [];
  for (const [n, { works, functions, totalMicros }] of threads.entries()) {
    if (threads.length > 1) parts.push(n === 0 ? "The busiest thread" : `Thread ${n + 1}`);
    const table = (title, list) => {
      const shown = list.filter(({ percent }) => percent >= least);
      const rest = round(100 - shown.reduce((sum, { percent }) => sum + percent, 0), 1);
      parts.push(
        `  ${title}, percent of ${round(totalMicros / 1e6, 1)} s`,
        ...shown.map(({ name, percent }) => `  ${percent.toFixed(1).padStart(6)}  ${short(name)}`),
        `  ${rest.toFixed(1).padStart(6)}  (each below ${least})`,
        "",
      );
    };
    table("kinds of work, self time", works);
    table("functions, self time", functions);
  }
  return parts.join("\n");
}

/** A path of the machine's says less than what follows its last `node_modules`. */
function short(name) {
  const at = name.lastIndexOf("node_modules/");
  if (at !== -1) return `${name.slice(0, name.indexOf(" "))} ${name.slice(at + "node_modules/".length)}`;
  return name.replace(/ \/\S*?([^/]+\/[^/]+)$/, " $1");
}

/** What the doc of a row quotes: kinds of work on one line. */
export const profileLine = ({ works }, least = 2) =>
  works
    .filter(({ percent }) => percent >= least)
    .map(({ name, percent }) => `${name} ${Math.round(percent)}`)
    .join(", ");
