// What metrics, and traces that are sampled out, cost a webhook in CPU: listeners of one process, in short turns.
// Two processes that run the same code differ by more than is measured here. Each turn is compared with the plain
// listener's in the same round, so that other work on the machine falls on both. The rows `control` are further plain
// listeners: how far their ratio is from 1 is what this machine can tell apart. The row `sdk` is a listener that only
// calls OpenTelemetry's SDK, once for a span and once for a context: asking its sampler about an event costs no less.
// In the row `producer`, metrics are aggregated here and not by the SDK. The row `unchosen` traces a part of the events, `sampleRatio`, and these are of the other part.
//
//   node --import ./test/support/run-typescript.mjs bench/monitoring/run.ts
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { Pool } from "undici";
import { signedWebhook } from "../../src/testing/index.js";

const ROUNDS = Number(process.env.ROUNDS ?? 500);
const EVENTS = Number(process.env.EVENTS ?? 250);
const WARM_UP_EVENTS = 20_000;
const CONNECTIONS = 16;
const secret = "a secret of some length";
/** The listeners of each process. With `traces`, OpenTelemetry's SDK is registered and has had an active context. */
const processes = [
  ["plain", "control", "metrics", "producer"],
  ["plain", "control", "otel metrics"],
  ["plain", "control", "sdk", "traces", "unchosen"],
] as const;
type Kind = (typeof processes)[number][number];
/** Times `plain`; for traces, times `sdk`. */
const limits: Partial<Record<Kind, number>> = { metrics: 1.03, producer: 1.03, traces: 1.05, unchosen: 1.05 };

interface Subject {
  readonly kind: Kind;
  readonly child: ChildProcess;
  readonly pool: Pool;
  readonly usPerEvent: number[];
}

async function start(kinds: readonly Kind[]): Promise<readonly Subject[]> {
  const child = fork(new URL("receiver.ts", import.meta.url), {
    env: { ...process.env, KINDS: kinds.join(), SECRET: secret },
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The receiver of ${kinds.join(", ")} ended with the code ${code}.`);
  });
  const [{ urls }] = (await Promise.race([once(child, "message"), ended])) as [{ urls: string[] }];
  ended.catch(() => undefined);
  return kinds.map((kind, at) => ({
    kind,
    child,
    pool: new Pool(urls[at] ?? "", { connections: CONNECTIONS }),
    usPerEvent: [],
  }));
}

async function cpuOf({ child }: Subject, when: "begin" | "end"): Promise<number> {
  const answer = once(child, "message");
  child.send(when);
  const [{ cpuUs }] = (await answer) as [{ cpuUs: number }];
  return cpuUs;
}

async function send({ pool }: Subject): Promise<void> {
  const all = Array.from({ length: EVENTS }, () =>
    signedWebhook({ secret, triggerName: "A", payload: { text: "x".repeat(600) } }),
  );
  let next = 0;
  const one = async () => {
    while (next < all.length) {
      const { headers, body } = all[next] as (typeof all)[number];
      next += 1;
      const response = await pool.request({
        path: "/webhook",
        method: "POST",
        headers: headers as unknown as Record<string, string>,
        body,
      });
      await response.body.dump();
      if (response.statusCode !== 200) throw new Error(`the response was ${response.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
}

/** @param part 0.5 for the median */
const quantile = (values: readonly number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN;
const rounded = (value: number) => Math.round(value * 1000) / 1000;

/** Uniformly, by Fisher and Yates. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  const left = [...items];
  return items.map(() => left.splice(Math.floor(Math.random() * left.length), 1)[0] as Item);
}

async function measure(kinds: readonly Kind[]) {
  const subjects = await start(kinds);
  // Until everything has been compiled.
  for (let done = 0; done < WARM_UP_EVENTS; done += EVENTS) {
    for (const subject of subjects) await send(subject);
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    // Another order each time: what a turn leaves to collect falls on the turn after it, whichever that is.
    const order = shuffled(subjects);
    for (const subject of order) {
      const before = await cpuOf(subject, "begin");
      await send(subject);
      subject.usPerEvent.push(((await cpuOf(subject, "end")) - before) / EVENTS);
    }
  }
  for (const { pool } of subjects) await pool.close();
  subjects[0]?.child.kill();
  return subjects.map(({ kind, usPerEvent }) => ({
    kind,
    beside: kinds.join(),
    usPerEvent: Math.round(quantile(usPerEvent, 0.5) * 10) / 10,
    ...compared(subjects, usPerEvent, "plain"),
    ...(kind === "traces" ? { sdk: compared(subjects, usPerEvent, "sdk") } : {}),
  }));
}

/** The median and the quartiles of the ratio to another listener's turns in the same rounds. */
function compared(subjects: readonly Subject[], usPerEvent: readonly number[], to: Kind) {
  const other = subjects.find(({ kind }) => kind === to)?.usPerEvent ?? [];
  const ratios = usPerEvent.map((us, at) => us / (other[at] ?? us));
  return {
    ratio: rounded(quantile(ratios, 0.5)),
    spread: [rounded(quantile(ratios, 0.25)), rounded(quantile(ratios, 0.75))],
  };
}

const rows = [];
for (const kinds of processes) rows.push(...(await measure(kinds)));
for (const { kind, usPerEvent, ratio, spread, sdk } of rows) {
  const beside = sdk === undefined ? "" : `, ${sdk.ratio} (${sdk.spread.join("–")}) times sdk`;
  console.log(`${kind}: ${usPerEvent} µs, ${ratio} (${spread.join("–")}) times plain${beside}`);
}
const [cpu] = cpus();
writeFileSync(
  new URL("../results/monitoring.json", import.meta.url),
  `${JSON.stringify({ measuredAt: new Date().toISOString(), node: process.version, cpu: cpu?.model, cpus: cpus().length, loadAverage: loadavg(), rounds: ROUNDS, events: EVENTS, rows }, undefined, 2)}\n`,
);
const over = rows.filter(
  ({ kind, ratio, sdk }) => (sdk?.ratio ?? ratio) > (limits[kind] ?? Number.POSITIVE_INFINITY),
);
for (const { kind, ratio, sdk } of over) console.log(`${kind} is over its limit: ${sdk?.ratio ?? ratio}`);
process.exitCode = over.length === 0 ? 0 : 1;
