import { spread } from "../lib/numbers.js";
import { GENERATOR_CORE, SUBJECT_CORE, start } from "../lib/processes.js";

const PER_SECOND = 1000;
/** What has not come by then is lost. */
const MOST_MS = 10_000;
const ways = [
  { name: "raw ws, JSON.parse twice", role: "control", from: "raw", to: "raw" },
  { name: "local platform to earshot's callback", role: "subject", from: "platform", to: "earshot" },
];

/** One that fires and one that hears, in processes of their own. */
async function pair({ name, role, from, to }) {
  const sender = await start("subjects/fire.js", GENERATOR_CORE, [from]);
  const first = sender.ask({ events: 1 });
  const receiver = await start("subjects/hear.js", SUBJECT_CORE, [to, sender.url]);
  await first;
  // Both are told at once: what is heard is counted while it is fired. The first event has been heard already.
  const fire = async (events, already = 0) => {
    const late = new Promise((_, reject) => {
      setTimeout(
        reject,
        (events / PER_SECOND) * 1000 + MOST_MS,
        new Error(`${name}: events are missing`),
      ).unref();
    });
    const both = Promise.all([
      receiver.ask({ events: events + already }),
      sender.ask({ events, perSecond: PER_SECOND }),
    ]);
    const [heard, fired] = await Promise.race([both, late]);
    if (heard.heard !== events + already) throw new Error(`${name}: ${heard.heard} heard of ${events}`);
    return { ...heard, ...fired };
  };
  const stop = async () => {
    await receiver.stop();
    await sender.stop();
  };
  return { name, role, fire, stop, slices: [] };
}

export const endToEnd = {
  what: "local platform to callback, at 1,000 events a second",
  async measure({ runs, note, short }) {
    const pairs = [];
    try {
      for (const way of ways) pairs.push(await pair(way));
      for (const { fire } of pairs) await fire(short ? 3000 : 6000, 1);
      for (let run = 0; run < runs; run += 1) {
        for (const { name, fire, slices } of pairs) {
          const slice = await fire(short ? 2000 : 4000);
          note(
            `${name} ${run + 1}/${runs}: p50 ${slice.p50Ms.toFixed(3)} ms, p99 ${slice.p99Ms.toFixed(3)} ms`,
          );
          slices.push(slice);
        }
      }
    } finally {
      for (const { stop } of pairs) await stop();
    }
    const [control] = pairs;
    const of = (slices, key) =>
      spread(
        slices.map((slice) => slice[key]),
        3,
      );
    const times = (slices, key) => spread(slices.map((slice, run) => slice[key] / control.slices[run][key]));
    return {
      perSecond: PER_SECOND,
      ways: pairs.map(({ name, role, slices }) => ({
        name,
        role,
        p50Ms: of(slices, "p50Ms"),
        p99Ms: of(slices, "p99Ms"),
        lateP99Ms: of(slices, "lateP99Ms"),
        p50Times: times(slices, "p50Ms"),
        p99Times: times(slices, "p99Ms"),
        events: slices.reduce((sum, { heard }) => sum + heard, 0),
      })),
    };
  },
};
