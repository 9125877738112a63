// What a written filter costs as callbacks of one trigger come, beside callbacks that have a trigger of their own.
import { spread } from "../lib/numbers.js";
import { SUBJECT_CORE, start } from "../lib/processes.js";

const SIZES = [1, 1000, 100_000];
const KINDS = [
  { kind: "by name", name: "a plain filter: the trigger's name, another for each callback", role: "control" },
  { kind: "written, equality", name: "written: equality, and `$startsWith`", role: "subject" },
  { kind: "written, list", name: "written: `$in` on a path into a list, and `$regex`", role: "variant" },
  { kind: "written, range", name: "written: `$gte` and `$lte` only", role: "variant" },
  { kind: "where", name: "`where`, a function", role: "variant" },
];

export const filters = {
  what: "a written filter, beside a trigger's name, by the number of callbacks",
  short: true,
  async measure({ runs, note, short }) {
    const kinds = short ? KINDS.slice(0, 2) : KINDS;
    const found = kinds.map(() => SIZES.map(() => []));
    for (let run = 0; run < runs; run += 1) {
      for (const [at, { kind, name }] of kinds.entries()) {
        const subject = await start("subjects/dispatch.js", SUBJECT_CORE, [kind]);
        for (const [place, size] of SIZES.entries()) {
          const slice = await subject.ask({ size });
          if (slice.wrong) throw new Error(`${name}: not every event had its callback called once`);
          found[at][place].push(slice.nanos);
        }
        await subject.stop();
        note(
          `${name} ${run + 1}/${runs}: ${found[at].map((nanos) => nanos.at(-1).toFixed(1)).join(", ")} ns`,
        );
      }
    }
    const [control] = found;
    const ratios = (at, turned) =>
      SIZES.map((_, place) =>
        spread(
          found[at][place].map((nanos, run) => {
            const times = nanos / control[place][run];
            return turned ? 1 / times : times;
          }),
        ),
      );
    return {
      sizes: SIZES,
      kinds: kinds.map(({ name, role }, at) => ({
        name,
        role,
        nanos: found[at].map((nanos) => spread(nanos, 1)),
        /** Times the control of the same turn. */
        times: ratios(at, false),
      })),
      /** The control's time over a written filter's, at the most callbacks. */
      ratio: ratios(1, true).at(-1),
    };
  },
};
