import { spread } from "../lib/numbers.js";
import { SUBJECT_CORE, start } from "../lib/processes.js";
import { profileFlags, readProfiles } from "../lib/profile.js";

/** The last one over all of its names instead of a few: there the memory is measured, for everyone alike. */
const SIZES = [{ size: 1 }, { size: 10 }, { size: 1000 }, { size: 100_000 }, { size: 100_000, cold: true }];
const SHORT_SIZES = [{ size: 1000 }];
const CONTROL = "map";
const OURS = "by name";

const KINDS = [
  { kind: CONTROL, name: "a `Map`", role: "control" },
  { kind: OURS, name: "earshot, by trigger name", role: "subject" },
  { kind: "by trigger", name: "earshot, by trigger id", role: "variant" },
  {
    kind: "by name, app and account",
    name: "earshot, by trigger name, app and connection",
    role: "variant",
  },
  { kind: "by name and payload", name: "earshot, by trigger name and payload", role: "variant" },
  { kind: "by payload only", name: "earshot, by payload only", role: "variant", slow: true },
  { kind: "eventemitter3", name: "eventemitter3", role: "peer" },
  { kind: "@octokit/webhooks", name: "@octokit/webhooks", role: "peer" },
  // Each of their callbacks looks at each event: seconds for one, and more of them would say the same.
  { kind: "composio-core", name: "composio-core 0.5", role: "peer", runs: 1, slow: true },
  { kind: "@composio/core", name: "@composio/core 0.10", role: "peer", runs: 1, slow: true },
];

export const dispatch = {
  what: "dispatch to one callback among many, nanoseconds",
  short: true,
  profile: true,
  async measure({ runs, note, profile, short }) {
    if (profile !== undefined) return profiled(profile);
    const kinds = short ? KINDS.filter(({ role }) => role === "control" || role === "subject") : KINDS;
    const sizes = short ? SHORT_SIZES : SIZES;
    const found = kinds.map(() => sizes.map(() => []));
    for (let run = 0; run < runs; run += 1) {
      for (const [at, { kind, name, slow, runs: most = runs }] of kinds.entries()) {
        if (run >= most) continue;
        const subject = await start("subjects/dispatch.js", SUBJECT_CORE, [kind]);
        for (const [place, asked] of sizes.entries()) {
          if (slow && asked.cold) continue;
          const slice = await subject.ask(asked);
          if (slice.wrong) throw new Error(`${name}: not every event had its callback called once`);
          found[at][place].push(slice);
        }
        await subject.stop();
        note(
          `${name} ${run + 1}/${most}: ${found[at].map((slices) => slices.at(-1)?.nanos.toFixed(1) ?? "–").join(", ")} ns`,
        );
      }
    }
    const of = (slices, key, digits) =>
      spread(
        slices.map((slice) => slice[key]),
        digits,
      );
    const spreadOf = (slices, key, digits) => (slices.length === 0 ? null : of(slices, key, digits));
    const at = (kind) => kinds.findIndex((one) => one.kind === kind);
    const warm = sizes.findIndex(({ size }) => size === 1000);
    return {
      sizes,
      kinds: kinds.map(({ name, role }, n) => ({
        name,
        role,
        nanos: found[n].map((slices) => spreadOf(slices, "nanos", 1)),
        registerMicros: found[n].map((slices) => spreadOf(slices, "registerMicros", 2)),
      })),
      /** The control's time over ours, at a thousand callbacks. */
      ratio: spread(
        found[at(CONTROL)][warm].map(({ nanos }, run) => nanos / found[at(OURS)][warm][run].nanos),
      ),
    };
  },
};

async function profiled({ folder, of = OURS }) {
  const subject = await start("subjects/dispatch.js", SUBJECT_CORE, [of], profileFlags(folder));
  for (let n = 0; n < 10; n += 1) await subject.ask({ size: 1000 });
  await subject.leave();
  return readProfiles(folder);
}
