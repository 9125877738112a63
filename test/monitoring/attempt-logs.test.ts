import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { AttemptLogs } from "../../src/monitoring/attempt-logs.js";

/** Not the name itself, which is for debugging only. */
const { console: output } = globalThis;

function factsOf(callback: string, attempt = 1) {
  return {
    ...{ id: "evt_1", triggerName: "STAR", provider: "composio", callback, attempt },
    traceparent: undefined,
  };
}

/** The console writes nothing while a test runs. */
function quiet(): { readonly written: unknown[][] } {
  const written: unknown[][] = [];
  const { info, error } = output;
  output.info = output.error = (...values: unknown[]) => {
    written.push(values);
  };
  onTestFinished(() => {
    output.info = info;
    output.error = error;
  });
  return { written };
}

test("each line goes to the attempt that wrote it, across awaits and side by side, and is still written", async () => {
  const { written } = quiet();
  const logs = new AttemptLogs(systemClock, () => true);
  onTestFinished(() => logs.stop());
  const run = (callback: string) =>
    logs.tracer.attempt(factsOf(callback), async () => {
      output.info("%s begins", callback);
      await new Promise((resolve) => setImmediate(resolve));
      output.error(new Error(`${callback} fails`).message);
      return { ok: true };
    });
  await Promise.all([run("a"), run("b")]);
  output.info("of no attempt");
  for (const callback of ["a", "b"]) {
    const lines = logs.take(factsOf(callback));
    expect(lines.map(({ level, text }) => [level, text])).toEqual([
      ["info", `${callback} begins`],
      ["error", `${callback} fails`],
    ]);
  }
  expect(written).toHaveLength(5);
  expect(logs.take(factsOf("a")), "taken once").toEqual([]);
});

test("lines and their length are bounded; a value that cannot be shown does not fail the callback", async () => {
  quiet();
  const logs = new AttemptLogs(systemClock, () => true);
  onTestFinished(() => logs.stop());
  const evil = {
    get [Symbol.toStringTag](): string {
      throw new Error("no");
    },
  };
  await logs.tracer.attempt(factsOf("many"), async () => {
    for (let count = 0; count < 500; count += 1) output.info(`line ${count}`);
    return { ok: true };
  });
  expect(logs.take(factsOf("many"))).toHaveLength(50);
  await logs.tracer.attempt(factsOf("long"), async () => {
    output.info(evil);
    output.info("x".repeat(1_000_000));
    output.info("nothing fits any more");
    return { ok: true };
  });
  const long = logs.take(factsOf("long"));
  expect(long).toHaveLength(2);
  expect(long.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(8_000);
});

test("nothing is replaced while nothing is reported, and all is as it was after the stop", async () => {
  quiet();
  const { info } = output;
  let isOn = false;
  const logs = new AttemptLogs(systemClock, () => isOn);
  const run = () => logs.tracer.attempt(factsOf("a"), () => ({ ok: true }));
  await run();
  expect(output.info).toBe(info);
  isOn = true;
  await run();
  expect(output.info).not.toBe(info);
  logs.stop();
  expect(output.info).toBe(info);
  await run();
  expect(output.info, "an attempt that ends late").toBe(info);
});
