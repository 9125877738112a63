import { setTimeout as sleep } from "node:timers/promises";
import type { Fixture } from "./fixture.js";
import { random } from "./seeded.js";

/** The paths of both generations. */
const AUTHORIZATION = ["/api/v3/internal/sdk/realtime/auth", "/api/v1/client/auth/pusher_auth"];
const LOGS = ["/api/v3.1/internal/trigger/logs", "/api/v1/triggers/logs"];
const CLOSE_CODES = [1001, 1012, 4009, 4100, 4200, 4201, 4202, 4300];

/** The faults of the connection. Each lasts `forMs`, and leaves everything whole. */
export const cuts: Readonly<Record<string, (fixture: Fixture, forMs: number) => Promise<void>>> = {
  async reset({ network }, forMs) {
    network.cut("reset");
    await sleep(forMs);
    network.restore();
  },
  async finished({ network }, forMs) {
    network.cut("finish");
    await sleep(forMs);
    network.restore();
  },
  async silent({ network }, forMs) {
    network.freeze();
    await sleep(forMs);
    network.restore();
  },
  async dropped({ platform }, forMs) {
    platform.faults.realtime.dropAll("terminate");
    await sleep(forMs);
  },
  async closed({ platform }, forMs) {
    platform.faults.realtime.dropAll("close", CLOSE_CODES[Math.floor(random() * CLOSE_CODES.length)]);
    platform.faults.realtime.refuse(4200);
    await sleep(forMs);
    platform.faults.realtime.refuse(undefined);
  },
  restarted: (fixture, forMs) => fixture.restart(forMs),
  async slept({ network, jump }, forMs) {
    network.freeze();
    await sleep(forMs);
    jump(60_000);
    network.restore();
  },
  async unauthorized({ platform }, forMs) {
    const over = AUTHORIZATION.map((path) =>
      platform.faults.calls.add({ path, status: 503, times: 1_000_000 }),
    );
    platform.faults.realtime.dropAll("terminate");
    await sleep(forMs);
    for (const end of over) end();
  },
  async logless({ platform }, forMs) {
    const over = LOGS.map((path) =>
      platform.faults.calls.add({ path, status: 429, retryAfter: 0, times: 1_000_000 }),
    );
    platform.faults.realtime.dropAll("terminate");
    await sleep(forMs);
    for (const end of over) end();
  },
};

/** Every fault in turn, in random order, and again. */
export function* randomCuts(count: number): Generator<readonly [name: string, cut: (typeof cuts)[string]]> {
  for (let left = count; left > 0; ) {
    const round = Object.entries(cuts).sort(() => random() - 0.5);
    yield* round.slice(0, left);
    left -= round.length;
  }
}
