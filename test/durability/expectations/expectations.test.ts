import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listExpectations, openInbox } from "earshot";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../../inbox/temporary-folder.js";
import { sharedStores } from "../../listener/shared-store.js";
import { freePort } from "../../support/free-port.js";
import { compile } from "../../support/program.js";
import { deliver } from "../crash/sender.js";
import { keepUp, type Worker } from "../crash/workers.js";

const EXPECTATIONS = Number(process.env.EXPECTATIONS ?? 80);
const KILLS = Number(process.env.EXPECTATION_KILLS ?? 5);
const WORKERS = 2;
/** Every third has a time limit that comes before its reply. */
const SHORT_MS = 500;
const LONG_MS = 24 * 60 * 60 * 1000;
const secret = "a secret of some length";

const isShort = (n: number) => n % 3 === 0;

for (const { what, missing, make } of sharedStores) {
  test.skipIf(missing)(
    `${what}: of ${EXPECTATIONS} expectations over ${WORKERS} workers that are killed ${KILLS} times, each is answered by one event or times out, and none does both`,
    { timeout: 120_000 + KILLS * 4000 + EXPECTATIONS * 200 },
    async () => {
      const { folder, remove } = temporaryFolder();
      const log = join(folder, "log");
      writeFileSync(log, "");
      const program = await compile(join(import.meta.dirname, "receiver.ts"), "expectations-receiver");
      const store = await make();
      const workers: Worker[] = [];
      onTestFinished(async () => {
        await Promise.all(workers.map((worker) => worker.end()));
        await store.remove();
        remove();
      });
      const env = { ...store.env, LOG: log, SECRET: secret };
      for (let n = 0; n < WORKERS; n += 1) workers.push(keepUp(program, await freePort(), env));
      const anyWorker = () => workers[Math.floor(Math.random() * WORKERS)] as Worker;
      const numbers = Array.from({ length: EXPECTATIONS }, (_, n) => n);
      const lines = (word: string) =>
        readFileSync(log, "utf8")
          .split("\n")
          .filter((line) => line.startsWith(`${word} `))
          .map((line) => line.split(" "));
      const send = (ids: readonly string[]) =>
        deliver({ secret, ids, port: () => anyWorker().port, inFlight: 16, onAcknowledged: () => undefined });
      const until = (condition: () => void) => vi.waitFor(condition, { timeout: 120_000, interval: 50 });

      let isOver = false;
      const killing = (async () => {
        let kills = 0;
        for (; kills < KILLS && !isOver; kills += 1) {
          await sleep(200 + Math.random() * 400);
          await anyWorker().kill();
        }
        return kills;
      })();
      await send(numbers.map((n) => `ask_${n}_${isShort(n) ? SHORT_MS : LONG_MS}`));
      await until(() => {
        const open = new Set(lines("open").map(([, n]) => n));
        expect(numbers.filter((n) => !open.has(String(n)))).toEqual([]);
      });
      await send(numbers.filter((n) => !isShort(n)).map((n) => `reply_${n}`));
      await until(() => {
        const ended = new Set([...lines("answered"), ...lines("timeout")].map(([, n]) => n));
        expect(numbers.filter((n) => !ended.has(String(n)))).toEqual([]);
      });
      isOver = true;
      const kills = await killing;
      const inbox = await openInbox(store.inbox());
      onTestFinished(() => inbox.close());
      await vi.waitFor(
        async () => {
          const { waiting, running, dead, unmatched } = await inbox.counts();
          expect({ waiting, running, dead, unmatched }).toEqual({
            waiting: 0,
            running: 0,
            dead: 0,
            unmatched: 0,
          });
        },
        { timeout: 60_000, interval: 250 },
      );
      await Promise.all(workers.map((worker) => worker.end()));
      expect(lines("dead")).toEqual([]);
      for (const n of numbers) {
        const answers = lines("answered").filter(([, of]) => of === String(n));
        const timeouts = lines("timeout").filter(([, of]) => of === String(n));
        // Only a kill makes a run come again, so that another process has it.
        const processes = [...answers, ...timeouts].map(([, , , pid]) => pid);
        expect(new Set(processes).size, `${n}`).toBe(processes.length);
        if (isShort(n)) expect([answers.length, timeouts.length > 0], `${n}`).toEqual([0, true]);
        else expect([new Set(answers.map(([, , id]) => id)).size, timeouts.length], `${n}`).toEqual([1, 0]);
      }
      const left = await listExpectations(inbox);
      // A kill may fall between the end and the removal from the list; its key is done all the same.
      expect(left.length).toBeLessThanOrEqual(kills);
      process.stdout.write(
        `${what}: ${EXPECTATIONS} expectations, ${kills} kills: each answered by one event or timed out, ${lines("answered").length + lines("timeout").length - EXPECTATIONS} runs that a kill had cut off\n`,
      );
    },
  );
}
