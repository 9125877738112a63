import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { compileAll } from "../../support/program.js";
import { Peer } from "./channel.js";
import type { Account } from "./ledger.js";
import {
  coresBetween,
  growthIn,
  pendingOf,
  type ReceiverSample,
  rounded,
  type Sample,
  type SenderSample,
  thirdsOf,
} from "./samples.js";
import type { Load } from "./sender.js";

const SECONDS = Number(process.env.SOAK_SECONDS ?? 2);
const PER_SECOND = Number(process.env.SOAK_PER_SECOND ?? 150);
/** From here on the memory, the files and the records have reached their plateau before the second third. */
const FLAT_FROM_SECONDS = 600;
/** From here on the results are those of docs/performance.md. */
const RESULTS_FROM_SECONDS = 1_800;
const SAMPLES = 180;
const FINISH_MS = 60_000;
/** A lost connection is followed by some 5 s in which the platform's log is read. */
const READS_LOG_SECONDS = 30;
const DROP_EVERY_MS = Math.min(20_000, SECONDS * 300);
const COPIES_WITHIN_MS = Math.min(20_000, SECONDS * 250);
/**
 * For how long events are remembered: what is stored grows for that long, and no longer. After a lost connection,
 * events of the 30 s before it are read from the platform's log again.
 */
const WINDOW_MS = 120_000;
const root = join(import.meta.dirname, "../../..");

interface Soak {
  readonly samples: readonly Sample[];
  /** When everything had come to its end. */
  readonly last: Sample;
  readonly account: Account;
}

test(`${PER_SECOND} events a second for ${SECONDS} s: none is lost and none runs after it was done${SECONDS < FLAT_FROM_SECONDS ? "" : "; memory, files and delays stay flat"}`, {
  timeout: (SECONDS + 240) * 1_000,
}, async () => {
  const soak = await soaked();
  const { samples, last, account } = soak;
  const { lost, runAfterDone, runTwice, unintended } = account;
  const { copies, retries, drops } = last.sender;
  const { counted, problems } = last.receiver;
  process.stdout.write(
    `soak: ${account.acknowledged} events and ${copies} copies in ${SECONDS} s (${retries} deliveries made again, the WebSocket dropped ${drops} times): ${account.done} done, ${account.deadAsIntended} dead-lettered as intended, ${lost.length} lost, ${runAfterDone.length} run after done; RSS ${rounded(last.receiver.rssMb)} MB, write-ahead log ${rounded(last.walMb)} MB, event-loop delay p99 ${rounded(last.receiver.delayP99Ms)} ms, ${coresBetween(samples[0] as Sample, last, ({ receiver }) => receiver)} cores\n`,
  );
  for (const [name, list] of Object.entries({ lost, runAfterDone, runTwice, unintended, problems })) {
    expect(list.slice(0, 20), name).toEqual([]);
  }
  expect(account.acknowledged).toBe(account.sent);
  expect(account.sent).toBeGreaterThan(SECONDS * PER_SECOND * 0.25);
  expect({ pending: pendingOf(last.receiver), expectations: last.receiver.expectations }).toEqual({
    pending: 0,
    expectations: 0,
  });
  // What is to be soaked did happen.
  const happened = [
    "event.duplicate",
    "callback.failed",
    "callback.coalesced",
    "callback.skipped",
    ...(SECONDS >= READS_LOG_SECONDS ? ["gap.filled"] : []),
  ];
  for (const type of happened) expect(counted[type], type).toBeGreaterThan(0);
  expect(drops).toBeGreaterThan(0);
  expect(counted["gap.unfilled"] ?? 0).toBe(0);
  if (SECONDS >= RESULTS_FROM_SECONDS) await save(soak);
  if (SECONDS >= FLAT_FROM_SECONDS) expect(growthIn(thirdsOf(samples))).toEqual([]);
});

