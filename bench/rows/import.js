import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { builtUrl } from "../lib/build.js";
import { spread } from "../lib/numbers.js";
import { GENERATOR_CORE, SUBJECT_CORE, start } from "../lib/processes.js";
import { profileFlags, readProfiles } from "../lib/profile.js";

const bench = fileURLToPath(new URL("..", import.meta.url));

/** The first is the control: a Node that imports nothing. */
const programs = [
  { name: "Node that imports nothing", role: "control", code: "" },
  { name: "earshot", role: "subject", code: `await import(${JSON.stringify(builtUrl("index.js"))})` },
  ...["@composio/core", "composio-core", "pusher-js", "@octokit/webhooks"].map((name) => ({
    name,
    role: "peer",
    code: `await import(${JSON.stringify(name)})`,
  })),
];
const listeners = [
  { name: "raw ws client", role: "control", from: "raw", to: "raw" },
  { name: "earshot, of the local platform", role: "subject", from: "platform", to: "earshot" },
];

/** A Node that imports something and ends: its CPU time, and what the wall's clock says beyond that. */
function starting({ code, name }, flags = []) {
  const said = spawnSync(
    process.execPath,
    [
      ...flags,
      "--input-type=module",
      "-e",
      `${code}; const { user, system } = process.cpuUsage(); process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs: performance.now() }) + "\\n")`,
    ],
    { cwd: bench, encoding: "utf8", env: { ...process.env, TELEMETRY_DISABLED: "true" } },
  );
  if (said.status !== 0) throw new Error(`${name} does not start: ${said.stderr}`);
  return JSON.parse(said.stdout.trim().split("\n").at(-1));
}

export const imported = {
  what: "import, milliseconds beyond Node's own start",
  profile: true,
  short: true,
  measure({ runs, note, profile, short }) {
    if (profile !== undefined) {
      starting(programs[1], profileFlags(profile.folder));
      return readProfiles(profile.folder);
    }
    const chosen = short ? programs.filter(({ role }) => role !== "peer") : programs;
    const found = chosen.map(() => []);
    // Once before anything is counted: the disk's cache is not what is asked.
    for (const program of chosen) starting(program);
    for (let run = 0; run < runs * 2; run += 1) {
      for (const [at, program] of chosen.entries()) found[at].push(starting(program));
    }
    const beyond = (slices, key) => slices.map((slice, run) => slice[key] - found[0][run][key]);
    const measures = chosen.map(({ name, role }, at) => ({
      name,
      role,
      cpuMs: spread(
        found[at].map(({ cpuMs }) => cpuMs),
        1,
      ),
      beyondCpuMs: spread(beyond(found[at], "cpuMs"), 1),
      beyondWallMs: spread(beyond(found[at], "wallMs"), 1),
    }));
    for (const { name, beyondCpuMs } of measures) note(`${name}: ${beyondCpuMs.median} ms`);
    return {
      programs: measures,
      /** The CPU time of Node's own start over that of one that imports earshot. */
      ratio: spread(found[1].map(({ cpuMs }, run) => found[0][run].cpuMs / cpuMs)),
    };
  },
};

export const firstEvent = {
  what: "from the start of the process to the end of its first event",
  async measure({ runs, note }) {
    const senders = [];
    const found = listeners.map(() => []);
    try {
      for (const { from } of listeners) senders.push(await start("subjects/fire.js", GENERATOR_CORE, [from]));
      for (let run = -1; run < runs * 2; run += 1) {
        for (const [at, { to }] of listeners.entries()) {
          const startedAt = process.hrtime.bigint();
          const [receiver] = await Promise.all([
            start("subjects/hear.js", SUBJECT_CORE, [to, senders[at].url]),
            senders[at].ask({ events: 1 }),
          ]);
          const wallMs = Number(BigInt(receiver.firstAt) - startedAt) / 1e6;
          if (run >= 0) found[at].push({ wallMs, cpuMs: receiver.cpuMs });
          await receiver.stop();
          // The next one is not to be fired at before the last has gone.
          await senders[at].ask({ gone: true });
        }
      }
    } finally {
      for (const sender of senders) await sender.stop();
    }
    return {
      listeners: listeners.map(({ name, role }, at) => {
        const of = (key) =>
          spread(
            found[at].map((slice) => slice[key]),
            1,
          );
        note(`${name}: ${of("cpuMs").median} ms of CPU, ${of("wallMs").median} ms`);
        return { name, role, cpuMs: of("cpuMs"), wallMs: of("wallMs") };
      }),
    };
  },
};
