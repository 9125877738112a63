import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { compile, run } from "../../support/program.js";
import { readLedger } from "../crash/ledger.js";
import { aFixture, cutLengthMs, EVENTS, KILLS, socket } from "./fixture.js";
import { random, SEED } from "./seeded.js";

test(`of ${EVENTS} events fired while the process is killed ${KILLS} times, none is lost and none runs after it was done (GAP_SEED=${SEED})`, {
  timeout: 120_000 + KILLS * 10_000,
}, async () => {
  const fixture = await aFixture();
  onTestFinished(() => fixture.close());
  const program = await compile(join(import.meta.dirname, "receiver.ts"), "gap-receiver");
  const log = join(fixture.folder, "log");
  const env = {
    BASE_URL: fixture.baseUrl,
    DB: join(fixture.folder, "inbox.db"),
    LOG: log,
    SOCKET: JSON.stringify(socket),
  };
  const lines = (word: string) =>
    existsSync(log) ? (readFileSync(log, "utf8").match(new RegExp(`^${word} `, "gm"))?.length ?? 0) : 0;
  let receiver = run(program, [], env);
  // What fires before the very first start is nobody's to hear.
  await vi.waitFor(() => expect(lines("up")).toBe(1), { timeout: 20_000 });
  const perKill = Math.ceil(EVENTS / (KILLS + 1));
  let silent = 0;
  for (let kills = 0; kills < KILLS; kills += 1) {
    const firing = fixture.fire(perKill);
    await sleep(random() * perKill * 2);
    // Every other time the link has gone dead before, unnoticed.
    if (kills % 2 === 0) {
      silent += 1;
      fixture.network.freeze();
      await sleep(random() * 300);
    }
    receiver.child.kill("SIGKILL");
    await receiver.ended;
    fixture.network.restore();
    await sleep(cutLengthMs());
    const before = lines("up");
    receiver = run(program, [], env);
    // Every third is killed again while it is still starting, or reading what it missed.
    if (kills % 3 !== 2) await vi.waitFor(() => expect(lines("up")).toBe(before + 1), { timeout: 20_000 });
    await firing;
  }
  await fixture.fire(EVENTS - fixture.fired.length);
  await vi.waitFor(
    () => {
      const { done } = readLedger(log);
      expect(fixture.fired.filter((id) => !done.has(id)).length).toBe(0);
    },
    { timeout: 60_000, interval: 200 },
  );
  receiver.child.kill("SIGTERM");
  await receiver.ended;
  const { done, dead, runAfterDone, reruns } = readLedger(log);
  expect(fixture.fired).toHaveLength(EVENTS);
  expect(fixture.fired.filter((id) => !done.has(id))).toEqual([]);
  expect(dead).toEqual([]);
  expect(runAfterDone).toEqual([]);
  expect(lines("unfilled")).toBe(0);
  process.stdout.write(
    `killed ${KILLS} times (${silent} on a dead link): ${EVENTS} events, 0 lost, 0 run after done, ${reruns} re-runs that a kill forced\n`,
  );
});
