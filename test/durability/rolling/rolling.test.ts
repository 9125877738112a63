import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { signedWebhook } from "earshot/testing";
import { Agent, request } from "undici";
import { expect, onTestFinished, test, vi } from "vitest";
import { freePort } from "../../support/free-port.js";
import { compile, type Program, run } from "../../support/program.js";
import { startRedis, withoutRedis } from "../../support/redis-server.js";

const PROCESSES = 3;
const PER_SECOND = Number(process.env.ROLLING_PER_SECOND ?? 100);
const ROUNDS = Number(process.env.ROLLING_ROUNDS ?? 1);
const PROBE_MS = 200;
const secret = "a secret of some length";

/** A process as a load balancer sees it. */
interface Target {
  readonly url: string;
  isReady: boolean;
}

test.skipIf(withoutRedis)(
  `a rolling restart of ${PROCESSES} processes on Redis under ${PER_SECOND} events a second: no connection error, nothing lost, nothing run twice`,
  { timeout: 120_000 + ROUNDS * 60_000 },
  async () => {
    const redis = await startRedis({
      appendonly: "yes",
      appendfsync: "always",
      "maxmemory-policy": "noeviction",
    });
    onTestFinished(() => redis.stop());
    const folder = mkdtempSync(join(tmpdir(), "earshot-rolling-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const log = join(folder, "log");
    writeFileSync(log, "");
    const program = await compile(join(import.meta.dirname, "receiver.ts"), "rolling-receiver");
    const agent = new Agent({ keepAliveTimeout: 30_000 });
    onTestFinished(() => agent.close());
    const targets = new Set<Target>();

    async function start(): Promise<{ target: Target; child: Program }> {
      const port = await freePort();
      const child = run(program, [], { PORT: String(port), LOG: log, SECRET: secret, REDIS_URL: redis.url });
      const target: Target = { url: `http://127.0.0.1:${port}`, isReady: false };
      targets.add(target);
      await vi.waitFor(() => expect(target.isReady).toBe(true), { timeout: 60_000, interval: 50 });
      return { target, child };
    }

    let isOver = false;
    // As a load balancer: it asks each process, and sends to those that are ready.
    const probing = (async () => {
      while (!isOver) {
        for (const target of targets) {
          target.isReady = await request(`${target.url}/readyz`).then(
            async ({ statusCode, body }) => {
              await body.dump();
              return statusCode === 200;
            },
            () => false,
          );
        }
        await sleep(PROBE_MS);
      }
    })();

    const problems: string[] = [];
    const sent: string[] = [];
    let next = 0;
    async function send(): Promise<void> {
      const ready = [...targets].filter(({ isReady }) => isReady);
      const target = ready[next % ready.length];
      next += 1;
      const logId = `log_${next}`;
      const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: {}, logId });
      try {
        const response = await request(`${target?.url}/webhook`, {
          method: "POST",
          headers: headers as unknown as Record<string, string>,
          body,
          dispatcher: agent,
        });
        await response.body.dump();
        if (response.statusCode === 200) sent.push(logId);
        else problems.push(`${logId}: ${response.statusCode}`);
      } catch (error) {
        problems.push(`${logId}: ${error}`);
      }
    }

    let running = await Promise.all(Array.from({ length: PROCESSES }, start));
    const pending = new Set<Promise<void>>();
    const sending = (async () => {
      const startedAt = performance.now();
      let count = 0;
      while (!isOver) {
        const due = Math.floor(((performance.now() - startedAt) / 1000) * PER_SECOND);
        for (; count < due; count += 1) {
          const one = send();
          pending.add(one);
          void one.finally(() => pending.delete(one));
        }
        await sleep(10);
      }
    })();

    for (let round = 0; round < ROUNDS; round += 1) {
      const after: typeof running = [];
      for (const { target, child } of running) {
        after.push(await start());
        child.child.kill("SIGTERM");
        expect(await child.ended, child.lines.join("\n")).toBe(0);
        targets.delete(target);
      }
      running = after;
    }
    isOver = true;
    await Promise.all([sending, probing]);
    await Promise.all(pending);

    expect(problems).toEqual([]);
    expect(sent.length).toBeGreaterThan(PER_SECOND);
    const lines = () => readFileSync(log, "utf8").split("\n").filter(Boolean);
    await vi.waitFor(() => expect(new Set(lines()).size).toBe(sent.length), {
      timeout: 60_000,
      interval: 200,
    });
    expect(lines().sort()).toEqual([...sent].sort());
    for (const { child } of running) child.child.kill("SIGTERM");
    await Promise.all(running.map(({ child }) => child.ended));
  },
);
