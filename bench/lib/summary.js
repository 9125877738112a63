// The README's sentence, and the two tables with which the performance page begins.
import { duration, round } from "./numbers.js";
import { peersOf, subjectOf } from "./subjects.js";
import { overPeer, titles } from "./titles.js";

const grouped = (size) => String(size).replace(/\B(?=(\d{3})+$)/g, ",");

/**
 * Events a second over those of a peer in the same turns. Not CPU time, as beside a control: both wait for the same
 * server, and how well they use the time is what counts.
 */
function rateOver(peer, measures) {
  const other = measures.find((one) => one.name === peer);
  return round(subjectOf(measures).perSecond.median / other.perSecond.median);
}

function compared(name, { measures }) {
  const peer = overPeer[name];
  const others = peersOf(measures).map((one) => `${one.name} ${one.cpuRatio.median}`);
  const rate = "times BullMQ's events a second";
  const ours = subjectOf(measures).cpuRatio.median;
  const times = peer === undefined ? "" : ` (${rateOver(peer, measures)} ${rate})`;
  return `| ${titles[name]} | ${measures[0].name} | **${ours}**${times} | ${others.join("; ") || "–"} |`;
}

const others = {
  dispatch({ measures: { sizes, kinds } }) {
    const hot = sizes.map(({ cold }, at) => (cold ? -1 : at)).filter((at) => at !== -1);
    const nanos = (one) =>
      hot.map((at) => (one.nanos[at] ? duration(one.nanos[at].median) : "–")).join(" / ");
    const named = hot.map((at) => grouped(sizes[at].size)).join(" / ");
    const peers = kinds.filter(({ role }) => role === "control" || role === "peer");
    return [
      `finding and calling one of ${named} callbacks`,
      nanos(subjectOf(kinds)),
      peers.map((one) => `${one.name} ${nanos(one)}`).join("; "),
    ];
  },
  filters({ measures: { sizes, kinds } }) {
    const times = subjectOf(kinds).times.map(({ median }) => median);
    return [
      `a written filter among ${sizes.map(grouped).join(" / ")} callbacks of one trigger, times a trigger name`,
      times.join(" / "),
      "–",
    ];
  },
  wakes({ measures: { stores } }) {
    const times = stores.map(({ store, subjects }) => `${subjectOf(subjects).times.median} (${store})`);
    return ["CPU of a coalesced event, times a plain event", times.join(", "), "–"];
  },
  "end-to-end"({ measures: { ways, perSecond } }) {
    const { p50Times, p99Times } = subjectOf(ways);
    return [
      `local platform to callback at ${grouped(perSecond)} events a second, times a raw \`ws\`: p50, p99`,
      `${p50Times.median}, ${p99Times.median}`,
      "–",
    ];
  },
  steady({ measures: { stores, perSecond } }) {
    const shown = (one) => round(one.p99Ms.median, 1);
    return [
      `p99 of the response at a steady ${grouped(perSecond)} webhooks a second, ms: ${stores.map(({ store }) => store).join(" / ")}`,
      stores.map(({ ways }) => shown(subjectOf(ways))).join(" / "),
      stores
        .map(({ ways }) =>
          peersOf(ways)
            .map((one) => `${one.name} ${shown(one)}`)
            .join(", "),
        )
        .join(" / "),
    ];
  },
  import({ measures: { programs } }) {
    return [
      "import, ms of CPU beyond Node's own start",
      subjectOf(programs).beyondCpuMs.median,
      peersOf(programs)
        .map((one) => `${one.name} ${one.beyondCpuMs.median}`)
        .join("; "),
    ];
  },
  memory({ measures: { millionMb } }) {
    return ["a million remembered deduplication keys, MB", millionMb, "–"];
  },
  "growth-events": ({ measures }) => grown("from 100 to 1,000,000 events", measures.growth),
  "growth-connections": ({ measures }) =>
    grown(
      "from 1 to 1,000 connections of the local platform, one or all subscribed",
      `${measures.one.growth}, ${measures.all.growth}`,
    ),
  "growth-records": ({ measures }) => grown("from 0 to 1,000,000 records in a SQLite file", measures.growth),
  "growth-routes": ({ measures }) => grown("from 1 to 1,000 routes of the webhook server", measures.growth),
};

const grown = (range, growth) => [`CPU of an event ${range}: the most expensive over the first`, growth, "–"];

export function summary({ rows }) {
  const beside = Object.keys(titles).filter((name) => rows[name] !== undefined);
  const further = Object.keys(others).filter((name) => rows[name] !== undefined);
  return [
    "| | control = 1 | earshot | others |",
    "| --- | --- | --- | --- |",
    ...beside.map((name) => compared(name, rows[name])),
    "",
    "| | earshot | others |",
    "| --- | --- | --- |",
    ...further.map((name) => {
      const [measure, ours, peers] = others[name](rows[name]);
      return `| ${measure} | **${ours}** | ${peers} |`;
    }),
  ].join("\n");
}

/** The README's sentence about speed. */
export function sentence({ rows: { webhook, heard } }) {
  // No microseconds: the two runs may be of different processors.
  const times = ({ measures }) => `${round(1 / subjectOf(measures).cpuRatio.median, 1)} times`;
  return `A verified, deduplicated 1.2 kB webhook takes ${times(webhook)} the CPU of a bare \`node:http\` server; a WebSocket event takes ${times(heard)} that of a raw \`ws\` client that parses it. [docs/performance.md](docs/performance.md) compares other libraries.`;
}

/** The bars of the picture: one group for each row. */
export const bars = ({ rows }) =>
  Object.keys(titles)
    .filter((name) => rows[name] !== undefined)
    .map((name) => {
      const { measures } = rows[name];
      return {
        title: titles[name].replaceAll("`", ""),
        control: measures[0].name,
        bars: [subjectOf(measures), ...peersOf(measures)].map((one) => ({
          name: one.name,
          value: one.cpuRatio.median,
          ours: one.role === "subject",
        })),
      };
    });
