import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type * as Core from "../../src/index.js";

const dist = join(import.meta.dirname, "../../dist");
const asModule = (await import(pathToFileURL(join(dist, "index.js")).href)) as typeof Core;
const asCommonJs = createRequire(import.meta.url)(join(dist, "index.cjs")) as typeof Core;

const forms = [
  ["a CommonJS error in a listener of the module", asModule, asCommonJs],
  ["a module's error in a listener of CommonJS", asCommonJs, asModule],
] as const;

async function deliver(core: typeof Core, callback: (attempt: number) => void) {
  const listener = new core.TriggerListener({
    webhook: { port: 0, unsigned: true },
    retry: { baseMs: 60_000 },
  });
  onTestFinished(() => listener.stop());
  const attempts: number[] = [];
  const failures: Core.ListenerEventOf<"callback.failed">[] = [];
  listener.on("callback.failed", (report) => failures.push(report));
  listener.callback({}, (_event, { attempt }) => {
    attempts.push(attempt);
    callback(attempt);
  });
  await listener.start();
  const body = JSON.stringify({
    type: "composio.trigger.message",
    id: "msg_1",
    timestamp: new Date().toISOString(),
    metadata: {
      log_id: "log_1",
      trigger_slug: "ACME_X",
      trigger_id: "ti",
      connected_account_id: "ca",
      user_id: "u",
    },
    data: {},
  });
  const url = `${listener.health().webhook?.url}/webhook`;
  const headers = { "content-type": "application/json" };
  expect((await fetch(url, { method: "POST", body, headers })).status).toBe(200);
  return { listener, attempts, failures };
}

test("the package is there twice: its classes are not the same objects", () => {
  expect(asModule.Drop).not.toBe(asCommonJs.Drop);
});

test.each(forms)("RetryAfter, %s, runs the callback again after its delay", async (_, core, other) => {
  const { attempts, failures } = await deliver(core, (attempt) => {
    if (attempt === 1) throw new other.RetryAfter(5);
  });
  await expect.poll(() => attempts).toEqual([1, 2]);
  expect(failures.map(({ retryInMs }) => retryInMs)).toEqual([5]);
});

test.each(forms)("Drop, %s, ends the event as done", async (_, core, other) => {
  const { listener, failures } = await deliver(core, () => {
    throw new other.Drop("not for me");
  });
  await expect
    .poll(() => listener.inbox.counts())
    .toMatchObject({ done: 1, dead: 0, waiting: 0, running: 0 });
  expect(failures).toHaveLength(1);
});

test.each(forms)("every error class knows its errors, as %s", (_, core, other) => {
  const made = {
    EarshotError: new other.EarshotError("ERR_OPTION", "x"),
    ApiError: new other.ApiError("ERR_API", "x"),
    InvalidError: new other.InvalidError("ERR_SCHEMA", "x", []),
    RejectedError: new other.RejectedError("ERR_METHOD", 400, "x"),
    DecodeError: new other.DecodeError("ERR_SHAPE", "x"),
    Drop: new other.Drop("x"),
    RetryAfter: new other.RetryAfter(1),
  };
  const names = Object.keys(made) as (keyof typeof made)[];
  // No class of errors is forgotten.
  const classes = Object.entries(core).filter(
    ([, value]) => (value as { prototype?: unknown })?.prototype instanceof Error,
  );
  expect(classes.map(([name]) => name).sort()).toEqual([...names].sort());
  for (const name of names) {
    // As Node prints an error that nobody catches.
    expect(made[name].stack, name).toMatch(new RegExp(`^${name}: `));
    for (const type of names) {
      const base = type === "EarshotError" && name !== "Drop" && name !== "RetryAfter";
      expect(made[name] instanceof core[type], `${name} instanceof ${type}`).toBe(name === type || base);
    }
  }
});

test("a user's subclass means its own errors only, and is its base as well", () => {
  class Busy extends asModule.RetryAfter {}
  expect(new asModule.RetryAfter(1) instanceof Busy).toBe(false);
  expect(new Busy(1) instanceof Busy).toBe(true);
  expect(new Busy(1) instanceof asCommonJs.RetryAfter).toBe(true);
});

test("a thrown proxy that throws at every look is none of the classes", () => {
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error("do not look");
      },
    },
  );
  expect(hostile instanceof asModule.Drop).toBe(false);
  expect(hostile instanceof asModule.EarshotError).toBe(false);
});
