// The tables of the performance page, one for each row of the results.

import { duration } from "./numbers.js";
import { subjectOf } from "./subjects.js";
import { titles } from "./titles.js";

export const range = ({ median, min, max }) => `${median} (${min}–${max})`;
const grouped = (size) => String(size).replace(/\B(?=(\d{3})+$)/g, ",");
const table = (heads, lines) => [
  `| ${heads.join(" | ")} |`,
  `|${" --- |".repeat(heads.length)}`,
  ...lines.map((cells) => `| ${cells.join(" | ")} |`),
];

function circumstances({ measuredAt, node, cpu, cpus, load, commit, placement }) {
  return `${measuredAt.slice(0, 16).replace("T", " ")} UTC, commit ${commit}, Node ${node}, ${cpus} cores (${cpu}), ${placement}; load of the machine ${load}.`;
}

const section = (title, row, ...lines) => [`### ${title}`, "", circumstances(row), "", ...lines].join("\n");

/** What the row's ratio was on other processors. */
function elsewhere(row, runs) {
  const others = Object.values(runs).filter(({ cpu }) => cpu !== row.cpu);
  if (others.length === 0) return [];
  const ratios = others.map(
    ({ cpu, measuredAt, measures }) =>
      `${range(subjectOf(measures).cpuRatio)} on ${cpu}, ${measuredAt.slice(0, 10)}`,
  );
  return [`On other processors, earshot's CPU ratio was ${ratios.join("; ")}.`, ""];
}

/** Beside a control, in events a second. */
function compared(name, row, runs) {
  return section(
    titles[name],
    row,
    ...elsewhere(row, runs),
    ...table(
      [
        "",
        "CPU ratio",
        "CPU µs an event",
        "events a second",
        "p99 ms",
        "core of the subject",
        "core of the generator",
        "events",
      ],
      row.measures.map((one) => [
        one.name,
        range(one.cpuRatio),
        range(one.cpuMicros),
        range(one.perSecond),
        one.p99Ms === undefined ? "–" : range(one.p99Ms),
        one.subjectShare.median,
        one.generatorShare.median,
        one.events,
      ]),
    ),
    "",
    generator(row.measures),
  );
}

/** Shows that the generator is not the bottleneck. */
function generator(measures) {
  const most = Math.max(...measures.map(({ generatorShare }) => generatorShare.max));
  const waits = measures.flatMap(({ waitedShare }) => (waitedShare === undefined ? [] : waitedShare.median));
  const waited =
    waits.length === 0
      ? ""
      : `, and at least ${Math.min(...waits)} of the time it had events ready that the subject had not read yet`;
  return `In no slice did the generator use more than ${most} of its core${waited}.`;
}

/** One line for each kind, one column for each number of callbacks. */
const bySize = ({ sizes, kinds }, key, toNanos) => {
  const text = (value) => duration(value * toNanos);
  // What was measured once has no spread.
  const cell = ({ median, min, max }) =>
    min === max ? text(median) : `${text(median)} (${text(min)}–${text(max)})`;
  return table(
    ["", ...sizes.map(({ size, cold }) => `${grouped(size)}${cold ? ", over all of them" : ""}`)],
    kinds.map((one) => [one.name, ...one[key].map((each) => (each === null ? "–" : cell(each)))]),
  );
};

const growth = ({ of, points }) =>
  table(
    [of, ...points.map(({ size }) => grouped(size))],
    [["CPU µs", ...points.map((point) => range(point.cpuMicros))]],
  );

