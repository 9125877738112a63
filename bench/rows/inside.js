import { spawnSync } from "node:child_process";
import { builtUrl } from "../lib/build.js";
import { round, spread } from "../lib/numbers.js";
import { SUBJECT_CORE, start } from "../lib/processes.js";

const SIZES = [1, 10, 1000, 100_000];

export const dispatch = {
  what: "dispatch to one callback among many, nanoseconds",
  async measure({ runs, note }) {
    const sizes = [];
    for (const size of SIZES) {
      const slices = [];
      for (let run = 0; run < runs; run += 1) {
        const subject = await start("subjects/dispatch.js", SUBJECT_CORE);
        slices.push(await subject.ask({ size }));
        await subject.stop();
      }
      const of = (key) =>
        spread(
          slices.map((slice) => slice[key]),
          1,
        );
      sizes.push({
        size,
        map: of("map"),
        earshot: of("earshot"),
        registrationMicros: of("registrationMicros"),
      });
      note(`${size}: ${of("earshot").median} ns`);
    }
    return { sizes };
  },
};

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

const programs = {
  bare: "",
  earshot: `await import(${JSON.stringify(builtUrl("index.js"))})`,
};

/** CPU time of a Node that imports something and ends: the wall clock would count whoever else is on the machine. */
function startMs(code) {
  const said = spawnSync(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `${code}; const { user, system } = process.cpuUsage(); process.stdout.write(String((user + system) / 1000))`,
    ],
    { encoding: "utf8" },
  );
  return Number(said.stdout);
}

export const imported = {
  what: "import, CPU milliseconds beyond Node's own start",
  measure({ runs, note }) {
    const bare = [];
    const earshot = [];
    for (let run = 0; run < runs * 2; run += 1) {
      bare.push(startMs(programs.bare));
      earshot.push(startMs(programs.earshot));
    }
    const beyond = spread(
      earshot.map((ms, run) => ms - bare[run]),
      1,
    );
    note(`${beyond.median} ms`);
    return { bareMs: spread(bare, 1), earshotMs: spread(earshot, 1), beyondMs: beyond };
  },
};
