import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, systemClock } from "../../../src/base/clock.js";
import { type Platform, startPlatform } from "../../../src/dev/index.js";
import { Toolset, type ToolsetOptions } from "../../../src/index.js";
import { type Network, startNetwork } from "./network.js";
import { random } from "./seeded.js";

export const EVENTS = Number(process.env.GAP_EVENTS ?? 900);
export const CUTS = Number(process.env.GAP_CUTS ?? 8);
export const KILLS = Number(process.env.GAP_KILLS ?? 3);
const LONGEST_CUT_MS = Number(process.env.GAP_LONGEST_CUT_MS ?? 400);
const SHORTEST_CUT_MS = 10;
/** 5 events every 10 ms: 500 a second. */
const BURST = 5;
const BURST_MS = 10;

/** So that a dead connection is noticed within a cut's length. */
export const socket = {
  quietLimitMs: 150,
  pongLimitMs: 150,
  handshakeLimitMs: 500,
  backoff: { baseMs: 20, capMs: 200 },
};
export const calls = { tryTimeoutMs: 500, callTimeoutMs: 5000 } satisfies ToolsetOptions;
export const TRIGGER = "SLACK_RECEIVE_MESSAGE";

/** A platform that can be restarted, a network to it, and a clock that both sides live by. */
export interface Fixture {
  readonly clock: Clock;
  readonly network: Network;
  readonly folder: string;
  readonly baseUrl: string;
  readonly platform: Platform;
  /** The ids of what was fired so far; each event's text is its number in here. */
  readonly fired: readonly string[];
  /** Fires so many at the steady rate; waits where the platform is down. */
  fire(count: number): Promise<void>;
  /** Both clocks run ahead, as if the machine had slept. */
  jump(byMs: number): void;
  /** Stops the platform, and starts it again on the same port over the same data. */
  restart(downMs: number): Promise<void>;
  close(): Promise<void>;
}

export async function aFixture(): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), "earshot-gap-"));
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const options = { dataDir: join(folder, "platform"), clock };
  let platform = await startPlatform(options);
  const { port } = platform;
  const network = await startNetwork(port);
  let up: Promise<unknown> = Promise.resolve();
  const enabling = new Toolset({ apiKey: "local", baseUrl: platform.url });
  await enabling.enableTrigger(TRIGGER, {});
  await enabling.close();
  const fired: string[] = [];
  return {
    clock,
    network,
    folder,
    fired,
    baseUrl: `http://127.0.0.1:${network.port}`,
    get platform() {
      return platform;
    },
    async fire(count) {
      for (let n = 0; n < count; n += 1) {
        await up;
        const { logIds } = await platform.fire(TRIGGER, { data: { text: String(fired.length) } });
        fired.push(...logIds);
        if (n % BURST === BURST - 1) await sleep(BURST_MS);
      }
    },
    jump(byMs) {
      aheadMs += byMs;
    },
    async restart(downMs) {
      const restarting = (async () => {
        await platform.stop();
        await sleep(downMs);
        platform = await startPlatform({ ...options, port });
      })();
      up = restarting;
      await restarting;
    },
    async close() {
      await up;
      await network.stop();
      await platform.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Short ones as likely as long ones, by their order of magnitude. */
export function cutLengthMs(): number {
  return SHORTEST_CUT_MS * (LONGEST_CUT_MS / SHORTEST_CUT_MS) ** random();
}
