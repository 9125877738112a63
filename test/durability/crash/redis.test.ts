import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { redisInbox } from "earshot/redis";
import { expect, onTestFinished, test, vi } from "vitest";
import type { InboxRecord } from "../../../src/inbox/contract.js";
import { contextFor } from "../../inbox/sqlite-world.js";
import { freePort } from "../../support/free-port.js";
import { compile } from "../../support/program.js";
import { startRedis, withoutRedis } from "../../support/redis-server.js";
import { readLedger } from "./ledger.js";
import { deliver } from "./sender.js";
import { keepUp, type Worker } from "./workers.js";

const EVENTS = Number(process.env.CRASH_EVENTS ?? 1200);
const KILLS = Number(process.env.CRASH_KILLS ?? 8);
const WORKERS = 3;
/** Every so often it is Redis that dies. */
const REDIS_EVERY = 4;
const secret = "a secret of some length";

test.skipIf(withoutRedis)(
  `Redis${withoutRedis ? ` (${withoutRedis})` : ""}: of ${EVENTS} events sent to ${WORKERS} workers while they and Redis are killed ${KILLS} times, none is lost and none runs after it was done`,
  { timeout: 120_000 + KILLS * 6000 + EVENTS * 20 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "earshot-crash-"));
    const log = join(folder, "log");
    const program = await compile(join(import.meta.dirname, "receiver-redis.ts"));
    const redis = await startRedis({ appendonly: "yes", appendfsync: "always" });
    const workers: Worker[] = [];
    onTestFinished(async () => {
      await Promise.all(workers.map((worker) => worker.end()));
      await redis.stop();
      rmSync(folder, { recursive: true });
    });
    const env = { LOG: log, SECRET: secret, REDIS_URL: redis.url };
    for (let n = 0; n < WORKERS; n += 1) workers.push(keepUp(program, await freePort(), env));
    const anyWorker = () => workers[Math.floor(Math.random() * WORKERS)] as Worker;

    const acknowledged = new Set<string>();
    const ids = Array.from({ length: EVENTS }, (_, n) => `log_${n}`);
    const sending = deliver({
      secret,
      ids,
      port: () => anyWorker().port,
      inFlight: 64,
      onAcknowledged: (id) => acknowledged.add(id),
    });
    const killed = { workers: 0, redis: 0, whileSending: 0 };
    for (let kill = 0; kill < KILLS; kill += 1) {
      // At a random instant of work; every third time whatever is going on, coming up included.
      const before = acknowledged.size;
      const some = Math.min(EVENTS, before + 1 + Math.random() * (EVENTS / (2 * KILLS)));
      if (kill % 3 !== 2) {
        await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThanOrEqual(some), {
          timeout: 60_000,
          interval: 5,
        });
      }
      await sleep(Math.random() * 100);
      if (acknowledged.size < EVENTS) killed.whileSending += 1;
      if (kill % REDIS_EVERY === REDIS_EVERY - 1) {
        await redis.kill();
        await sleep(Math.random() * 500);
        await redis.restart();
        killed.redis += 1;
      } else {
        await anyWorker().kill();
        killed.workers += 1;
      }
    }
    await sending;
    const inbox = redisInbox({ connection: redis.url });
    await inbox.open(contextFor());
    onTestFinished(() => inbox.close());
    const recordsOf = async (ids: readonly string[]) => {
      const records: InboxRecord[] = [];
      for await (const record of inbox.find({ ids })) records.push(record);
      return records;
    };
    // A process that was killed may have recorded what it did without its line: the inbox then says so.
    const missing = async () => {
      const { done, dead, unfinished } = readLedger(log);
      expect(dead).toEqual([]);
      const unsaid = (await recordsOf(unfinished)).filter(({ state }) => state === "done");
      const all = new Set([...done, ...unsaid.map(({ id }) => id)]);
      return [...acknowledged].filter((id) => !all.has(id));
    };
    await vi
      .waitFor(async () => expect((await missing()).length).toBe(0), { timeout: 120_000, interval: 500 })
      .catch(async (error: unknown) => {
        const records = await recordsOf(await missing());
        const shown = inspect({ missing: await missing(), counts: await inbox.counts(), records });
        throw new Error(`Acknowledged and not run: ${shown}`, { cause: error });
      });
    const allDone = { waiting: 0, running: 0, done: EVENTS, dead: 0, unmatched: 0 };
    await vi.waitFor(async () => expect(await inbox.counts()).toEqual(allDone), 30_000);
    await Promise.all(workers.map((worker) => worker.end()));

    const { runAfterDone, reruns } = readLedger(log);
    expect(acknowledged.size).toBe(EVENTS);
    expect(runAfterDone).toEqual([]);
    process.stdout.write(
      `${WORKERS} workers on one Redis: workers killed ${killed.workers} times and Redis ${killed.redis} times, ${killed.whileSending} of them while events came in: ${EVENTS} acknowledged, 0 lost, 0 run after done, ${reruns} re-runs that a crash forced\n`,
    );
  },
);
