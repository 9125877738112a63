import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Hono } from "hono";
import { expect, test } from "vitest";
import { manualClock } from "../../support/manual-clock.js";
import { serve } from "./frameworks.js";
import { codeOf, makeServer, until } from "./support.js";

const at = (path: string) => `https://example.com${path}`;
const post = (
  path: string,
  body?: string | Uint8Array | ReadableStream,
  headers: Record<string, string> = {},
) =>
  new Request(at(path), {
    method: "POST",
    headers,
    ...(body === undefined ? {} : { body }),
    ...(body instanceof ReadableStream ? { duplex: "half" as const } : {}),
  });

/** A body that is sent by hand. */
function stream() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel() {
      cancelled = true;
    },
  });
  return {
    body,
    send: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    end: () => controller?.close(),
    fail: () => controller?.error(new Error("hung up")),
    cancelled: () => cancelled,
    /** How many parts nobody has read. */
    waiting: () => 1 - (controller?.desiredSize ?? 1),
  };
}

test("a plain function of Request to Response, as in a Next.js route handler", async () => {
  const { server, received, bodies } = makeServer();
  const POST = server.fetchHandler();
  const body = Uint8Array.from([255, 0, 1]);
  const answer = await POST(post("/webhooks/github?x=1", body, { "X-Event": "push" }));
  expect([answer.status, await answer.text()]).toEqual([200, ""]);
  const { delivery, route } = received[0] ?? expect.fail();
  expect([...(delivery.body as Uint8Array)]).toEqual([255, 0, 1]);
  expect(route).toBe("/webhooks/{provider}");
  expect(delivery.http).toMatchObject({
    method: "POST",
    path: "/webhooks/github",
    target: "/webhooks/github?x=1",
    remoteAddress: undefined,
  });
  expect([delivery.http?.header("x-event"), delivery.http?.header("x-absent")]).toEqual(["push", undefined]);
  await POST(post("/webhook"));
  expect(bodies()[1]).toBe("");
});

test("what the listener answers goes out as it is", async () => {
  const answers = [
    { status: 204 },
    { status: 200, headers: { "content-type": "text/plain" }, body: "challenge" },
  ];
  const { server } = makeServer({ receive: async () => answers.shift() ?? { status: 500 } });
  const handle = server.fetchHandler();
  const none = await handle(post("/webhook", "{}"));
  expect([none.status, none.body]).toEqual([204, null]);
  const full = await handle(post("/webhook", "{}"));
  expect([full.headers.get("content-type"), await full.text()]).toEqual(["text/plain", "challenge"]);
});

test("refuses by the head, before the body is read", async () => {
  const { server, received, rejections } = makeServer();
  const handle = server.fetchHandler();
  const refused = async (request: Request) => {
    const answer = await handle(request);
    expect(request.bodyUsed).toBe(false);
    return [answer.status, codeOf(await answer.text())];
  };
  expect(await refused(post("/elsewhere", "{}"))).toEqual([404, "not_found"]);
  expect(await refused(new Request(at("/webhook"), { method: "PUT", body: "x" }))).toEqual([
    405,
    "method_not_allowed",
  ]);
  expect(await refused(post("/webhook", "x", { "content-length": "100001" }))).toEqual([413, "too_large"]);
  expect(await refused(post("/webhook", "x", { "content-length": "1e2" }))).toEqual([400, "bad_request"]);
  expect(await refused(post("/webhook", "x", { "content-encoding": "gzip" }))).toEqual([
    415,
    "unsupported_encoding",
  ]);
  expect(received).toEqual([]);
  expect(rejections()).toHaveLength(5);
});

test("cuts a body at the cap while it comes, and reads the rest without keeping it", async () => {
  const { server, received } = makeServer({ limits: { maxBodyBytes: 10 } });
  const handle = server.fetchHandler();
  const fits = stream();
  const good = handle(post("/webhook", fits.body));
  fits.send("12345");
  fits.send("67890");
  fits.end();
  expect((await good).status).toBe(200);
  const large = stream();
  const bad = handle(post("/webhook", large.body));
  large.send("1234567890");
  large.send("1");
  expect((await bad).status).toBe(413);
  // A canceled stream of React Router's server or of h3 throws at the next part, outside of any promise.
  expect(large.cancelled()).toBe(false);
  for (let part = 0; part < 5; part += 1) large.send("1234567890");
  await until(() => large.waiting() === 0, "the rest to be read");
  large.end();
  expect([received.length, server.inFlight()]).toEqual([1, 0]);
});

