import { PassThrough, Writable } from "node:stream";
import type { Logger } from "earshot";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { errorWithSecret } from "./secret-error.js";
import { compat, watchedListener } from "./support.js";

const pino = compat("pino") as (options: object, stream: NodeJS.WritableStream) => Logger;
const winston = compat("winston") as {
  createLogger(options: object): Logger;
  format: { json(): unknown };
  transports: { Stream: new (options: object) => unknown };
};

/** The lines of a stream, as JSON. */
function lines() {
  const stream = new PassThrough();
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  const parsed = () =>
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { stream, parsed, text: () => text };
}

const warned: string[] = [];
const onWarning = (warning: Error) => warned.push(warning.message);
process.on("warning", onWarning);
afterEach(() => warned.splice(0));

async function run(logger: Logger) {
  const { listener, start } = await watchedListener({ logger });
  const { send } = await start();
  listener.callback("A", async function reply() {
    throw errorWithSecret();
  });
  listener.callback("FORGED", () => undefined);
  expect(await send("A")).toBe(200);
  expect(await send('FORGED\n{"level":60,"msg":"forged"}\u001b[31m')).toBe(200);
  expect(await send("A", { key: "another secret, of a length" })).toBe(401);
  await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ dead: 1 }));
  await listener.stop();
}

test("pino: each listener event is one line with its fields, at a level; nothing secret, nothing forged", async () => {
  const { stream, parsed, text } = lines();
  await run(pino({ level: "debug" }, stream));
  const of = (event: string) => parsed().filter((line) => line.event === event);
  expect(of("webhook.listening")).toMatchObject([{ level: 30 }]);
  expect(of("event.stored")).toHaveLength(2);
  expect(of("event.stored")[0]).toMatchObject({
    level: 20,
    triggerName: "A",
    source: "webhook",
    provider: "composio",
  });
  expect(of("callback.failed")).toMatchObject([
    {
      level: 40,
      callback: "reply",
      attempt: 1,
      error: { type: "Error", message: "no model", code: "E_MODEL" },
    },
    { attempt: 2 },
  ]);
  expect(of("event.dead-lettered")).toMatchObject([{ level: 50, attempts: 2 }]);
  expect(of("delivery.rejected")).toMatchObject([
    { level: 40, status: 401, error: { code: "ERR_SIGNATURE_WRONG" } },
  ]);
  expect(parsed().every(({ event, msg }) => typeof event === "string" && typeof msg === "string")).toBe(true);
  expect(text()).not.toMatch(/sk-live|another secret|a secret of some length/);
  expect(parsed().some(({ msg }) => msg === "forged")).toBe(false);
  for (const line of parsed()) {
    for (const value of Object.values(line)) {
      if (typeof value === "string") expect(value).not.toMatch(/[\n\p{Cc}]/u);
    }
  }
  expect(warned).toEqual([]);
});

test("winston: the same lines, by its own way of calling", async () => {
  const { stream, parsed } = lines();
  const { createLogger, format, transports } = winston;
  const stream2 = new Writable({
    write(chunk, _, done) {
      stream.write(chunk);
      done();
    },
  });
  onTestFinished(() => void stream2.destroy());
  await run(
    createLogger({
      level: "debug",
      format: format.json(),
      transports: [new transports.Stream({ stream: stream2 })],
    }),
  );
  expect(parsed().filter(({ event }) => event === "event.dead-lettered")).toMatchObject([
    { level: "error", attempts: 2, triggerName: "A" },
  ]);
  expect(parsed().filter(({ event }) => event === "event.stored")).toHaveLength(2);
});

test("four functions are enough, with the message first; one that throws stops nothing", async () => {
  const calls: unknown[][] = [];
  const write = (...args: unknown[]) => {
    calls.push(args);
    throw new Error("the disk is full");
  };
  await run({ debug: write, info: write, warn: write, error: write });
  expect(calls.every(([message, fields]) => typeof message === "string" && typeof fields === "object")).toBe(
    true,
  );
  expect(calls.filter(([, fields]) => (fields as { event: string }).event === "event.done")).toHaveLength(1);
});

test("what an async logger rejects with becomes a warning, and ends no process", async () => {
  const unhandled: unknown[] = [];
  const others = process.rawListeners("unhandledRejection") as ((reason: unknown) => void)[];
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => void unhandled.push(reason));
  onTestFinished(() => {
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
  });
  const write = async () => {
    throw new Error("the log server is away");
  };
  await run({ debug: write, info: write, warn: write, error: write });
  await vi.waitFor(() => expect(warned.join()).toContain("the log server is away"));
  expect(unhandled).toEqual([]);
});

test.each([[{}], [{ debug() {}, info() {}, warn() {} }], ["pino"], [42]])(
  "%j is no logger",
  async (logger) => {
    await expect(watchedListener({ logger: logger as never })).rejects.toMatchObject({ code: "ERR_OPTION" });
  },
);
