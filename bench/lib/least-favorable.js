// Processors differ: of the runs of a row, one on each, pages show the one that looks worst for earshot.
import { subjectOf } from "./subjects.js";

const most = (values) => Math.max(...values.filter((value) => value !== undefined));
const medians = (numbers) => numbers.map((one) => one?.median);

/** By row: the larger, the worse. Rows beside a control are known by their ratio. */
const costs = {
  dispatch: ({ kinds }) => most(medians(subjectOf(kinds).nanos)),
  filters: ({ kinds }) => most(medians(subjectOf(kinds).times)),
  wakes: ({ stores }) => most(stores.map(({ subjects }) => subjectOf(subjects).times.median)),
  "end-to-end": ({ ways }) => subjectOf(ways).p99Times.median,
  steady: ({ stores }) => most(stores.map(({ ways }) => subjectOf(ways).p99Ratio.median)),
  import: ({ programs }) => subjectOf(programs).beyondCpuMs.median,
  "first-event": ({ listeners }) => subjectOf(listeners).cpuMs.median,
  memory: ({ millionMb }) => millionMb,
  "growth-events": ({ growth }) => growth,
  "growth-connections": ({ one, all }) => most([one.growth, all.growth]),
  "growth-records": ({ growth }) => growth,
  "growth-routes": ({ growth }) => growth,
};

const costOf = (name, { measures }) => costs[name]?.(measures) ?? -subjectOf(measures).cpuRatio.median;

/** @param runs by processor */
export function leastFavorable(name, runs) {
  return Object.values(runs).reduce((worst, run) => (costOf(name, run) > costOf(name, worst) ? run : worst));
}