test("gives up a body that takes too long", async () => {
  const clock = manualClock();
  const { server, received } = makeServer({ clock, limits: { bodyTimeoutMs: 1000 } });
  const slow = stream();
  const answer = server.fetchHandler()(post("/webhook", slow.body));
  slow.send("half");
  await until(() => server.inFlight() === 1);
  clock.advance(1000);
  expect((await answer).status).toBe(408);
  expect([slow.cancelled(), server.inFlight(), clock.pending(), received]).toEqual([false, 0, 0, []]);
  slow.send("the rest");
  await until(() => slow.waiting() === 0, "the rest to be read");
  slow.fail();
});

test("a client that hangs up half-way, or sends other than it declared, delivers nothing", async () => {
  const clock = manualClock();
  const { server, received, rejections } = makeServer({ clock });
  const handle = server.fetchHandler();
  const gone = stream();
  const answer = handle(post("/webhook", gone.body));
  gone.send("half");
  gone.fail();
  expect((await answer).status).toBe(400);
  expect(rejections()).toEqual([]);
  for (const other of ["half", "", undefined, "more than that"]) {
    expect((await handle(post("/webhook", other, { "content-length": "8" }))).status).toBe(400);
    expect(rejections().at(-1)?.error.message).toContain(
      `The body has ${other?.length ?? 0} bytes, and its head declared 8`,
    );
  }
  const aborted = { method: "POST", body: "half", headers: { "content-length": "8" } };
  expect(
    (await handle(new Request(at("/webhook"), { ...aborted, signal: AbortSignal.abort() }))).status,
  ).toBe(400);
  expect(rejections()).toHaveLength(4);
  expect([received, server.inFlight(), clock.pending()]).toEqual([[], 0, 0]);
});

