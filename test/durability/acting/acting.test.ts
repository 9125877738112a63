import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openInbox } from "earshot";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../../inbox/temporary-folder.js";
import { sharedStores } from "../../listener/shared-store.js";
import { freePort } from "../../support/free-port.js";
import { compile } from "../../support/program.js";
import { deliver } from "../crash/sender.js";
import { keepUp, type Worker } from "../crash/workers.js";

const EVENTS = Number(process.env.ACTING_EVENTS ?? 150);
const KILLS = Number(process.env.ACTING_KILLS ?? 4);
const WORKERS = 2;
const GROUPS = Math.max(10, Math.round(EVENTS / 8));
const secret = "a secret of some length";

/** Steps and keys, as the receivers' lines tell of them. */
class Ledger {
  readonly done = new Set<string>();
  readonly dead: string[] = [];
  /** Steps that ran though their result had been returned. */
  readonly runAgain: string[] = [];
  readonly wrongResults: string[] = [];
  /** By group, the events that its callback ran on. */
  readonly actors = new Map<string, Set<string>>();
  stepReruns = 0;
  actReruns = 0;

  constructor(file: string) {
    const [ran, got, acted] = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const [word, first = "", second = "", ...rest] = line.split(" ");
      const step = `${first} ${second}`;
      if (word === "done") this.done.add(first);
      if (word === "dead") this.dead.push(line);
      if (word === "got") {
        got.add(step);
        if (rest.join(" ") !== step) this.wrongResults.push(line);
      }
      if (word === "fn") {
        if (got.has(step)) this.runAgain.push(step);
        if (ran.has(step)) this.stepReruns += 1;
        ran.add(step);
      }
      if (word === "act") {
        if (acted.has(step)) this.actReruns += 1;
        acted.add(step);
        this.actors.set(first, (this.actors.get(first) ?? new Set()).add(second));
      }
    }
  }
}

for (const { what, missing, make } of sharedStores) {
  test.skipIf(missing)(
    `${what}: ${WORKERS} workers are killed ${KILLS} times over ${EVENTS} events: no step runs again once its result was returned, and each key has one event that acts`,
    { timeout: 120_000 + KILLS * 4000 + EVENTS * 60 },
    async () => {
      const { folder, remove } = temporaryFolder();
      const log = join(folder, "log");
      writeFileSync(log, "");
      const program = await compile(join(import.meta.dirname, "receiver.ts"));
      const store = await make();
      const workers: Worker[] = [];
      onTestFinished(async () => {
        await Promise.all(workers.map((worker) => worker.end()));
        await store.remove();
        remove();
      });
      const env = { ...store.env, LOG: log, SECRET: secret, GROUPS: String(GROUPS) };
      for (let n = 0; n < WORKERS; n += 1) workers.push(keepUp(program, await freePort(), env));
      const anyWorker = () => workers[Math.floor(Math.random() * WORKERS)] as Worker;
      const ids = Array.from({ length: EVENTS }, (_, n) => `log_${n}`);
      const acknowledged = new Set<string>();
      const sending = deliver({
        secret,
        ids,
        port: () => anyWorker().port,
        inFlight: 16,
        onAcknowledged: (id) => acknowledged.add(id),
      });
      for (let kill = 0; kill < KILLS; kill += 1) {
        const lines = () => readFileSync(log, "utf8").length;
        const before = lines();
        // While something goes on.
        await vi.waitFor(() => expect(lines()).toBeGreaterThan(before), { timeout: 60_000, interval: 5 });
        await sleep(Math.random() * 200);
        await anyWorker().kill();
      }
      await sending;
      const inbox = await openInbox(store.inbox());
      onTestFinished(() => inbox.close());
      await vi.waitFor(
        async () => {
          const counts = { waiting: 0, running: 0, done: EVENTS, dead: 0, unmatched: 0 };
          expect(await inbox.counts()).toEqual(counts);
        },
        { timeout: 120_000, interval: 250 },
      );
      await Promise.all(workers.map((worker) => worker.end()));
      const { dead, runAgain, wrongResults, actors, stepReruns, actReruns } = new Ledger(log);
      expect(dead).toEqual([]);
      expect(runAgain).toEqual([]);
      expect(wrongResults).toEqual([]);
      expect(actors.size).toBe(Math.min(GROUPS, EVENTS));
      for (const [group, events] of actors) expect([...events], `group ${group}`).toHaveLength(1);
      process.stdout.write(
        `${what}: ${EVENTS} events, ${KILLS} kills: 0 steps run again after their result, 1 event for each of ${actors.size} keys, ${stepReruns} steps and ${actReruns} callbacks run again that a kill had cut off\n`,
      );
    },
  );

  test.skipIf(missing)(
    `${what}: killed between a step's result and the callback's end, the step's function runs once`,
    { timeout: 60_000 },
    async () => {
      const { folder, remove } = temporaryFolder();
      const log = join(folder, "log");
      writeFileSync(log, "");
      const store = await make();
      const program = await compile(join(import.meta.dirname, "one-step.ts"));
      const env = { ...store.env, LOG: log, SECRET: secret };
      const worker = keepUp(program, await freePort(), env);
      onTestFinished(async () => {
        await worker.end();
        await store.remove();
        remove();
      });
      const lines = () =>
        readFileSync(log, "utf8")
          .split("\n")
          .filter((line) => line !== "");
      await deliver({
        secret,
        ids: ["one"],
        port: () => worker.port,
        inFlight: 1,
        onAcknowledged: () => undefined,
      });
      for (let runs = 1; runs <= 3; runs += 1) {
        await vi.waitFor(() => expect(lines().filter((line) => line.startsWith("got"))).toHaveLength(runs), {
          timeout: 20_000,
          interval: 5,
        });
        await worker.kill();
      }
      await vi.waitFor(() => expect(lines()).toContain("done"), { timeout: 20_000 });
      expect(lines()).toEqual(["fn", "got 1 of one", "got 1 of one", "got 1 of one", "got 1 of one", "done"]);
    },
  );
}
