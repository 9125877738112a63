import { round, spread } from "./numbers.js";
import { GENERATOR_CORE, SUBJECT_CORE, start } from "./processes.js";
import { nowMicros, profileFlags, readProfiles } from "./profile.js";

/** The generator opens its connections before it sends, microseconds. */
const LEAD_MICROS = 300_000;

/**
 * What one subject is measured with: `{ name, role, file, args, load, hears }`. The first is the control. It
 * `hears` all, none, or, where a store lies between, some of it `later`.
 */

/**
 * Measures subjects in turns, one slice each, `runs` times: what disturbs the machine disturbs all of them. Each
 * is warmed up first, and lives through all its slices. The generator is one process for all.
 */
export async function interleave({ profile, ...options }) {
  return profile === undefined ? inTurns(options) : profiled(options, profile);
}

async function inTurns({ generator, subjects, runs, seconds, warmUpEvents, note }) {
  const sender = await start(generator, GENERATOR_CORE);
  const living = [];
  try {
    for (const subject of subjects) {
      living.push({ subject, process: await startSubject(subject, sender), slices: [] });
    }
    for (let run = -1; run < runs; run += 1) {
      for (const { subject, process: running, slices } of living) {
        const slice = await load(sender, subject, running, seconds, run === -1 ? warmUpEvents : 0);
        note(
          `${subject.name} ${run === -1 ? "warm" : `${run + 1}/${runs}`}: ${Math.round(slice.perSecond)}/s`,
        );
        if (run >= 0) slices.push(slice);
      }
    }
    for (const each of living) each.asked = await each.process.ask("how are you");
  } finally {
    for (const { process: running } of living) await running.stop();
    await sender.stop();
  }
  for (const each of living) mustHaveHeard(each);
  const [control] = living;
  return living.map(({ subject, slices, asked }) => summary(subject, slices, control.slices, asked));
}

/** What the subject does in `profile.seconds` of load once it is warm, on each of its threads. */
async function profiled({ generator, subjects, warmUpEvents, note }, { of, seconds, folder }) {
  const subject = subjects.find(({ name, role }) =>
    of === undefined ? role === "subject" : name.toLowerCase().includes(of.toLowerCase()),
  );
  if (subject === undefined) {
    throw new Error(`There is no subject ${of}. They are ${subjects.map(({ name }) => name).join(", ")}.`);
  }
  const sender = await start(generator, GENERATOR_CORE);
  const flags = profileFlags(folder);
  const running = await startSubject(subject, sender, flags);
  try {
    await load(sender, subject, running, 2, warmUpEvents);
    const from = nowMicros() + LEAD_MICROS;
    const { perSecond, cpuMicros } = await load(sender, subject, running, seconds, 0);
    const to = nowMicros();
    await running.leave();
    note(
      `${subject.name}: ${Math.round(perSecond)}/s, ${round(cpuMicros)} µs of CPU an event while profiled`,
    );
    return readProfiles(folder, { from, to });
  } finally {
    await running.stop();
    await sender.stop();
  }
}

/** A subject that dials has to be told where to: the generator listens. */
function startSubject({ file, args }, sender, flags = []) {
  return start(file, SUBJECT_CORE, sender.port === undefined ? args : [...args, String(sender.port)], flags);
}

async function load(sender, subject, running, seconds, events) {
  const slice = await sender.ask({
    ...subject.load,
    // A store would be full by the end of a warm-up that is as fast as it goes.
    ...(events > 0 && subject.load.steady > 0 ? { steady: 2 * subject.load.steady } : {}),
    port: running.port,
    pid: running.pid,
    seconds,
    events,
  });
  if (slice.wrong > 0) throw new Error(`${subject.name}: ${slice.wrong} answers were not 200`);
  return slice;
}

/** A subject that answers and does not call the callback has not done what is measured. */
function mustHaveHeard({ subject: { name, hears }, slices, asked }) {
  const sent = slices.reduce((sum, { answered }) => sum + answered, 0);
  const enough = { none: asked.heard === 0, all: asked.heard >= sent, later: asked.heard > 0 }[hears];
  if (!enough) throw new Error(`${name}: the callback ran ${asked.heard} times for at least ${sent} events`);
}

function summary({ name, role }, slices, control, { heard }) {
  // Over the WebSocket nothing is answered one by one, so there is no latency.
  const of = (list, key, digits) =>
    list[0][key] === undefined
      ? undefined
      : spread(
          list.map((slice) => slice[key]),
          digits,
        );
  const ratios = (key, turned) =>
    control[0][key] === undefined
      ? undefined
      : spread(
          slices.map((slice, run) =>
            turned ? control[run][key] / slice[key] : slice[key] / control[run][key],
          ),
        );
  return {
    name,
    role,
    perSecond: of(slices, "perSecond", 0),
    cpuMicros: of(slices, "cpuMicros"),
    p50Ms: of(slices, "p50Ms", 3),
    p99Ms: of(slices, "p99Ms", 3),
    /** Events a second over the control's of the same turn. */
    ratio: ratios("perSecond", false),
    /** The control's CPU time for an event over this one's: what the ratio is where the core is theirs alone. */
    cpuRatio: ratios("cpuMicros", true),
    p99Ratio: ratios("p99Ms", false),
    subjectShare: of(slices, "subjectShare"),
    generatorShare: of(slices, "generatorShare"),
    generatorMicros: of(slices, "generatorMicros"),
    waitedShare: of(slices, "waitedShare"),
    events: slices.reduce((sum, { answered }) => sum + answered, 0),
    heard: round(heard, 0),
  };
}
