// What a coalesced event and an expectation cost, beside a plain event, in one process.
import { round, spread } from "../lib/numbers.js";
import { SUBJECT_CORE, start } from "../lib/processes.js";

const EVENTS = 500;
const CONTROL = { kind: "plain", name: "a plain event", role: "control" };
const coalesced = { kind: "coalesced", name: "an event in a batch of 10, by key", role: "subject" };
const coalescedBeside = (open) => ({
  kind: "coalesced",
  open,
  name: `an event in a batch of 10, ${named(open)} open`,
  role: "variant",
});
const expected = (open) => ({
  kind: "expected",
  open,
  name: `an expectation and its event, ${named(open)} open`,
  role: "variant",
});
const beside = (open) => ({
  kind: "beside",
  open,
  name: `a plain event that nothing expects, ${named(open)} open`,
  role: "variant",
});
const named = (open) =>
  open === 0 ? "no others" : `${String(open).replace(/\B(?=(\d{3})+$)/g, ",")} others`;

const SUBJECTS = {
  memory: [
    CONTROL,
    coalesced,
    coalescedBeside(10_000),
    expected(0),
    expected(1000),
    expected(100_000),
    beside(1000),
    beside(100_000),
  ],
  // To store 100,000 of them takes minutes there.
  sqlite: [CONTROL, coalesced, coalescedBeside(1000), expected(0), expected(1000), beside(1000)],
};

export const wakes = {
  what: "a coalesced event and an expectation, beside a plain event",
  async measure({ runs, note, short }) {
    const stores = [];
    for (const [store, all] of Object.entries(SUBJECTS)) {
      const subjects = short ? all.slice(0, 2) : all;
      stores.push({ store, events: runs * EVENTS, subjects: await inTurns(store, subjects, runs, note) });
    }
    const [{ subjects }] = stores;
    const { min, median, max } = subjects[1].times;
    /** The control's time over a coalesced event's, with a memory inbox. */
    return { stores, ratio: { median: round(1 / median), min: round(1 / max), max: round(1 / min) } };
  },
};

async function inTurns(store, subjects, runs, note) {
  const living = [];
  try {
    for (const subject of subjects) {
      const args = [store, subject.kind, String(subject.open ?? 0)];
      living.push({ subject, process: await start("subjects/wakes.js", SUBJECT_CORE, args), slices: [] });
      note(`${store}, ${subject.name}: ready`);
    }
    for (let run = -2; run < runs; run += 1) {
      for (const { subject, process: running, slices } of living) {
        const { cpuMicros, heard } = await running.ask({ events: EVENTS });
        if (heard !== EVENTS)
          throw new Error(`${subject.name}: the callback had ${heard} of ${EVENTS} events`);
        note(
          `${store}, ${subject.name} ${run < 0 ? "warm" : `${run + 1}/${runs}`}: ${round(cpuMicros, 0)} µs`,
        );
        if (run >= 0) slices.push(cpuMicros);
      }
    }
  } finally {
    for (const { process: running } of living) await running.leave();
  }
  const [control] = living;
  return living.map(({ subject: { name, role }, slices }) => ({
    name,
    role,
    cpuMicros: spread(slices, 0),
    /** Times the control of the same turn. */
    times: spread(slices.map((micros, run) => micros / control.slices[run])),
  }));
}
