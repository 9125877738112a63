import { expect, test } from "vitest";
import { Drop, RetryAfter } from "../../src/base/errors.js";
import type { ListenerEvent } from "../../src/base/listener-events.js";
import type { Callback, CallbackContext } from "../../src/callbacks/callback.js";
import { LoopEnded } from "../../src/callbacks/event-stream.js";
import { parseFilter } from "../../src/callbacks/parse-filter.js";
import { memoryInbox } from "../../src/inbox/memory/index.js";
import { type AttemptTools, attempt } from "../../src/pipeline/attempt.js";
import { HeldRecords } from "../../src/pipeline/held-records.js";
import { ShutdownSignal } from "../../src/pipeline/shutdown-signal.js";
import { claimed, event } from "../callbacks/events.js";
import { manualClock } from "../support/manual-clock.js";

function setup(attempts = 3) {
  const clock = manualClock();
  const reports: ListenerEvent[] = [];
  const stop = new ShutdownSignal();
  const inbox = memoryInbox();
  const send = (report: ListenerEvent) => void reports.push(report);
  const tools: AttemptTools = {
    clock,
    steps: { inbox, clock, leaseMs: 1000, held: new HeldRecords(), send },
    once: { inbox, send },
    join: { inbox, clock, send },
    copyOf: (_record, original) => structuredClone(original),
    random: () => 0,
    leavesUnmatched: false,
    stop,
    isNeeded: () => true,
    send,
  };
  const callback = (name: string, handler: Callback["handler"]): Callback => ({
    name,
    filter: parseFilter({}),
    handler,
    retry: { attempts, baseMs: 1000, capMs: 60_000 },
    attemptTimeoutMs: 5000,
  });
  return { clock, reports, stop, tools, callback };
}

test("callbacks that return at once settle the record at once, without a promise", () => {
  const { tools, callback } = setup();
  expect(
    attempt(claimed(), event(), [callback("a", () => 1), callback("b", () => undefined)], tools),
  ).toEqual({
    state: "done",
    done: ["a", "b"],
    failures: [],
  });
});

test("a callback that fails runs again; the one that succeeded does not", async () => {
  const { tools, callback, clock } = setup();
  const runs: string[] = [];
  const callbacks = [
    callback("good", () => void runs.push("good")),
    callback("bad", async () => {
      runs.push("bad");
      throw new Error("no");
    }),
  ];
  const first = await attempt(claimed(), event(), callbacks, tools);
  expect(first).toMatchObject({ state: "retry", done: ["good"], dueAt: clock.now() + 500 });
  expect(first.failures).toMatchObject([{ callback: "bad", attempt: 1, message: "no" }]);
  await attempt(claimed({ attempts: 1, done: first.done }), event(), callbacks, tools);
  expect(runs).toEqual(["good", "bad", "bad"]);
});

test("after its last attempt the record is dead, and what succeeded stays recorded", async () => {
  const { tools, callback } = setup(2);
  const failing = callback("bad", () => {
    throw new Error("no");
  });
  expect(
    attempt(claimed({ attempts: 1, tries: { bad: 1 }, done: ["good"] }), event(), [failing], tools),
  ).toMatchObject({
    state: "dead",
    done: ["good"],
  });
});

test("a callback whose attempts are used up does not run while another still may", () => {
  const { tools, callback } = setup(1);
  let runs = 0;
  const spent = callback("spent", () => {
    runs += 1;
  });
  const patient = { ...callback("patient", () => undefined), retry: { attempts: 5, baseMs: 0, capMs: 0 } };
  expect(
    attempt(claimed({ attempts: 1, tries: { spent: 1 } }), event(), [spent, patient], tools),
  ).toMatchObject({
    state: "dead",
    done: ["patient"],
  });
  expect(runs).toBe(0);
});

test("Drop gives up at once and counts as done; RetryAfter is waited for, 0 included", () => {
  const { tools, callback, clock } = setup();
  const dropping = callback("drops", () => {
    throw new Drop("not for me");
  });
  expect(attempt(claimed(), event(), [dropping], tools)).toMatchObject({ state: "done", done: ["drops"] });
  for (const delayMs of [0, 7000]) {
    const later = callback("later", () => {
      throw new RetryAfter(delayMs);
    });
    expect(attempt(claimed(), event(), [later], tools)).toMatchObject({
      state: "retry",
      dueAt: clock.now() + delayMs,
    });
  }
  expect(() => new RetryAfter(-1)).toThrow("RetryAfter wants milliseconds of 0 or more, not -1.");
});

