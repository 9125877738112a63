import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ListenerEvent, memoryInbox, Toolset } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { cuts, randomCuts } from "./cuts.js";
import { aFixture, CUTS, calls, cutLengthMs, EVENTS, socket, TRIGGER } from "./fixture.js";
import { random, SEED } from "./seeded.js";

const kinds = {
  memory: { apiVersion: "v3", inbox: () => memoryInbox() },
  SQLite: { apiVersion: "v3", inbox: (folder: string) => sqliteInbox({ path: join(folder, "inbox.db") }) },
  // Its events come without an id, and its log knows no times.
  "memory, generation 1": { apiVersion: "v1", inbox: () => memoryInbox() },
} as const;

test.each(Object.entries(kinds))(
  `%s: of ${EVENTS} events fired while the link is cut ${CUTS} times, none is lost and none runs twice (GAP_SEED=${SEED})`,
  { timeout: 60_000 + CUTS * 6000 },
  async (name, { apiVersion, inbox }) => {
    const fixture = await aFixture();
    onTestFinished(() => fixture.close());
    const toolset = new Toolset({ apiKey: "local", baseUrl: fixture.baseUrl, apiVersion, ...calls });
    onTestFinished(() => toolset.close());
    const { clock } = fixture;
    const listener = toolset.createTriggerListener({
      inbox: inbox(fixture.folder),
      socket,
      clock,
      signals: false,
    });
    onTestFinished(() => listener.stop());
    const runs = new Map<string, number>();
    const sources = { websocket: 0, backfill: 0, webhook: 0, replay: 0, expectation: 0 };
    listener.callback(TRIGGER, async (event) => {
      const number = String(event.payload.text);
      runs.set(number, (runs.get(number) ?? 0) + 1);
      sources[event.source] += 1;
    });
    const told = new Map<ListenerEvent["type"], number>();
    const losses = new Map<string, number>();
    const unfilled: string[] = [];
    listener.on("*", (report) => {
      told.set(report.type, (told.get(report.type) ?? 0) + 1);
      if (report.type === "gap.unfilled") unfilled.push(report.error.message);
      if (report.type === "websocket.disconnected")
        losses.set(report.reason, (losses.get(report.reason) ?? 0) + 1);
    });
    await listener.start();

    const perCut = Math.ceil(EVENTS / CUTS);
    const cutBy: Record<string, number> = {};
    for (const [way, cut] of randomCuts(CUTS)) {
      const firing = fixture.fire(Math.min(perCut, EVENTS - fixture.fired.length));
      // Somewhere in the firing: before, within and after the cut there are events.
      await sleep(random() * perCut * 2);
      await cut(fixture, cutLengthMs());
      cutBy[way] = (cutBy[way] ?? 0) + 1;
      await firing;
      await sleep(random() * 200);
    }

    const began = performance.now();
    const lost = () => fixture.fired.filter((_id, number) => !runs.has(String(number)));
    await vi.waitFor(() => expect(lost().length).toBe(0), {
      timeout: 60_000,
      interval: 50,
    });
    const lateMs = Math.round(performance.now() - began);
    // Whatever is still read of the log must not run anything again.
    await vi.waitFor(() => expect(listener.health().healthy).toBe(true), { timeout: 10_000 });
    expect(fixture.fired).toHaveLength(EVENTS);
    expect([...runs].filter(([, count]) => count > 1)).toEqual([]);
    expect(runs.size).toBe(EVENTS);
    // Told where one outage after the other kept the log from being read, which then worked after all.
    expect(unfilled.filter((message) => !message.startsWith("The platform's log could not be read"))).toEqual(
      [],
    );
    expect(told.get("delivery.undecodable")).toBeUndefined();
    if (CUTS >= Object.keys(cuts).length) expect(sources.backfill).toBeGreaterThan(0);
    const numbers = {
      cutBy,
      losses: Object.fromEntries(losses),
      sources,
      gaps: told.get("gap.opened"),
      toldUnfilledMeanwhile: unfilled.length,
      lateMs,
    };
    process.stdout.write(
      `${name}: ${EVENTS} events, ${CUTS} cuts: 0 lost, 0 run twice ${JSON.stringify(numbers)}\n`,
    );
  },
);
