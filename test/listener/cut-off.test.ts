import { setTimeout as sleep } from "node:timers/promises";
import { type ListenerEventOf, type ListenerOptions, TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.js";
import { sentenceOf } from "../../src/base/listener-event-emitter.js";
import { temporaryFolder } from "../inbox/temporary-folder.js";

const secret = "a secret of some length";
const LEASE_MS = 1000;

function aFile(): string {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  return `${folder}/events.db`;
}

function listenerOn(path: string, options: ListenerOptions = {}) {
  const listener = new TriggerListener({
    inbox: sqliteInbox({ path, pollMs: 20 }),
    webhook: { port: 0, host: "127.0.0.1", secrets: secret },
    signals: false,
    ...options,
  });
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  const failed: ListenerEventOf<"callback.failed">[] = [];
  listener.on("callback.failed", (event) => failed.push(event));
  const send = async (logId: string) => {
    const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: {}, logId });
    const { url } = listener.health().webhook ?? expect.fail();
    expect((await fetch(`${url}/webhook`, { method: "POST", headers, body })).status).toBe(200);
  };
  return { listener, failed, send };
}

test("what stop() cut off runs again in its last attempt too, beside a callback that succeeded", async () => {
  const path = aFile();
  const first = listenerOn(path, { leaseMs: 3_600_000, retry: { attempts: 1 } });
  const runs: string[] = [];
  first.listener.callback("A", async () => void runs.push("good"), { name: "good" });
  const stuck = (_event: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  first.listener.callback("A", stuck, { name: "stuck" });
  await first.listener.start();
  await first.send("log_1");
  await vi.waitFor(() => expect(runs).toEqual(["good"]));
  await first.listener.stop({ timeoutMs: 20 });

  const second = listenerOn(path, { retry: { attempts: 1 } });
  second.listener.callback("A", async () => void runs.push("good"), { name: "good" });
  second.listener.callback("A", async (_event, { attempt }) => void runs.push(`stuck ${attempt}`), {
    name: "stuck",
  });
  await second.listener.start();
  await vi.waitFor(async () =>
    expect(await second.listener.inbox.counts()).toMatchObject({ waiting: 0, running: 0, done: 1, dead: 0 }),
  );
  expect(runs).toEqual(["good", "stuck 1"]);
  expect(first.failed).toMatchObject([{ callback: "stuck", endedBy: "stop", retryInMs: 0 }]);
});

test("an attempt that stop() ended is reported as such, and not with a pause or as the last one", async () => {
  const { listener, failed, send } = listenerOn(aFile(), { retry: { attempts: 1 } });
  let hasStarted = false;
  listener.callback("A", () => {
    hasStarted = true;
    return new Promise(() => undefined);
  });
  await listener.start();
  await send("log_1");
  await vi.waitFor(() => expect(hasStarted).toBe(true));
  await listener.stop({ timeoutMs: 20 });
  const [event = expect.fail()] = failed;
  expect(sentenceOf(event)).toContain("stop() ended the attempt: it is not counted");
  expect(String(event.error)).not.toContain("that you gave");
});

/** A clock whose timers wait while it is frozen, as those of a stopped process do. */
function freezableClock() {
  let isFrozen = false;
  const late = new Set<() => void>();
  const clock: Clock = {
    ...systemClock,
    after(ms, fn) {
      const timer = systemClock.after(ms, () => {
        if (isFrozen) late.add(fn);
        else fn();
      });
      return {
        clear() {
          timer.clear();
          late.delete(fn);
        },
      };
    },
  };
  return {
    clock,
    freeze() {
      isFrozen = true;
    },
    thaw() {
      isFrozen = false;
      for (const fn of [...late]) {
        late.delete(fn);
        fn();
      }
    },
  };
}

test.each([
  ["before it could renew its lease", false],
  ["after its lease was found lost", true],
])(
  "a process that slept while another ran its event runs no further step of it, %s",
  async (_what, thaws) => {
    const path = aFile();
    const { clock, freeze, thaw } = freezableClock();
    onTestFinished(thaw);
    const first = listenerOn(path, { leaseMs: LEASE_MS, clock });
    const second = listenerOn(path, { leaseMs: LEASE_MS });
    const ran: string[] = [];
    let goOn: () => void = () => undefined;
    const slept = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    first.listener.callback(
      "A",
      async (_event, { step }) => {
        await step("ask", () => ran.push("first asks"));
        await slept;
        await step("post", () => ran.push("first posts"));
      },
      { name: "work" },
    );
    second.listener.callback(
      "A",
      async (_event, { step }) => {
        await step("ask", () => ran.push("second asks"));
        await step("post", () => ran.push("second posts"));
      },
      { name: "work" },
    );
    await first.listener.start();
    await first.send("log_1");
    await vi.waitFor(() => expect(ran).toEqual(["first asks"]));
    freeze();
    await sleep(LEASE_MS + 200);
    await second.listener.start();
    await vi.waitFor(() => expect(ran).toEqual(["first asks", "second posts"]), { timeout: 20_000 });
    if (thaws) {
      thaw();
      await sleep(LEASE_MS);
    }
    goOn();
    await vi.waitFor(() => expect(first.failed).toHaveLength(1));
    expect(ran).toEqual(["first asks", "second posts"]);
    const [event = expect.fail()] = first.failed;
    expect(event).toMatchObject({ endedBy: "lease", error: { code: "ERR_STEP" } });
    expect(sentenceOf(event)).toContain("whichever process has the event now");
    expect(await second.listener.inbox.counts()).toMatchObject({ done: 1, dead: 0, waiting: 0 });
  },
);