const others = {
  dispatch: (row) =>
    section(
      "Dispatch to one callback among many",
      row,
      "CPU time to find and call the callback of an event, by the number of callbacks.",
      "",
      ...bySize(row.measures, "nanos", 1),
      "",
      "CPU time to register one of them, with a share of creating the registry.",
      "",
      ...bySize(row.measures, "registerMicros", 1000),
    ),
  filters: (row) =>
    section(
      "Written filters",
      row,
      "CPU time to find and call the callback of an event, by the number of callbacks, and as a multiple of the control in the same turn. Those with a written filter or `where` are all for one trigger, and differ by the payload.",
      "",
      ...table(
        ["", ...row.measures.sizes.flatMap((size) => [grouped(size), "times"])],
        row.measures.kinds.map(({ name, nanos, times }) => [
          name,
          ...nanos.flatMap(({ median, min, max }, at) => [
            `${duration(median)} (${duration(min)}–${duration(max)})`,
            range(times[at]),
          ]),
        ]),
      ),
    ),
  wakes: (row) =>
    section(
      "Coalesced and expected events",
      row,
      "CPU time of all threads for an event through the handler of web requests, without a server, 50 at a time, and as a multiple of the control in the same turn. An expectation is stored with `expect()`, then its event comes: one line has both. The others that are open wait for other events.",
      ...row.measures.stores.flatMap(({ store, events, subjects }) => [
        "",
        ...table(
          [`${store} inbox, ${grouped(events)} events each`, "CPU µs", "times"],
          subjects.map((one) => [one.name, range(one.cpuMicros), range(one.times)]),
        ),
      ]),
    ),
  "end-to-end": (row) =>
    section(
      "From the local platform to the callback",
      row,
      `At ${grouped(row.measures.perSecond)} events a second, each fired at a scheduled time: the delay of a late sender counts. In milliseconds, and as a multiple of the control in the same turn.`,
      "",
      ...table(
        ["", "p50 ms", "p99 ms", "p50, times", "p99, times", "sender late, p99 ms", "events"],
        row.measures.ways.map((way) => [
          way.name,
          range(way.p50Ms),
          range(way.p99Ms),
          range(way.p50Times),
          range(way.p99Times),
          range(way.lateP99Ms),
          way.events,
        ]),
      ),
    ),
  steady: (row) =>
    section(
      "Webhooks at a steady rate",
      row,
      `${grouped(row.measures.perSecond)} webhooks a second, each sent at a scheduled time over one of 64 connections: where a response is late, the delay of the requests behind it counts. In milliseconds.`,
      "",
      ...table(
        ["", "", "p50 ms", "p99 ms", "p99, times bare node:http", "events"],
        row.measures.stores.flatMap(({ store, ways }) =>
          ways.map((way, at) => [
            at === 0 ? store : "",
            way.name,
            range(way.p50Ms),
            range(way.p99Ms),
            range(way.p99Ratio),
            way.events,
          ]),
        ),
      ),
    ),
  import: (row) =>
    section(
      "Import",
      row,
      "Milliseconds, beyond Node's own start in the same turn.",
      "",
      ...table(
        ["", "CPU in all", "CPU beyond Node's own", "time beyond Node's own"],
        row.measures.programs.map((one) => [
          one.name,
          range(one.cpuMs),
          range(one.beyondCpuMs),
          range(one.beyondWallMs),
        ]),
      ),
    ),
  "first-event": (row) =>
    section(
      "First event",
      row,
      "Milliseconds from the start of the process until its callback has run for the first time. The raw client connects to a given address; earshot first reads the address and the credentials from the platform.",
      "",
      ...table(
        ["", "CPU", "time"],
        row.measures.listeners.map((one) => [one.name, range(one.cpuMs), range(one.wallMs)]),
      ),
    ),
  memory: (row) =>
    section(
      "Memory",
      row,
      ...table(
        ["", "MB"],
        [
          ["a million deduplication keys", row.measures.millionMb],
          [
            `then every three hours of a day at 100 events a second (${row.measures.events} events)`,
            row.measures.everyThreeHoursMb.join(", "),
          ],
        ],
      ),
    ),
  "growth-events": (row) =>
    section(
      "Cost as events come",
      row,
      "CPU of an event over the WebSocket by batch size: 41 batches of 100, 21 of 1,000, and so on; the median of each, after a warm-up of 60,000 events.",
      "",
      ...growth(row.measures),
    ),
  "growth-connections": (row) =>
    section(
      "Cost as connections grow",
      row,
      "CPU of the local platform for each event that it delivers.",
      "",
      ...growth(row.measures.one),
      "",
      ...growth(row.measures.all),
    ),
  "growth-records": (row) =>
    section(
      "Cost as stored records grow",
      row,
      "CPU of a webhook event, stored in a SQLite file that already has this many records.",
      "",
      ...growth(row.measures),
    ),
  "growth-routes": (row) =>
    section(
      "Cost as routes grow",
      row,
      "CPU of a webhook event of GitHub, at a webhook server with this many routes, each with another sender and secret.",
      "",
      ...growth(row.measures),
    ),
};

export const tables = ({ rows, runs }) =>
  [
    ...Object.keys(titles)
      .filter((name) => rows[name] !== undefined)
      .map((name) => compared(name, rows[name], runs[name])),
    ...Object.keys(others)
      .filter((name) => rows[name] !== undefined)
      .map((name) => others[name](rows[name])),
  ].join("\n\n");

/** A profile of each row's subject. */
export const profilesTable = ({ profiles }) =>
  table(
    ["", "percent of the time, kind of work", "profiled at"],
    Object.entries(profiles).map(([name, { line, commit }]) => [
      titles[name] ?? name,
      line,
      `commit ${commit}`,
    ]),
  ).join("\n");
