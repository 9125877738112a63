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

const EVENTS = Number(process.env.COALESCING_EVENTS ?? 240);
const KEYS = Number(process.env.COALESCING_KEYS ?? 12);
const KILLS = Number(process.env.COALESCING_KILLS ?? 4);
const WORKERS = Number(process.env.COALESCING_WORKERS ?? 2);
const secret = "a secret of some length";

/** Bursts: some events of one key after the other, then those of the next. */
const BURST = 5;

function idsOfEvents(): readonly string[] {
  const ids: string[] = [];
  for (let round = 0; ids.length < EVENTS; round += 1)
    for (let key = 0; key < KEYS && ids.length < EVENTS; key += 1)
      for (let n = 0; n < BURST && ids.length < EVENTS; n += 1) ids.push(`${key}_${round * BURST + n}`);
  return ids;
}

for (const { what, missing, make } of sharedStores) {
  test.skipIf(missing)(
    `${what}: ${EVENTS} events in bursts over ${KEYS} keys and ${WORKERS} workers that are killed ${KILLS} times: each is in one batch, which runs to its end`,
    { timeout: 120_000 + KILLS * 5000 + EVENTS * 100 },
    async () => {
      const { folder, remove } = temporaryFolder();
      const log = join(folder, "log");
      writeFileSync(log, "");
      const program = await compile(join(import.meta.dirname, "receiver.ts"), "coalescing-receiver");
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
      const lines = (word: string) =>
        readFileSync(log, "utf8")
          .split("\n")
          .filter((line) => line.startsWith(`${word} `))
          .map((line) => line.split(" ") as [string, string, string]);
      const ids = idsOfEvents();

      let isOver = false;
      const killing = (async () => {
        let kills = 0;
        for (; kills < KILLS && !isOver; kills += 1) {
          await sleep(200 + Math.random() * 400);
          await anyWorker().kill();
        }
        return kills;
      })();
      await deliver({
        secret,
        ids,
        port: () => anyWorker().port,
        inFlight: 8,
        onAcknowledged: () => undefined,
      });
      await vi.waitFor(
        () => {
          const ended = new Set(lines("end").flatMap(([, , members]) => members.split(",")));
          expect(ids.filter((id) => !ended.has(id)).length).toBe(0);
        },
        { timeout: 120_000 + EVENTS * 10, interval: 100 },
      );
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
      const batches = new Map<string, string>();
      for (const [, batch, members] of lines("end")) {
        // A run again, which a kill forced, has the same events.
        expect(batches.get(batch) ?? members).toBe(members);
        batches.set(batch, members);
      }
      const all = [...batches.values()].flatMap((members) => members.split(","));
      expect(all.length).toBe(new Set(all).size);
      expect(new Set(all)).toEqual(new Set(ids));
      for (const members of batches.values()) {
        const [key] = members.split("_");
        expect(members.split(",").every((id) => id.startsWith(`${key}_`))).toBe(true);
      }
      // In the order in which they were stored: by their place in the inbox, which `find` shows newest first.
      const places = new Map<string, number>();
      for await (const { id } of inbox.find({ triggerName: "CRASH_TEST" })) places.set(id, -places.size);
      const lastOf = new Map<string, number>();
      const isDone = new Set<string>();
      for (const [, batch, members] of lines("end")) {
        if (isDone.has(batch)) continue;
        isDone.add(batch);
        for (const id of members.split(",")) {
          const [key = ""] = id.split("_");
          const place = places.get(id) ?? Number.NaN;
          expect(place, `${id} in ${batch}`).toBeGreaterThan(lastOf.get(key) ?? Number.NEGATIVE_INFINITY);
          lastOf.set(key, place);
        }
      }
      const again = lines("begin").length - batches.size;
      process.stdout.write(
        `${what}: ${ids.length} events in ${batches.size} batches, ${kills} kills: each in one batch that ran to its end, in order, 0 lost; ${again} runs that a kill had cut off\n`,
      );
    },
  );
}
