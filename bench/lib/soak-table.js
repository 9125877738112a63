// The table of the soak, from what `npm run test:soak` wrote.
import { readFileSync } from "node:fs";

const file = new URL("../results/soak.json", import.meta.url);

/** @returns `undefined` where it has not been measured */
export function readSoak() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const range = ({ median, min, max }) => `${median} (${min}–${max})`;
const table = (heads, lines) =>
  [heads, heads.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`);

export function soakTable({
  measuredAt,
  commit,
  node,
  cpus,
  cpu,
  load,
  seconds,
  perSecond,
  windowMs,
  counts,
  cores,
  measures,
  rssMbEachMinute,
}) {
  return [
    `${measuredAt.slice(0, 16).replace("T", " ")} UTC, commit ${commit}, Node ${node}, ${cpus} cores (${cpu}), on a machine with other work; load of the machine ${load}.`,
    "",
    `${seconds / 60} minutes at ${perSecond} events a second; events are remembered for ${windowMs / 1000} s. The listener used ${cores.receiver} cores, the senders and the local platform ${cores.sender}. The median of each third, and in brackets the minimum and maximum.`,
    "",
    ...table(
      ["", "first third", "second third", "last third"],
      measures.map(({ title, thirds }) => [title, ...thirds.map(range)]),
    ),
    "",
    `RSS after every fifth minute, MB: ${rssMbEachMinute.filter((_, at) => at % 5 === 4).join(", ")}.`,
    "",
    ...table(
      ["events", ""],
      [
        ["acknowledged", counts.acknowledged],
        ["done", counts.done],
        ["dead-lettered, as intended", counts.deadAsIntended],
        ["no callback, as intended", counts.unmatched],
        ["lost", counts.lost],
        ["run after they were done", counts.runAfterDone],
        ["run twice by a callback", counts.runTwice],
        ["duplicates that were acknowledged and not run", counts.duplicates],
        ["failed attempts", counts.failedRuns],
        ["put into batches", counts.coalesced],
        ["skipped by `once`", counts.skipped],
        ["WebSocket connections dropped", counts.drops],
        ["gaps filled from the log", counts.gapsFilled],
        ["callbacks, subscribers and waits added and removed", counts.churned],
        ["waiting or running at the end", counts.pending],
      ].map(([title, count]) => [title, grouped(count)]),
    ),
  ].join("\n");
}
