import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { freePort } from "../../support/free-port.js";
import { compile } from "../../support/program.js";
import { drivers } from "../../support/sqlite-drivers.js";
import { readLedger } from "./ledger.js";
import { deliver } from "./sender.js";

const EVENTS = Number(process.env.CRASH_EVENTS ?? 3000);
const KILLS = Number(process.env.CRASH_KILLS ?? 8);
const secret = "a secret of some length";

for (const driver of drivers) {
  test.skipIf(!driver.isHere)(
    `${driver.name}: of ${EVENTS} events sent while the receiver is killed ${KILLS} times, none is lost and none runs after it was done${driver.reason}`,
    { timeout: 60_000 + KILLS * 4000 + EVENTS * 10 },
    () => killWhileReceiving(driver.name),
  );
}

async function killWhileReceiving(driver: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "earshot-crash-"));
  const program = await compile(join(import.meta.dirname, "receiver-sqlite.ts"));
  const port = await freePort();
  const log = join(folder, "log");
  const isUp = (pid: number | undefined) =>
    existsSync(log) && readFileSync(log, "utf8").includes(`up ${pid}\n`);
  let child: ChildProcess | undefined;
  onTestFinished(() => {
    child?.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });
  const start = () => {
    child = spawn(process.execPath, [program], {
      env: {
        ...process.env,
        PORT: String(port),
        LOG: log,
        SECRET: secret,
        DB: join(folder, "events.db"),
        DRIVER: driver,
      },
      stdio: ["ignore", "inherit", "inherit"],
    });
    return child;
  };
  const acknowledged = new Set<string>();
  const ids = Array.from({ length: EVENTS }, (_, n) => `log_${n}`);
  start();
  const sending = deliver({
    secret,
    ids,
    port: () => port,
    inFlight: 64,
    onAcknowledged: (id) => acknowledged.add(id),
  });
  let whileSending = 0;
  for (let kills = 0; kills < KILLS; kills += 1) {
    const dying = child as unknown as ChildProcess;
    // At a random instant after it came up; every fourth time while it is still coming up.
    if (kills % 4 === 3) await sleep(Math.random() * 400);
    else await vi.waitFor(() => expect(isUp(dying.pid)).toBe(true), { timeout: 20_000, interval: 5 });
    await sleep(Math.random() * 80);
    if (acknowledged.size < EVENTS) whileSending += 1;
    dying.kill("SIGKILL");
    await once(dying, "exit");
    start();
  }
  await sending;
  await vi.waitFor(
    () => {
      const { done, dead } = readLedger(log);
      expect(dead).toEqual([]);
      expect([...acknowledged].filter((id) => !done.has(id)).length).toBe(0);
    },
    { timeout: 60_000, interval: 500 },
  );
  const last = child as unknown as ChildProcess;
  last.kill("SIGKILL");
  await once(last, "exit");
  const { done, runAfterDone, reruns } = readLedger(log);
  expect(acknowledged.size).toBe(EVENTS);
  expect(ids.filter((id) => !done.has(id))).toEqual([]);
  expect(runAfterDone).toEqual([]);
  process.stdout.write(
    `${driver}: killed ${KILLS} times, ${whileSending} of them while events came in: ${EVENTS} acknowledged, 0 lost, 0 run after done, ${reruns} re-runs that a crash forced\n`,
  );
}
