import { createHmac } from "node:crypto";
import { join } from "node:path";
import { hmac, type ListenerEvent, sentenceOf, TriggerListener, type WebhookOptions } from "earshot";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { type ManualClock, manualClock } from "../support/manual-clock.js";
import { compile, run } from "../support/program.js";

const secret = "a secret of some length";
const route = hmac({ secrets: secret, header: "x-signature", eventName: "x-event", id: "x-id" });

function sign(body: string, key = secret): Record<string, string> {
  return { "x-signature": createHmac("sha256", key).update(body).digest("hex"), "x-event": "made" };
}

/** The messages of the process warnings from now on. */
function warnings(): string[] {
  const messages: string[] = [];
  const add = (warning: Error) => {
    if (warning.name === "EarshotWarning") messages.push(warning.message);
  };
  process.on("warning", add);
  onTestFinished(() => void process.off("warning", add));
  return messages;
}

/** Warnings are emitted on the next tick. */
const emitted = () => new Promise((resolve) => setImmediate(resolve));

async function open(webhook: WebhookOptions = {}, clock?: ManualClock) {
  const listener = new TriggerListener({
    webhook: { routes: { "/hooks/{tenant}": route, "/other": route }, ...webhook },
    retry: { attempts: 1 },
    ...(clock === undefined ? {} : { clock }),
  });
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  await listener.start();
  const handle = listener.fetchHandler();
  const post = (path: string, init: RequestInit = {}) =>
    handle(new Request(`http://127.0.0.1${path}`, { method: "POST", body: "{}", ...init }));
  return { listener, post };
}

test("a report listener that throws or rejects is warned of, and neither ends the process nor stops the event", async () => {
  const program = run(await compile(join(import.meta.dirname, "reports-child.ts")), [], { SECRET: secret });
  const url = (await program.line(/^url /)).slice(4);
  const body = JSON.stringify({ text: "one\nINJECTED two\r\n\u001b[31mred\u001b[0m\u2028INJECTED\u202e" });
  const answer = await fetch(`${url}/hooks/acme`, {
    method: "POST",
    body,
    headers: { ...sign(body), "x-id": "1" },
  });
  expect(answer.status).toBe(200);
  for (const text of [
    /an async report listener failed/,
    /"event.dead-lettered" events threw: a report listener failed/,
  ]) {
    await program.line(text);
  }
  // The text of the event makes no line of its own and no escape code on stderr.
  const failed = await program.line(/Callback "\*" failed|Callback .* failed on made/);
  expect(failed).toContain("TypeError: one INJECTED two \ufffd[31mred\ufffd[0m INJECTED\ufffd");
  program.child.kill("SIGTERM");
  expect(await program.ended).toBe(0);
  expect(
    program.lines.filter((line) => /^\s*INJECTED/.test(line) || /[\p{Cc}\p{Cf}\p{Zl}]/u.test(line)),
  ).toEqual([]);
  expect(program.lines.some((line) => line.includes("returned what cannot be read"))).toBe(true);
});

test('a listener for "*" silences no default warning; a listener for the type does', async () => {
  const seen = warnings();
  const { listener, post } = await open();
  listener.on("*", () => undefined);
  listener.callback({}, () => {
    throw new Error("the callback failed");
  });
  await post("/other", { headers: { ...sign("{}"), "x-id": "1" } });
  await vi.waitFor(() => expect(seen.map((text) => text.slice(0, 8))).toEqual(["Callback", "made web"]));
  listener.on("callback.failed", () => undefined);
  listener.on("event.dead-lettered", () => undefined);
  await post("/other", { headers: { ...sign("{}"), "x-id": "2" } });
  await vi.waitFor(async () => expect((await listener.inbox.counts()).dead).toBe(2));
  await emitted();
  expect(seen).toHaveLength(2);
});

