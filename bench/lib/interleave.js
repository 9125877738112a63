import { round, spread } from "./numbers.js";
import { GENERATOR_CORE, SUBJECT_CORE, start } from "./processes.js";

/** What one subject is measured with: `{ name, file, args, load }`. The first is the control. */

/**
 * Measures subjects in turns, one slice each, `runs` times: what disturbs the machine disturbs all of them. Each
 * is warmed up first, and lives through all its slices. The generator is one process for all.
 */
export async function interleave({ generator, subjects, runs, seconds, warmUpEvents, note }) {
  const sender = await start(generator, GENERATOR_CORE);
  const living = [];
  try {
    for (const subject of subjects) {
      // A subject that dials has to be told where to: the generator listens.
      const args = sender.port === undefined ? subject.args : [...subject.args, String(sender.port)];
      living.push({ subject, process: await start(subject.file, SUBJECT_CORE, args), slices: [] });
    }
    for (let run = -1; run < runs; run += 1) {
      for (const { subject, process: running, slices } of living) {
        const slice = await sender.ask({
          ...subject.load,
          port: running.port,
          pid: running.pid,
          who: subject.args.join(" "),
          seconds,
          events: run === -1 ? warmUpEvents : 0,
        });
        if (slice.wrong > 0) throw new Error(`${subject.name}: ${slice.wrong} answers were not 200`);
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
  const [control] = living;
  return living.map(({ subject, slices, asked }) => summary(subject, slices, control.slices, asked));
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
    events: slices.reduce((sum, { answered }) => sum + answered, 0),
    heard: round(heard, 0),
  };
}
