// What metrics, and traces that are sampled out, cost a webhook in CPU: one listener each, measured in short turns.
// Each is compared with its control in the same round, so that other work on the machine falls on both. The row
// `control` is a second plain listener: how far its ratio is from 1 is what this machine can tell apart.
//
//   node --import ./test/support/run-typescript.mjs bench/monitoring/run.ts
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { Pool } from "undici";
import { signedWebhook } from "../../src/testing/index.js";

const ROUNDS = Number(process.env.ROUNDS ?? 30);
const EVENTS = Number(process.env.EVENTS ?? 2000);
const WARM_UP_EVENTS = 20_000;
const CONNECTIONS = 16;
const secret = "a secret of some length";
/** `sdk`: OpenTelemetry's SDK is registered and has had an active context, and the listener makes no spans. */
const kinds = ["plain", "control", "metrics", "sdk", "traces"] as const;
/** What each is compared with, and how much more it may cost. */
const against = { plain: "plain", control: "plain", metrics: "plain", sdk: "plain", traces: "sdk" } as const;
const limits = { metrics: 1.03, traces: 1.05 };

interface Subject {
  readonly kind: (typeof kinds)[number];
  readonly child: ChildProcess;
  readonly pool: Pool;
  readonly usPerEvent: number[];
}

async function start(kind: Subject["kind"]): Promise<Subject> {
  const child = fork(new URL("receiver.ts", import.meta.url), {
    env: { ...process.env, KIND: kind, SECRET: secret },
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The receiver ${kind} ended with the code ${code}.`);
  });
  const [{ url }] = (await Promise.race([once(child, "message"), ended])) as [{ url: string }];
  ended.catch(() => undefined);
  return { kind, child, pool: new Pool(url, { connections: CONNECTIONS }), usPerEvent: [] };
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

const subjects = await Promise.all(kinds.map(start));
// Until everything has been compiled.
for (let done = 0; done < WARM_UP_EVENTS; done += EVENTS) {
  for (const subject of subjects) await send(subject);
}
for (let round = 0; round < ROUNDS; round += 1) {
  // Another order each time: what else this machine does falls on all of them.
  const order = subjects.map((_, at) => subjects[(at + round) % subjects.length] as Subject);
  if (round % 2 === 1) order.reverse();
  for (const subject of order) {
    const before = await cpuOf(subject, "begin");
    await send(subject);
    subject.usPerEvent.push(((await cpuOf(subject, "end")) - before) / EVENTS);
  }
}
const byKind = new Map(subjects.map((subject) => [subject.kind, subject]));
const rows = subjects.map(({ kind, usPerEvent }) => {
  const ratios = usPerEvent.map((us, at) => us / (byKind.get(against[kind])?.usPerEvent[at] ?? us));
  return {
    kind,
    usPerEvent: Math.round(quantile(usPerEvent, 0.5) * 10) / 10,
    ratio: rounded(quantile(ratios, 0.5)),
    /** The quartiles of the ratio. */
    spread: [rounded(quantile(ratios, 0.25)), rounded(quantile(ratios, 0.75))],
  };
});
for (const { child, pool } of subjects) {
  await pool.close();
  child.kill();
}
for (const { kind, usPerEvent, ratio, spread } of rows)
  console.log(`${kind}: ${usPerEvent} µs, ${ratio} (${spread.join("–")}) times ${against[kind]}`);
const [cpu] = cpus();
writeFileSync(
  new URL("../results/monitoring.json", import.meta.url),
  `${JSON.stringify({ measuredAt: new Date().toISOString(), node: process.version, cpu: cpu?.model, cpus: cpus().length, loadAverage: loadavg(), rounds: ROUNDS, events: EVENTS, rows }, undefined, 2)}\n`,
);
const over = rows.filter(({ kind, ratio }) => kind in limits && ratio > limits[kind as keyof typeof limits]);
for (const { kind, ratio } of over) console.log(`${kind} is over its limit: ${ratio}`);
process.exitCode = over.length === 0 ? 0 : 1;