test("rejected deliveries are warned of once for each route and reason, then once a minute with a count", async () => {
  const seen = warnings();
  const clock = manualClock();
  const { post } = await open({ maxBodyBytes: 1000 }, clock);
  const wrong = (path: string) => post(path, { headers: sign("{}", "another secret of some length") });
  const round = async (n: number) => {
    await wrong(`/hooks/tenant-${n}`);
    await wrong("/other");
    await post("/other");
    await post("/other", { body: "x".repeat(2000) });
    await post("/other", { method: "PUT" });
    await post("/other", { headers: { "content-encoding": "gzip" } });
    await post(`/nowhere-${n}`);
    await emitted();
  };
  await round(0);
  const first = seen.splice(0);
  expect(first.map((text) => /to (\S+) was rejected with (\d+) \((\w+)\)/.exec(text)?.slice(1))).toEqual([
    ["/hooks/tenant-0", "401", "ERR_SIGNATURE_WRONG"],
    ["/other", "401", "ERR_SIGNATURE_WRONG"],
    ["/other", "401", "ERR_SIGNATURE_MISSING"],
    ["/other", "413", "ERR_BODY_TOO_LARGE"],
    ["/other", "405", "ERR_METHOD"],
    ["/other", "415", "ERR_BODY_ENCODING"],
    ["/nowhere-0", "404", "ERR_ROUTE_UNKNOWN"],
  ]);
  expect(first[0]).toContain("Check that the secret is the one the sender has");
  for (let n = 1; n <= 30; n += 1) await round(n);
  expect(seen).toEqual([]);
  clock.advance(60_001);
  await round(31);
  await round(32);
  expect(seen).toHaveLength(6);
  for (const text of seen)
    expect(text).toContain("This happened 30 more times since the last warning about it.");
  expect(seen.some((text) => text.includes("404"))).toBe(false);
});

test("a request that is no HTTP, and a body that comes too late, leave a warning too", async () => {
  const seen = warnings();
  const { listener } = await open({ port: 0, host: "127.0.0.1", bodyTimeoutMs: 50 });
  const { connect } = await import("node:net");
  const port = Number(new URL(listener.health().webhook?.url ?? "").port);
  const say = (text: string) =>
    new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(text));
      socket.on("data", () => socket.destroy()).on("close", () => resolve());
    });
  await say("NOT HTTP\r\n\r\n");
  await say("POST /other HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab");
  await vi.waitFor(() => expect(seen).toHaveLength(2));
  expect(seen[0]).toContain("was rejected with 400 (ERR_REQUEST_MALFORMED)");
  expect(seen[1]).toContain("A delivery to /other from 127.0.0.1 was rejected with 408 (ERR_BODY_TIMEOUT)");
});

test("a sender cannot make the listener remember more kinds of rejected deliveries by inventing paths", async () => {
  const seen = warnings();
  const { post } = await open();
  for (let n = 0; n < 3000; n += 1) {
    await post(`/${n}`);
    await post(`/hooks/${n}`);
  }
  await emitted();
  expect(seen).toHaveLength(2);
});

test("whatever text an event or sender brings, a report's sentence is one line without control characters", () => {
  const text = fc.string({ unit: "binary", maxLength: 3000 });
  const hostile = fc.oneof(
    text.map((message) => new Error(message)),
    text.map((message) => Object.assign(new Error("x"), { name: message })),
    fc.constant(
      new Proxy(new Error("x"), {
        get() {
          throw new Error("no member can be read");
        },
      }),
    ),
    fc.constant(Object.create(null)),
    fc.constant(Symbol("x")),
    fc.anything(),
  );
  fc.assert(
    fc.property(text, hostile, (words, error) => {
      const record = {
        id: words,
        triggerName: words,
        source: "webhook",
        provider: words,
        durationMs: 1,
      } as const;
      const reports: ListenerEvent[] = [
        { type: "callback.failed", ...record, callback: words, attempt: 1, error, retryInMs: undefined },
        { type: "event.dead-lettered", ...record, attempts: 1, message: words },
        { type: "warning", error: error as never },
      ];
      for (const report of reports) {
        const sentence = sentenceOf(report);
        expect(sentence).not.toMatch(
          /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u,
        );
        expect(sentence.length).toBeLessThan(6000);
      }
    }),
  );
});
