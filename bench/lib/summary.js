// The tables of the first page: what is compared, and what else was aimed at.
import { aims, overPeer, titles } from "./aims.js";
import { duration, round } from "./numbers.js";

export const subjectOf = (list) => list.find(({ role }) => role === "subject");
export const peersOf = (list) => list.filter(({ role }) => role === "peer");
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
  const aim = aims[name] === undefined ? "–" : peer === undefined ? aims[name] : `${aims[name]} ${rate}`;
  const ours = subjectOf(measures).cpuRatio.median;
  const times = peer === undefined ? "" : ` (${rateOver(peer, measures)} ${rate})`;
  return `| ${titles[name]} | ${measures[0].name} | **${ours}**${times} | ${aim} | ${others.join("; ") || "–"} |`;
}

const others = {
  dispatch({ measures: { sizes, kinds } }) {
    const hot = sizes.map(({ cold }, at) => (cold ? -1 : at)).filter((at) => at !== -1);
    const nanos = (one) =>
      hot.map((at) => (one.nanos[at] ? duration(one.nanos[at].median) : "–")).join(" / ");
    const named = hot.map((at) => grouped(sizes[at].size)).join(" / ");
    const peers = kinds.filter(({ role }) => role === "control" || role === "peer");
    return [
      `to find and call one of ${named} callbacks`,
      nanos(subjectOf(kinds)),
      `below ${aims.dispatchNanos} ns`,
      peers.map((one) => `${one.name} ${nanos(one)}`).join("; "),
    ];
  },
  "end-to-end"({ measures: { ways, perSecond } }) {
    const { p50Times, p99Times } = subjectOf(ways);
    return [
      `local platform to callback at ${grouped(perSecond)} events a second, times a raw \`ws\`: p50, p99`,
      `${p50Times.median}, ${p99Times.median}`,
      `${aims.endToEnd.p50}, ${aims.endToEnd.p99}`,
      "–",
    ];
  },
  import({ measures: { programs } }) {
    return [
      "import, ms of CPU beyond Node's own start",
      subjectOf(programs).beyondCpuMs.median,
      `below ${aims.importMs}`,
      peersOf(programs)
        .map((one) => `${one.name} ${one.beyondCpuMs.median}`)
        .join("; "),
    ];
  },
  memory({ measures: { millionMb } }) {
    return ["a million identities remembered, MB", millionMb, `below ${aims.millionMb}`, "–"];
  },
  "growth-events": ({ measures }) => grown("from 100 to 1,000,000 events", measures.growth),
  "growth-connections": ({ measures }) =>
    grown(
      "from 1 to 1,000 connections of the local platform, one or all listening",
      `${measures.one.growth}, ${measures.all.growth}`,
    ),
  "growth-records": ({ measures }) => grown("from 0 to 1,000,000 records in a SQLite file", measures.growth),
};

const grown = (what, growth) => [
  `CPU of an event ${what}: the dearest over the first`,
  growth,
  `at most ${aims.growth}`,
  "–",
];

export function summary({ rows }) {
  const beside = Object.keys(titles).filter((name) => rows[name] !== undefined);
  const further = Object.keys(others).filter((name) => rows[name] !== undefined);
  return [
    "| | control = 1 | earshot | aimed at | others |",
    "| --- | --- | --- | --- | --- |",
    ...beside.map((name) => compared(name, rows[name])),
    "",
    "| | earshot | aimed at | others |",
    "| --- | --- | --- | --- |",
    ...further.map((name) => {
      const [what, ours, aim, peers] = others[name](rows[name]);
      return `| ${what} | **${ours}** | ${aim} | ${peers} |`;
    }),
  ].join("\n");
}

/** What the picture shows. */
export const bars = ({ rows }) =>
  Object.keys(titles)
    .filter((name) => rows[name] !== undefined)
    .map((name) => {
      const { measures } = rows[name];
      return {
        title: titles[name].replaceAll("`", ""),
        control: measures[0].name,
        aim: overPeer[name] === undefined ? aims[name] : undefined,
        bars: [subjectOf(measures), ...peersOf(measures)].map((one) => ({
          name: one.name,
          value: one.cpuRatio.median,
          ours: one.role === "subject",
        })),
      };
    });