test("the oldest unfinished body gives way where there is no room", async () => {
  const { server } = makeServer({ limits: { maxBodyBytes: 1000, maxHeldBytes: 4000 } });
  const handle = server.fetchHandler();
  const bodies = Array.from({ length: 5 }, stream);
  const answers = bodies.map(({ body }) => handle(post("/webhook", body)));
  for (const { send } of bodies) send("x".repeat(900));
  expect((await answers[0])?.status).toBe(503);
  for (const { end } of bodies.slice(1)) end();
  const rest = await Promise.all(answers.slice(1));
  expect(rest.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(server.inFlight()).toBe(0);
});

test("bytes that come as the time runs out are not held for ever", async () => {
  const clock = manualClock();
  const limits = { maxBodyBytes: 1000, maxHeldBytes: 4000, bodyTimeoutMs: 1000 };
  const { server } = makeServer({ clock, limits });
  const handle = server.fetchHandler();
  for (let time = 0; time < 10; time += 1) {
    const late = stream();
    const answer = handle(post("/webhook", late.body));
    await until(() => server.inFlight() === 1);
    late.send("x".repeat(900));
    clock.advance(1000);
    expect((await answer).status).toBe(408);
  }
  expect((await handle(post("/webhook", "x".repeat(1000)))).status).toBe(200);
});

test("a receiver that fails gives 500 and a report", async () => {
  const { server, rejections } = makeServer({
    receive: () => {
      throw new Error("thrown");
    },
  });
  const answer = await server.fetchHandler()(post("/webhook", "{}"));
  expect([answer.status, codeOf(await answer.text())]).toEqual([500, "internal"]);
  expect(rejections()[0]?.error.code).toBe("ERR_RECEIVE_FAILED");
  expect(server.inFlight()).toBe(0);
});

test("beyond the cap on work, and while closing: 503", async () => {
  let open = () => {};
  const { server, received } = makeServer({
    limits: { maxInFlight: 1 },
    receive: () =>
      new Promise((resolve) => {
        open = () => resolve({ status: 200 });
      }),
  });
  const handle = server.fetchHandler();
  const first = handle(post("/webhook", "{}"));
  await until(() => received.length === 1);
  const second = await handle(post("/webhook"));
  expect([second.status, second.headers.get("retry-after"), codeOf(await second.text())]).toEqual([
    503,
    "1",
    "overloaded",
  ]);
  const closing = server.close(5000);
  expect(codeOf(await (await handle(post("/webhook"))).text())).toBe("closing");
  expect((await handle(new Request(at("/readyz")))).status).toBe(503);
  open();
  await closing;
  expect((await first).status).toBe(200);
});

test("the runtime is asked to wait until the delivery is kept, also where its client is gone", async () => {
  let open = () => {};
  const { server } = makeServer({
    receive: () =>
      new Promise((resolve) => {
        open = () => resolve({ status: 200 });
      }),
  });
  const waited: Promise<unknown>[] = [];
  const answer = server.fetchHandler()(post("/webhook", "{}"), {
    waitUntil: (promise) => waited.push(promise),
  });
  await until(() => waited.length === 1);
  open();
  await waited[0];
  expect((await answer).status).toBe(200);
});

test("a body that was read before us: said at once, for Next.js by name", async () => {
  const { server, rejections } = makeServer();
  const handle = server.fetchHandler();
  const read = post("/webhook", "{}");
  await read.json();
  expect((await handle(read)).status).toBe(500);
  const locked = post("/webhook", "{}");
  locked.body?.getReader();
  expect((await handle(locked)).status).toBe(500);
  const next = Object.assign(post("/webhook", "{}"), { nextUrl: new URL(at("/webhook")) });
  await next.text();
  expect((await handle(next)).status).toBe(500);
  const messages = rejections().map(({ error }) => error.message);
  expect(messages[0]).toMatch(/^Something before the listener has read .*c\.req\.raw/);
  expect(messages[1]).toBe(messages[0]);
  expect(messages[2]).toMatch(/^Next\.js has read .*export const POST = listener\.fetchHandler\(\)/);
});

test("objects that are no Fetch request get 500 and a warning that says what to pass", async () => {
  const { server, reports, rejections } = makeServer();
  const handle = server.fetchHandler();
  const request = post("/webhook", "{}");
  for (const other of [
    undefined,
    { request, url: new URL(request.url) },
    { req: { raw: request }, headers: request.headers },
    { url: "/webhook", headers: {}, method: "POST" },
  ]) {
    expect((await handle(other as never)).status).toBe(500);
  }
  expect(rejections()).toHaveLength(4);
  const warning = reports.find(({ type }) => type === "warning");
  expect(String((warning as { error?: Error }).error?.message)).toMatch(
    /\(\{ request \}\) => handle\(request\).*nodeHandler/,
  );
});

test("as the listener of node:http it responds with 500, and ends no process", async () => {
  const { server } = makeServer();
  const port = await serve(server.fetchHandler() as never);
  const answer = await fetch(`http://127.0.0.1:${port}/webhook`, { method: "POST", body: "{}" });
  expect([answer.status, codeOf(await answer.text())]).toEqual([500, "internal"]);
});

test("probes, and the sender's address where a proxy is trusted", async () => {
  const { server, received } = makeServer({ trustProxy: 1 });
  const handle = server.fetchHandler();
  expect((await handle(new Request(at("/healthz")))).status).toBe(200);
  const head = await handle(new Request(at("/readyz"), { method: "HEAD" }));
  expect([head.status, head.body]).toEqual([200, null]);
  await handle(post("/webhook", "{}", { "x-forwarded-for": "9.9.9.9, 8.8.8.8" }));
  expect(received[0]?.delivery.http?.remoteAddress).toBe("8.8.8.8");
});

test("Hono", async () => {
  const { server, bodies, rejections } = makeServer();
  const handle = server.fetchHandler();
  const app = new Hono();
  app.post("/webhooks/*", (c) => handle(c.req.raw));
  expect((await app.request("/webhooks/github", { method: "POST", body: '{"a": 1.0}' })).status).toBe(200);
  expect((await app.request("/webhooks/github", { method: "POST", body: "x".repeat(100_001) })).status).toBe(
    413,
  );
  const gone = stream();
  const answer = app.request(post("/webhooks/github", gone.body));
  gone.send("half");
  gone.fail();
  expect((await answer).status).toBe(400);

  const parsing = new Hono();
  parsing.use(async (c, next) => {
    await c.req.json();
    await next();
  });
  parsing.post("/webhooks/*", (c) => handle(c.req.raw));
  expect((await parsing.request("/webhooks/github", { method: "POST", body: "{}" })).status).toBe(500);
  expect(rejections().at(-1)?.error.code).toBe("ERR_BODY_CONSUMED");
  expect(bodies()).toEqual(['{"a": 1.0}']);
});

test("nothing on this path needs Node", () => {
  const root = join(import.meta.dirname, "../../../src/transports/webhook");
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, from = ""] of text.matchAll(/^(?:import|export) (?!type )[^;]*? from "([^"]+)"/gm)) {
      expect(from, file).toMatch(/^\./);
      visit(join(dirname(file), from.replace(/\.js$/, ".ts")));
    }
    expect(text, file).not.toMatch(/\b(Buffer|process|setImmediate|require)\b[.(]/);
  };
  visit(join(root, "fetch-handler.ts"));
  expect(seen.size).toBeGreaterThan(8);
});
