import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

/** The subject has one core to itself, the generator the other. */
export const SUBJECT_CORE = 0;
export const GENERATOR_CORE = 1;

const canPin = spawnSync("taskset", ["-c", String(GENERATOR_CORE), "true"]).status === 0;
/** How the programs were run, for the results. */
export const placement = canPin ? "one core each" : "not pinned: there is no `taskset`, or one core alone";

/** Starts a program that says `{ ready, … }` when it is. */
export async function start(file, core, args = [], nodeOptions = []) {
  const url = new URL(`../${file}`, import.meta.url).pathname;
  const [execPath, ...before] = [...(canPin ? ["taskset", "-c", String(core)] : []), process.execPath];
  const child = fork(url, args, {
    execPath,
    execArgv: [...before, ...nodeOptions],
    // A published client tells its maker of every subscription, each ten of them through a process of their own:
    // nothing of the bench is to leave the machine.
    env: { ...process.env, NODE_ENV: "production", TELEMETRY_DISABLED: "true" },
    // Some of the published clients say on their output that they have begun.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = once(child, "exit");
  const ready = await answerOf(child, file);
  return {
    ...ready,
    pid: child.pid,
    ended,
    async ask(question) {
      child.send(question);
      return answerOf(child, file);
    },
    /** Lets it end by itself, as one does that has something to write at its end. */
    async leave() {
      child.disconnect();
      await ended;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

async function answerOf(child, file) {
  const gone = new AbortController();
  try {
    return await Promise.race([
      once(child, "message", { signal: gone.signal }).then(([answer]) => answer),
      once(child, "exit", { signal: gone.signal }).then(() => {
        throw new Error(`${file} ended before it answered`);
      }),
    ]);
  } finally {
    gone.abort();
  }
}

/** CPU time of all threads of a process so far, microseconds. */
export function cpuMicros(pid) {
  let total = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    total += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  }
  return total / 1000;
}
