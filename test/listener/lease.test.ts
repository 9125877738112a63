import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ListenerEvent, type ListenerOptions, TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";

const secret = "a secret of some length";

function aFile(): string {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  return join(folder, "events.db");
}

function listenerOn(path: string, options: ListenerOptions = {}) {
  const listener = new TriggerListener({
    inbox: sqliteInbox({ path, pollMs: 20 }),
    webhook: { port: 0, host: "127.0.0.1", secrets: secret },
    retry: { attempts: 3, baseMs: 1, capMs: 1 },
    ...options,
  });
  onTestFinished(() => listener.stop());
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  const send = async (triggerName: string, logId: string) => {
    const { headers, body } = signedWebhook({ secret, triggerName, payload: {}, logId });
    const answer = await fetch(`${listener.health().webhook?.url}/webhook`, {
      method: "POST",
      headers,
      body,
    });
    expect(answer.status).toBe(200);
  };
  return { listener, reports, send };
}

test("a callback that takes many times its lease runs once: whoever lives renews it, what waits in a queue included", async () => {
  const path = aFile();
  const runs: string[] = [];
  const all = [
    listenerOn(path, { leaseMs: 1500, concurrency: 1 }),
    listenerOn(path, { leaseMs: 1500, concurrency: 1 }),
  ];
  for (const { listener } of all) {
    listener.callback({}, async function slow({ id }) {
      runs.push(id);
      await sleep(4000);
    });
    await listener.start();
  }
  await Promise.all(["log_1", "log_2", "log_3", "log_4"].map((id) => all[0]?.send("A", id)));
  await vi.waitFor(
    async () =>
      expect(await all[0]?.listener.inbox.counts()).toEqual({
        waiting: 0,
        running: 0,
        done: 4,
        dead: 0,
        unmatched: 0,
      }),
    { timeout: 60_000 },
  );
  expect(runs.sort()).toEqual(["log_1", "log_2", "log_3", "log_4"]);
  expect(all.flatMap(({ reports }) => reports.filter(({ type }) => /trouble/.test(type)))).toEqual([]);
});

test.each([
  ["gives up when its signal is aborted", true],
  ["ignores its signal", false],
])(
  "a callback that stop() did not wait for and that %s runs again after a restart, alone",
  async (_what, obeys) => {
    const path = aFile();
    // Nobody waits for the lease: the record is given back.
    const first = listenerOn(path, { leaseMs: 3_600_000 });
    const runs: string[] = [];
    let end: () => void = () => undefined;
    first.listener.callback("B", async function good({ id }) {
      runs.push(`good ${id}`);
    });
    first.listener.callback({}, function stuck({ id }, { signal }) {
      runs.push(`stuck ${id}`);
      return new Promise<void>((resolve, reject) => {
        end = resolve;
        if (obeys) signal.addEventListener("abort", () => reject(signal.reason));
      });
    });
    await first.listener.start();
    await first.send("A", "log_1");
    await first.send("B", "log_2");
    await vi.waitFor(() => expect(runs).toEqual(["stuck log_1", "good log_2", "stuck log_2"]));
    await first.listener.stop({ timeoutMs: 20 });

    const second = listenerOn(path);
    const attempts: string[] = [];
    second.listener.callback("B", async function good({ id }) {
      runs.push(`good ${id}`);
    });
    second.listener.callback({}, function stuck({ id }, { attempt }) {
      attempts.push(`${id} ${attempt}`);
    });
    await second.listener.start();
    await vi.waitFor(
      async () =>
        expect(await second.listener.inbox.counts()).toEqual({
          waiting: 0,
          running: 0,
          done: 2,
          dead: 0,
          unmatched: 0,
        }),
      { timeout: 60_000 },
    );
    // The attempt that was cut off is not counted.
    expect(attempts.sort()).toEqual(["log_1 1", "log_2 1"]);
    expect(runs.filter((text) => text === "good log_2")).toHaveLength(1);
    // What ends late, ends unheard.
    end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(first.reports.filter(({ type }) => /trouble/.test(type))).toEqual([]);
  },
);