async function soaked(): Promise<Soak> {
  const folder = mkdtempSync(join(tmpdir(), "earshot-soak-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const db = join(folder, "events.db");
  const log = join(folder, "log");
  const here = (name: string) => join(import.meta.dirname, `${name}.ts`);
  const programs = await compileAll({ "soak-receiver": here("receiver"), "soak-sender": here("sender") });
  const start = (name: string, env: Record<string, string>) => {
    const peer = new Peer(join(programs, `${name}.mjs`), env);
    onTestFinished(async () => {
      peer.child.kill("SIGKILL");
      if (peer.child.exitCode === null && peer.child.signalCode === null) await once(peer.child, "exit");
    });
    return peer;
  };
  const sender = start("soak-sender", { LOG: log });
  const BASE_URL = await sender.call<string>("baseUrl");
  const receiver = start("soak-receiver", { BASE_URL, DB: db, LOG: log, WINDOW_MS: String(WINDOW_MS) });
  const url = await receiver.call<string>("start");

  const startedAt = performance.now();
  async function sample(): Promise<Sample> {
    const text = await (await fetch(`${url}/metrics`)).text();
    return {
      atMs: performance.now() - startedAt,
      receiver: await receiver.call<ReceiverSample>("sample"),
      sender: await sender.call<SenderSample>("sample"),
      walMb: statSync(`${db}-wal`).size / 1e6,
      fileMb: statSync(db).size / 1e6,
      series: text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length,
    };
  }

  const load: Load = {
    ...{ url, seconds: SECONDS, perSecond: PER_SECOND, copiesWithinMs: COPIES_WITHIN_MS },
    dropEveryMs: DROP_EVERY_MS,
  };
  const samples = [await sample()];
  let isOver = false;
  const sending = sender.call("send", load).finally(() => {
    isOver = true;
  });
  const everyMs = (SECONDS * 1_000) / SAMPLES;
  let minutes = 0;
  for (let dueMs = 1_000; !isOver; dueMs += Math.max(1_000, everyMs)) {
    await Promise.race([sending, sleep(Math.max(0, dueMs - (performance.now() - startedAt)))]);
    if (isOver) break;
    samples.push(await sample());
    const passed = Math.floor((samples.at(-1)?.atMs ?? 0) / 60_000);
    if (passed > minutes) process.stdout.write(`${progress(passed, samples)}\n`);
    minutes = passed;
  }
  await sending;
  await sender.call<void>("finish", FINISH_MS);
  const last = await sample();
  await receiver.call("stop");
  const account = await sender.call<Account>("account");
  await sender.call("stop");
  return { samples, last, account };
}

function progress(minute: number, samples: readonly Sample[]): string {
  const [first, last] = [samples[0] as Sample, samples.at(-1) as Sample];
  const { receiver, sender, walMb, fileMb, series } = last;
  const cores = coresBetween(first, last, (sample) => sample.receiver);
  const senderCores = coresBetween(first, last, (sample) => sample.sender);
  return `minute ${minute}: ${sender.sent} events; RSS ${rounded(receiver.rssMb)} MB, heap ${rounded(receiver.heapMb)} MB; log ${rounded(walMb)} MB, file ${rounded(fileMb)} MB; delay p50 ${rounded(receiver.delayP50Ms)}, p99 ${rounded(receiver.delayP99Ms)}, longest ${rounded(receiver.delayMaxMs)} ms (sender p99 ${rounded(sender.delayP99Ms)}); ${receiver.descriptors} descriptors, ${receiver.handles} handles, ${series} lines of metrics; records ${JSON.stringify(receiver.records)}; ${receiver.expectations} expectations, ${receiver.unsettled} unsettled; ${cores} cores, sender ${senderCores} cores and ${rounded(sender.rssMb)} MB`;
}

/** Writes what was measured, and the table of docs/performance.md. */
async function save({ samples, last, account }: Soak): Promise<void> {
  const [cpu] = cpus();
  const [first, end] = [samples[0] as Sample, samples.at(-1) as Sample];
  const { lost, runAfterDone, runTwice, unintended, ...counts } = account;
  const results = {
    measuredAt: new Date().toISOString(),
    node: process.version,
    cpu: cpu?.model,
    cpus: cpus().length,
    load: rounded(loadavg()[2] ?? 0),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root }).toString().trim(),
    ...{ seconds: SECONDS, perSecond: PER_SECOND, windowMs: WINDOW_MS },
    counts: {
      ...counts,
      ...{ lost: lost.length, runAfterDone: runAfterDone.length, runTwice: runTwice.length },
      unintended: unintended.length,
      ...{ copies: last.sender.copies, retries: last.sender.retries, drops: last.sender.drops },
      duplicates: last.receiver.counted["event.duplicate"],
      failedRuns: last.receiver.counted["callback.failed"],
      coalesced: last.receiver.counted["callback.coalesced"],
      skipped: last.receiver.counted["callback.skipped"],
      gapsFilled: last.receiver.counted["gap.filled"],
      churned: last.receiver.churned,
      pending: pendingOf(last.receiver),
    },
    cores: {
      receiver: coresBetween(first, end, ({ receiver }) => receiver),
      sender: coresBetween(first, end, ({ sender }) => sender),
    },
    measures: thirdsOf(samples),
    rssMbEachMinute: samples
      .filter(({ atMs }, at) => Math.floor(atMs / 60_000) > Math.floor((samples[at - 1]?.atMs ?? 0) / 60_000))
      .map(({ receiver }) => rounded(receiver.rssMb)),
  };
  writeFileSync(join(root, "bench/results/soak.json"), `${JSON.stringify(results, undefined, 2)}\n`);
  const renderer: string = join(root, "bench/lib/render.js");
  const { render } = (await import(renderer)) as { render(): void };
  render();
}