test.each([["5000"], [null], [new Date(5000)], [[1]]])(
  "RetryAfter of %j, which is no number, is an error, and not a pause that is ignored",
  (delay) => {
    expect(() => new RetryAfter(delay as never)).toThrow("RetryAfter wants milliseconds of 0 or more, not ");
  },
);

test("a callback whose attempts were lowered below those it had is told to correct that option", () => {
  const { tools, callback, reports } = setup(1);
  attempt(claimed({ attempts: 2, tries: { bad: 2 } }), event(), [callback("bad", () => undefined)], tools);
  expect(reports).toMatchObject([
    {
      type: "callback.failed",
      error: { code: "ERR_OPTION", message: expect.stringContaining("`retry.attempts` is 1") },
    },
  ]);
});

test("a record of an earlier version, which counts attempts in its failures only, goes on counting", async () => {
  const { tools, callback } = setup(3);
  const attempts: number[] = [];
  const failing = callback("bad", (_, context) => {
    attempts.push((context as CallbackContext).attempt);
    throw new Error("no");
  });
  const failure = (number: number) => ({ callback: "bad", attempt: number, at: 1, message: "no" });
  const old = { attempts: 2, done: ["good"], failures: [failure(1), failure(2)] };
  expect(attempt(claimed(old), event(), [failing], tools)).toMatchObject({ state: "dead" });
  expect(attempts).toEqual([3]);
  const elsewhere = { ...tools, leavesUnmatched: true };
  expect(attempt(claimed(old), event(), [callback("good", () => undefined)], elsewhere)).toMatchObject({
    state: "unmatched",
    tries: { bad: 2 },
  });
});

test("a callback that has failed and is paused counts as failed for a process that does not have it", async () => {
  const { tools, callback } = setup(3);
  const paused: Callback = {
    ...callback("paused", () => {
      throw new Error("away");
    }),
    gate: {
      admit: () => undefined,
      failed: () => 5000,
      skipped: () => undefined,
      succeeded: () => undefined,
    } as unknown as Callback["gate"],
  };
  const good = callback("good", () => undefined);
  const elsewhere = { ...tools, leavesUnmatched: true };
  const outcome = await attempt(claimed(), event(), [good, paused], elsewhere);
  expect(outcome).toMatchObject({ state: "retry", done: ["good"], tries: { paused: 0 } });
  const { done, failures, tries } = outcome;
  expect(attempt(claimed({ attempts: 1, done, failures, tries }), event(), [good], elsewhere)).toMatchObject({
    state: "unmatched",
  });
});

test("an event that a loop did not reach is due at once, and has no attempt more", async () => {
  const { tools, callback } = setup();
  const left = () => {
    throw new LoopEnded("The loop has ended.");
  };
  expect(attempt(claimed(), event(), [callback("loop", left)], tools)).toMatchObject({
    state: "retry",
    dueAt: tools.clock.now(),
    isUncounted: true,
  });
  const beside = callback("beside", () => undefined);
  const outcome = await attempt(claimed(), event(), [callback("loop", left), beside], tools);
  expect(outcome).toMatchObject({ state: "retry", done: ["beside"] });
  expect(outcome).not.toHaveProperty("isUncounted");
});

test("an attempt that takes too long fails, and its signal is aborted", async () => {
  const { tools, callback, clock } = setup();
  let context: CallbackContext | undefined;
  const hanging = callback("hangs", (_event, given) => {
    context = given;
    return new Promise(() => undefined);
  });
  const outcome = attempt(claimed(), event(), [hanging], tools);
  clock.advance(4999);
  expect(context?.signal.aborted).toBe(false);
  clock.advance(1);
  expect(context?.signal.aborted).toBe(true);
  expect((await outcome).failures[0]?.message).toBe('The callback "hangs" did not end within its 5000 ms.');
});

test("a listener that stops aborts the signal of what runs", async () => {
  const { tools, callback, stop } = setup();
  const waiting = callback(
    "waits",
    (_event, { signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  );
  const outcome = attempt(claimed(), event(), [waiting], tools);
  stop.abort(new Error("stopping"));
  expect((await outcome).failures[0]?.message).toBe("stopping");
});

test("reports say who failed, why, and when it runs again", () => {
  const { tools, callback, reports } = setup();
  attempt(
    claimed(),
    event(),
    [
      callback("bad", () => {
        throw new Error("no");
      }),
    ],
    tools,
  );
  expect(reports).toMatchObject([
    { type: "callback.failed", callback: "bad", attempt: 1, id: "log_1", retryInMs: 500 },
  ]);
});
