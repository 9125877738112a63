import { type CallbackOptions, type ListenerOptions, memoryInbox, Toolset, TriggerListener } from "earshot";
import { expect, onTestFinished, test } from "vitest";

const wrong = { code: "ERR_OPTION" };

function aListener(options: object = {}): TriggerListener {
  const webhook = { port: 0, host: "127.0.0.1", secrets: "a secret of some length" };
  return new TriggerListener({ webhook, signals: false, ...options } as ListenerOptions);
}

const noNumbers: readonly unknown[] = ["5", 5n, true, null, {}, Object.create(null), Number.NaN, -1, 1e300];

test("an option that is a number takes no text, bigint, object, NaN, or more than dates and stores can hold", () => {
  const names = [
    "concurrency",
    "maxPending",
    "maxPendingBytes",
    "maxCrashes",
    "unmatchedForMs",
    "attemptTimeoutMs",
    "dedupeWindowMs",
    "leaseMs",
    "drainTimeoutMs",
  ];
  for (const name of names) {
    for (const value of noNumbers) {
      expect(() => aListener({ [name]: value }), `${name} ${typeof value}`).toThrow(
        expect.objectContaining({ ...wrong, message: expect.stringContaining(name) }),
      );
    }
  }
  for (const value of noNumbers) {
    expect(() => aListener({ retry: { baseMs: value } })).toThrow(expect.objectContaining(wrong));
  }
});

test("an option that counts something takes whole numbers, and one that is a time takes parts of a millisecond", () => {
  for (const name of ["concurrency", "maxPending", "maxPendingBytes", "maxCrashes"]) {
    expect(() => aListener({ [name]: 1.5 }), name).toThrow(
      expect.objectContaining({ ...wrong, message: `\`${name}\` is a whole number of 1 or more, not 1.5.` }),
    );
  }
  expect(() => aListener({ retry: { attempts: 2.5 } })).toThrow(expect.objectContaining(wrong));
  expect(() => memoryInbox({ maxSettled: 0.5 })).toThrow(expect.objectContaining(wrong));
  expect(() => aListener({ leaseMs: 100.5, drainTimeoutMs: 0.5 })).not.toThrow();
});

test("a text where true or false belongs is an error, and no true", () => {
  for (const name of ["websocket", "signals"]) {
    for (const value of ["false", "yes", 0, 1, null]) {
      expect(() => aListener({ [name]: value }), `${name} ${value}`).toThrow(expect.objectContaining(wrong));
    }
  }
});

test("a path, a URL or a number where an inbox or options belong is an error at once, not at the start", () => {
  for (const value of ["events.db", 1, null, {}]) {
    expect(() => aListener({ inbox: value })).toThrow(
      expect.objectContaining({ ...wrong, message: expect.stringContaining("sqliteInbox") }),
    );
  }
  for (const name of ["webhook", "socket", "retry", "deadLetters"]) {
    for (const value of [1, "x", []]) {
      expect(() => aListener({ [name]: value }), `${name} ${value}`).toThrow(expect.objectContaining(wrong));
    }
  }
  expect(() => new Toolset("a key" as never)).toThrow(expect.objectContaining(wrong));
});

test("a callback's options are checked as the listener's are", () => {
  const listener = aListener();
  const bad: readonly unknown[] = [
    ...[Number.NaN, -1, 0, "5000", null, {}].map((attemptTimeoutMs) => ({ attemptTimeoutMs })),
    ...[42, "", "  ", {}, null, Symbol("x")].map((name) => ({ name })),
    ...[{}, 5, { "~standard": {} }].map((schema) => ({ schema })),
    { retries: 3 },
    { retry: 3 },
    ...["fast", 3n, { delaysMs: [] }, { delaysMs: [1, -1] }, { delaysMs: [1], baseMs: 1 }].map((retry) => ({
      retry,
    })),
    ...[true, { failures: 0 }, { probeMs: "1" }, { failure: 1 }, null].map((breaker) => ({ breaker })),
    ...[
      {},
      { events: 1 },
      { events: 0, perMs: 1 },
      { events: 1.5, perMs: 1 },
      { events: 1, perMs: 0 },
      5,
    ].map((limit) => ({
      limit,
    })),
    null,
    "name",
    5,
  ];
  for (const options of bad) {
    expect(() => listener.callback("A", () => undefined, options as CallbackOptions)).toThrow(
      expect.objectContaining(wrong),
    );
  }
  expect(() => listener.callback("A", () => undefined, { attemptTimeoutMs: 2 ** 40 })).not.toThrow();
});

test("a generator as a callback is an error where it is registered: a call of one runs nothing", () => {
  const listener = aListener();
  const message = expect.stringContaining("not a generator");
  const generators: readonly (() => unknown)[] = [function* () {}, async function* () {}];
  for (const fn of generators) {
    expect(() => listener.callback("A", fn)).toThrow(
      expect.objectContaining({ code: "ERR_CALLBACK", message }),
    );
    expect(() => listener.callback("A")(fn)).toThrow(
      expect.objectContaining({ code: "ERR_CALLBACK", message }),
    );
  }
});

test("once() with a limit or a signal that is none rejects, and leaves no callback behind", async () => {
  const listener = aListener();
  await listener.start();
  onTestFinished(() => listener.stop());
  const bad = [
    ...[Number.NaN, -1, "5", null].map((timeoutMs) => ({ timeoutMs })),
    ...[{}, new AbortController(), null, 1].map((signal) => ({ signal })),
    { timeout: 5 },
    null,
  ];
  for (const options of bad) {
    await expect(listener.once("A", options as never)).rejects.toMatchObject(wrong);
  }
  await expect(listener.once("A", { timeoutMs: 1 })).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
  const { signal } = new AbortController();
  const waiting = listener.once("A", { timeoutMs: Number.POSITIVE_INFINITY, signal });
  await listener.stop();
  await expect(waiting).rejects.toMatchObject({ code: "ERR_ABORTED" });
});

test("stop() with a limit that is none throws, and does not cut callbacks off at once", async () => {
  const listener = aListener();
  await listener.start();
  for (const options of [{ timeoutMs: Number.NaN }, { timeoutMs: "5000" }, { timeout: 5 }, 5000]) {
    expect(() => listener.stop(options as never)).toThrow(expect.objectContaining(wrong));
  }
  expect(listener.health().state).toBe("running");
  await listener.stop({ timeoutMs: Number.POSITIVE_INFINITY });
});

test("on() takes functions only, and one that is registered twice is called twice until each is taken off", async () => {
  const listener = aListener();
  for (const fn of [undefined, 5, "log", {}]) {
    expect(() => listener.on("webhook.listening", fn as never)).toThrow(expect.objectContaining(wrong));
  }
  expect(() => listener.on(5n as never, () => undefined)).toThrow(expect.objectContaining(wrong));
  let calls = 0;
  const count = () => {
    calls += 1;
  };
  const off = listener.on("webhook.listening", count);
  listener.on("webhook.listening", count);
  off();
  await listener.start();
  await listener.stop();
  expect(calls).toBe(1);
});
