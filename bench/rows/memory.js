import { round } from "../lib/numbers.js";
import { SUBJECT_CORE, start } from "../lib/processes.js";

export const memory = {
  what: "memory of a million identities, and after a day at 100 events a second, MB",
  async measure({ note }) {
    const subject = await start("subjects/identities.js", SUBJECT_CORE, [], ["--expose-gc"]);
    const { millionMb, everyThreeHoursMb, events } = await subject.ask("go");
    await subject.stop();
    note(`${round(millionMb, 1)} MB`);
    return {
      millionMb: round(millionMb, 1),
      everyThreeHoursMb: everyThreeHoursMb.map((mb) => round(mb, 1)),
      events,
    };
  },
};
