import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answered, sendSteadily } from "./sender.js";

/** What is measured. */
export interface Case {
  readonly name: string;
  readonly kind: "bare" | "memory" | "sqlite";
  /** Options of the listener. */
  readonly options?: { readonly concurrency?: number; readonly maxPending?: number };
  readonly callbackMs: number;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Row {
  readonly name: string;
  readonly sent: number;
  readonly acknowledged: number;
  /** Told to come again: 503. */
  readonly refused: number;
  /** Any other answer, or none. */
  readonly failed: number;
  /** Of all answers after the first second. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Of the 200s alone. */
  readonly acknowledgedP99Ms: number;
  /** Callbacks under way when the last delivery was sent. */
  readonly running: number;
  /** What the process has of the system, once a second. */
  readonly rssMb: readonly number[];
  /** What is in use after a collection of garbage: at half time, and at the end. */
  readonly liveMb: readonly number[];
}

const secret = "a secret of the bench, long enough";
const hooks = new URL("../../test/support/run-typescript.mjs", import.meta.url).pathname;
const receiver = new URL("./receiver.ts", import.meta.url).pathname;
/** What a warming-up process takes longer for is not what is asked. */
const WARM_UP_MS = 1000;

export async function measure({
  name,
  kind,
  options = {},
  callbackMs,
  perSecond,
  seconds,
}: Case): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), "earshot-bench-"));
  const child = fork(receiver, {
    execArgv: ["--expose-gc", "--import", hooks],
    env: {
      ...process.env,
      KIND: kind,
      DB: join(folder, "events.db"),
      SECRET: secret,
      CALLBACK_MS: String(callbackMs),
      OPTIONS: JSON.stringify(options),
    },
  });
  try {
    const { url } = await heard<{ url: string }>(child);
    const rssMb: number[] = [];
    const liveMb: number[] = [];
    let running = 0;
    const lookNow = async (swept: boolean) => {
      child.send(swept ? "swept" : "as it is");
      const said = await heard<{ rssBytes: number; liveBytes: number; running: number }>(child);
      rssMb.push(Math.round(said.rssBytes / 1e6));
      if (swept) liveMb.push(Math.round(said.liveBytes / 1e6));
      running = said.running;
    };
    // One after the other: on a busy machine the answer to one look would be taken for that to the next.
    let looked = Promise.resolve();
    const look = (swept: boolean) => {
      looked = looked.then(() => lookNow(swept));
      return looked;
    };
    const half = Math.floor(seconds / 2);
    let looks = 0;
    const looking = setInterval(() => {
      void look(looks === half);
      looks += 1;
    }, 1000);
    const answers = await sendSteadily({ url, secret, perSecond, seconds });
    clearInterval(looking);
    await look(true);
    return { name, ...summary(answers), running, rssMb, liveMb };
  } finally {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    rmSync(folder, { recursive: true, force: true });
  }
}

function summary(answers: readonly Answered[]) {
  const warm = answers.filter(({ atMs }) => atMs >= WARM_UP_MS);
  const all = sorted(warm);
  const acknowledged = sorted(warm.filter(({ status }) => status === 200));
  const count = (test: (status: number) => boolean) => answers.filter(({ status }) => test(status)).length;
  return {
    sent: answers.length,
    acknowledged: count((status) => status === 200),
    refused: count((status) => status === 503),
    failed: count((status) => status !== 200 && status !== 503),
    p50Ms: at(all, 0.5),
    p99Ms: at(all, 0.99),
    maxMs: at(all, 1),
    acknowledgedP99Ms: at(acknowledged, 0.99),
  };
}

const sorted = (answers: readonly Answered[]) => answers.map(({ tookMs }) => tookMs).sort((a, b) => a - b);

function at(values: readonly number[], part: number): number {
  const value = values[Math.min(values.length - 1, Math.ceil(values.length * part) - 1)] ?? Number.NaN;
  return Math.round(value * 100) / 100;
}

async function heard<Message>(child: ChildProcess): Promise<Message> {
  const [message] = await once(child, "message");
  return message as Message;
}
