import { connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { type Inbox, type TriggerListener as Listener, memoryInbox, TriggerListener } from "earshot";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { manualClock } from "../support/manual-clock.js";

const secret = "a secret of some length";
const GRACE_MS = 20_000;

function stoppable(inbox: Inbox = memoryInbox()) {
  const clock = manualClock(Date.now());
  const webhook = { port: 0, host: "127.0.0.1", secrets: secret, bodyTimeoutMs: 3_600_000 };
  const listener = new TriggerListener({ inbox, clock, signals: false, webhook });
  const warnings: string[] = [];
  listener.on("warning", ({ error }) => warnings.push(error.message));
  listener.on("callback.failed", () => undefined);
  listener.on("delivery.rejected", () => undefined);
  /** @returns how long `ending` took by the clock, milliseconds */
  const measured = async (ending: Promise<void>) => {
    const startedAt = clock.monotonic();
    let hasEnded = false;
    void ending.finally(() => {
      hasEnded = true;
    });
    while (!hasEnded && clock.monotonic() - startedAt < 10 * GRACE_MS) {
      for (let turns = 0; turns < 20; turns += 1) await turn();
      if (!hasEnded) clock.advance(100);
    }
    expect(hasEnded).toBe(true);
    return clock.monotonic() - startedAt;
  };
  return { listener, warnings, measured };
}

async function fire(listener: Listener, logId: string) {
  const { url } = listener.health().webhook ?? expect.fail();
  const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: {}, logId });
  const response = await fetch(`${url}/webhook`, { method: "POST", headers, body });
  expect(response.status).toBe(200);
}

/** Opens a request whose body never ends. */
async function openRequest(listener: Listener) {
  const { url } = listener.health().webhook ?? expect.fail();
  const socket = connect(Number(new URL(String(url)).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  socket.write("POST /webhook HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{");
  await vi.waitFor(() => expect(listener.health().webhook).toMatchObject({ inFlight: 1 }));
}

test("stop({ timeoutMs }) takes its time once, for a request, a batch and a callback together", async () => {
  const { listener, measured } = stoppable();
  const aborted = (signal: AbortSignal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  listener.callback("A", (_event, { signal }) => aborted(signal), { name: "alone" });
  const coalesce = { quietMs: 3_600_000, maxWaitMs: 3_600_000 };
  listener.callback("A", (_events, { signal }) => aborted(signal), { name: "batch", coalesce });
  await listener.start();
  await fire(listener, "log_1");
  await openRequest(listener);
  expect(await measured(listener.stop({ timeoutMs: GRACE_MS }))).toBeLessThanOrEqual(GRACE_MS + 1000);
});

test("an open batch runs at stop(), also while a request takes all of its time", async () => {
  const { listener, measured } = stoppable();
  const batches: number[] = [];
  const coalesce = { quietMs: 3_600_000, maxWaitMs: 3_600_000 };
  listener.callback("A", ({ events }) => void batches.push(events.length), { coalesce });
  await listener.start();
  await fire(listener, "log_1");
  await openRequest(listener);
  await measured(listener.stop({ timeoutMs: GRACE_MS }));
  expect(batches).toEqual([1]);
});

/** A memory inbox with a method that never answers. */
function silent(method: keyof Inbox): Inbox {
  return new Proxy(memoryInbox(), {
    get(target, name) {
      if (name === method) return () => new Promise(() => undefined);
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

test.each(["claim", "close"] as const)(
  "stop() ends over an inbox whose %s never answers, with a warning",
  async (method) => {
    const { listener, warnings, measured } = stoppable(silent(method));
    listener.callback("A", () => undefined);
    await listener.start();
    expect(await measured(listener.stop({ timeoutMs: GRACE_MS }))).toBeLessThanOrEqual(GRACE_MS + 11_000);
    expect(listener.health().state).toBe("stopped");
    expect(warnings).toEqual([expect.stringContaining("stop() waits no longer for the inbox to")]);
  },
);

test("stop() ends waitForever() over an inbox whose open never answers, with a warning", async () => {
  const { listener, warnings, measured } = stoppable(silent("open"));
  const ended = listener.waitForever();
  await turn();
  await measured(listener.stop({ timeoutMs: GRACE_MS }));
  await ended;
  expect(warnings).toEqual([expect.stringContaining("for the inbox to close")]);
});
