// Makes the tables and the picture from the results file. What it writes stands between markers; the rest of a page
// is not touched.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { picture } from "./picture.js";
import { readResults } from "./results.js";

const root = new URL("../../", import.meta.url);
const pages = ["README.md", "docs/performance.md"];
/** What each row was to reach: events a second, as a part of the control's. */
const targets = { webhook: 0.58, github: 0.45, sqlite: 0.35, heard: 0.8, unasked: 3 };
const titles = {
  webhook: "Webhook, 1.2 kB, in memory",
  github: "Webhook of GitHub, 7 kB",
  sqlite: "Webhook, stored in SQLite before the answer",
  "redis-everysec": "Webhook, stored in Redis before the answer (`appendfsync everysec`)",
  "redis-always": "Webhook, stored in Redis before the answer (`appendfsync always`)",
  heard: "WebSocket, one matching callback",
  unasked: "WebSocket, events that no callback asked for",
};

/** @returns page → its text, as the results have it */
export function rendered(results = readResults()) {
  const files = new Map();
  for (const page of pages) {
    const text = readFileSync(new URL(page, root), "utf8");
    files.set(page, fill(text, { summary: summary(results), tables: tables(results) }));
  }
  files.set("docs/performance.svg", picture(bars(results)));
  return files;
}

export function render() {
  for (const [file, text] of rendered()) writeFileSync(fileURLToPath(new URL(file, root)), text);
}

function fill(text, sections) {
  return text.replace(
    /(<!-- measured: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin, name, end) => `${begin}\n${sections[name]}\n\n${end}`,
  );
}

const subjectOf = (row) => row.measures.find(({ role }) => role === "subject");
const peersOf = (row) => row.measures.filter(({ role }) => role === "peer");
const turns = (results) => Object.keys(titles).filter((name) => results.rows[name] !== undefined);
const range = ({ median, min, max }) => `${median} (${min}–${max})`;

function summary(results) {
  const lines = turns(results).map((name) => {
    const row = results.rows[name];
    const peers = peersOf(row)
      .map((peer) => `${peer.name} ${peer.cpuRatio.median}`)
      .join("; ");
    const subject = subjectOf(row);
    return `| ${titles[name]} | ${row.measures[0].name} | **${subject.cpuRatio.median}** | ${targets[name] ?? "–"} | ${peers || "–"} |`;
  });
  return [
    "| | control = 1 | earshot | aimed at | others |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

function tables(results) {
  const parts = turns(results).map((name) => {
    const row = results.rows[name];
    const lines = row.measures.map((one) =>
      [
        "",
        one.name,
        range(one.cpuRatio),
        range(one.cpuMicros),
        range(one.perSecond),
        one.p99Ms === undefined ? "–" : range(one.p99Ms),
        one.subjectShare.median,
        one.generatorShare.median,
        one.events,
        "",
      ]
        .join(" | ")
        .trim(),
    );
    return [
      `### ${titles[name]}`,
      "",
      circumstances(row),
      "",
      "| | CPU ratio | CPU µs an event | events a second | p99 ms | core of the subject | core of the generator | events |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
      ...lines,
    ].join("\n");
  });
  return [...parts, ...inside(results)].join("\n\n");
}

function circumstances({ measuredAt, node, cpu, cpus, load, commit, placement }) {
  return `${measuredAt.slice(0, 16).replace("T", " ")} UTC, commit ${commit}, Node ${node}, ${cpus} cores (${cpu}), ${placement}; load of the machine ${load}.`;
}

function inside({ rows }) {
  const parts = [];
  if (rows.dispatch !== undefined) {
    parts.push(
      [
        "### Dispatch to one callback among many",
        "",
        circumstances(rows.dispatch),
        "",
        "| callbacks | a `Map`, ns | earshot, ns | to register one, µs |",
        "| --- | --- | --- | --- |",
        ...rows.dispatch.measures.sizes.map(
          ({ size, map, earshot, registrationMicros }) =>
            `| ${size} | ${range(map)} | ${range(earshot)} | ${range(registrationMicros)} |`,
        ),
      ].join("\n"),
    );
  }
  if (rows.import !== undefined) {
    const { bareMs, earshotMs, beyondMs } = rows.import.measures;
    parts.push(
      [
        "### Import",
        "",
        circumstances(rows.import),
        "",
        "| CPU ms | |",
        "| --- | --- |",
        `| Node that imports nothing | ${range(bareMs)} |`,
        `| Node that imports earshot | ${range(earshotMs)} |`,
        `| beyond Node's own | ${range(beyondMs)} |`,
      ].join("\n"),
    );
  }
  if (rows.memory !== undefined) {
    const { millionMb, everyThreeHoursMb, events } = rows.memory.measures;
    parts.push(
      [
        "### Memory",
        "",
        circumstances(rows.memory),
        "",
        "| | MB |",
        "| --- | --- |",
        `| a million identities | ${millionMb} |`,
        `| then every three hours of a day at 100 events a second (${events} events) | ${everyThreeHoursMb.join(", ")} |`,
      ].join("\n"),
    );
  }
  return parts;
}

function bars(results) {
  return turns(results).map((name) => {
    const row = results.rows[name];
    return {
      title: `${titles[name]} (${row.measures[0].name} = 1)`,
      bars: [subjectOf(row), ...peersOf(row)].map((one) => ({
        name: one.name,
        value: one.cpuRatio.median,
        ours: one.role === "subject",
      })),
    };
  });
}
