import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { github, type PolledSource, type SenderLog, type TriggerEvent, TriggerListener } from "earshot";
import { type PrometheusRegistry, prometheus } from "earshot/prometheus";
import { sqliteInbox } from "earshot/sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { compat, watchedListener } from "./support.js";

const { Registry } = compat("prom-client") as { Registry: new () => PrometheusRegistry };

/** The lines of the deliveries in an exposition. */
async function deliveriesOf(registry: PrometheusRegistry): Promise<readonly string[]> {
  return (await registry.metrics())
    .split("\n")
    .filter((line) => line.startsWith("earshot_deliveries_total{"));
}

test("a delivery that a full inbox does not take is unavailable, and stored when it is sent again", async () => {
  const registry = new Registry();
  const { listener, start } = await watchedListener({ monitors: prometheus({ registry }), maxPending: 1 });
  const { send } = await start();
  let end = () => {};
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  listener.callback("A", () => held);
  expect(await send("A")).toBe(200);
  expect(await send("A", { logId: "again" })).toBe(503);
  end();
  await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ done: 1 }));
  expect(await send("A", { logId: "again" })).toBe(200);
  expect(await deliveriesOf(registry)).toEqual([
    'earshot_deliveries_total{source="webhook",provider="composio",outcome="stored",reason=""} 2',
    'earshot_deliveries_total{source="webhook",provider="composio",outcome="unavailable",reason=""} 1',
  ]);
});

/** Messages that a sender has once. */
function polledOnce(ids: readonly string[]): PolledSource {
  return {
    provider: "acme",
    name: "acme",
    intervalMs: 3_600_000,
    poll: async () => ({
      events: ids.map((id) => ({ at: Date.now(), id, body: { id } })),
      iterator: "end",
      done: true,
    }),
  };
}

test("what waits for room is offered many times and counted once", async () => {
  const registry = new Registry();
  const events: TriggerEvent[] = [];
  const ends: (() => void)[] = [];
  const listener = new TriggerListener({
    poll: polledOnce(["1", "2"]),
    maxPending: 1,
    monitors: prometheus({ registry }),
    signals: false,
  });
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  const full = vi.fn();
  listener.on("inbox.full", full);
  listener.callback({ provider: "acme" }, (event) => {
    events.push(event);
    return new Promise<void>((resolve) => ends.push(resolve));
  });
  // It starts once the first messages are stored.
  const started = listener.start();
  await vi.waitFor(() => expect(full).toHaveBeenCalled(), 10_000);
  expect(await deliveriesOf(registry)).toHaveLength(1);
  ends[0]?.();
  await vi.waitFor(() => expect(events).toHaveLength(2), 10_000);
  ends[1]?.();
  await started;
  expect(await deliveriesOf(registry)).toEqual([
    'earshot_deliveries_total{source="poll",provider="acme",outcome="stored",reason=""} 2',
  ]);
});

test("what a route rejects is counted as rejected where its sender lists it, and not by another outcome", async () => {
  const registry = new Registry();
  const folder = mkdtempSync(join(tmpdir(), "earshot-deliveries-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const validate = (value: unknown) =>
    (value as { action: string }).action === "bad" ? { issues: [{ message: "bad" }] } : { value };
  const backfill: SenderLog = {
    name: "GitHub's list",
    async *read() {
      yield { at: Date.now(), id: "a", eventName: "pull_request", body: { action: "bad" } };
      yield { at: Date.now(), id: "b", eventName: "pull_request", body: { action: "good" } };
    },
  };
  const start = async () => {
    const source = github({ secrets: ["a secret of some length"] });
    const schema = { "~standard": { version: 1 as const, vendor: "test", validate } };
    const listener = new TriggerListener({
      inbox: sqliteInbox({ path: join(folder, "events.db") }),
      monitors: prometheus({ registry }),
      signals: false,
      webhook: {
        port: 0,
        host: "127.0.0.1",
        routes: { "/github": { source, schema, onInvalid: "reject", backfill } },
      },
    });
    onTestFinished(() => listener.stop({ timeoutMs: 0 }));
    listener.on("delivery.rejected", () => undefined);
    const filled = vi.fn();
    listener.on("gap.filled", filled);
    await listener.start();
    return { listener, filled };
  };
  await (await start()).listener.stop();
  const { filled } = await start();
  await vi.waitFor(() => expect(filled).toHaveBeenCalled(), 10_000);
  expect(await deliveriesOf(registry)).toEqual([
    'earshot_deliveries_total{source="webhook",provider="github",outcome="rejected",reason="ERR_SCHEMA"} 1',
    'earshot_deliveries_total{source="backfill",provider="github",outcome="stored",reason=""} 1',
  ]);
});
