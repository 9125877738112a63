import { EventEmitter } from "node:events";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { fastify, inject } from "../../compat/fastify.js";
import { manualClock } from "../../support/manual-clock.js";
import { serve } from "./frameworks.js";
import { makeServer, type TestServer, until } from "./support.js";

/** A response that has no socket; what is written to it is collected. */
function collected(req: IncomingMessage) {
  const res = new ServerResponse(req);
  const parts: string[] = [];
  res.write = ((part: Uint8Array | string) => parts.push(String(part)) > 0) as never;
  let ended = false;
  res.end = ((part?: Uint8Array | string) => {
    if (part !== undefined) parts.push(String(part));
    ended = true;
    return res;
  }) as never;
  return { res, answer: () => (ended ? { status: res.statusCode, body: parts.join("") } : undefined) };
}

/** A request as an adapter for functions makes it: a stream with the members of a request, and no socket. */
function lambdaRequest(body: readonly (string | Buffer)[], members: object = {}): IncomingMessage {
  const stream = Readable.from(body.map((part) => Buffer.from(part)));
  const facts = { method: "POST", url: "/webhook", headers: { "X-Event": "push" }, httpVersion: "1.1" };
  return Object.assign(stream, facts, members) as unknown as IncomingMessage;
}

async function served({ server }: TestServer, req: IncomingMessage) {
  const { res, answer } = collected(req);
  server.nodeHandler()(req, res);
  await until(() => answer() !== undefined, "an answer");
  return answer() ?? expect.fail();
}

test("Fastify's inject() gets the answer of a hijacked route", async () => {
  const receiver = makeServer();
  const handle = receiver.server.nodeHandler();
  const app = fastify();
  onTestFinished(() => app.close());
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.post("/webhook", (request, reply) => {
      reply.hijack();
      handle(request.raw, reply.raw);
    });
  });
  for (const payload of ['{"a":1}', "", "x".repeat(70_000)]) {
    const answer = await app.inject({ method: "POST", url: "/webhook", payload });
    expect(answer.statusCode).toBe(200);
    expect(receiver.bodies().at(-1)).toBe(payload);
  }
  const tooLarge = await app.inject({ method: "POST", url: "/webhook", payload: "x".repeat(200_000) });
  expect(tooLarge.statusCode).toBe(413);
});

test("light-my-request gets an answer to everything that is accepted or rejected", async () => {
  const receiver = makeServer();
  const handle = receiver.server.nodeHandler();
  const ask = (options: object) => inject((req, res) => handle(req as never, res as never), options as never);
  const post = { method: "POST", url: "/webhook" };
  expect((await ask({ ...post, payload: "{}" })).statusCode).toBe(200);
  expect((await ask({ ...post, payload: "{}", headers: { "content-encoding": "gzip" } })).statusCode).toBe(
    415,
  );
  expect((await ask({ ...post, url: "/nowhere", payload: "{}" })).statusCode).toBe(404);
  expect((await ask({ ...post, method: "PUT", payload: "{}" })).statusCode).toBe(405);
  expect((await ask({ ...post, payload: "{}", headers: { "content-length": "100" } })).statusCode).toBe(400);
  expect((await ask({ method: "GET", url: "/readyz" })).statusCode).toBe(200);
});

test("a function's adapter without a socket, with or without a length, in parts, gets its answer", async () => {
  const receiver = makeServer();
  expect((await served(receiver, lambdaRequest(["{}"]))).status).toBe(200);
  expect((await served(receiver, lambdaRequest(["ab", "cd"]))).status).toBe(200);
  expect((await served(receiver, lambdaRequest([]))).status).toBe(200);
  const kept = lambdaRequest([], { body: Buffer.from("kept"), rawHeaders: undefined });
  expect((await served(receiver, kept)).status).toBe(200);
  expect(receiver.bodies()).toEqual(["{}", "abcd", "", "kept"]);
  expect(receiver.received[0]?.delivery.http?.header("x-event")).toBe("push");
  expect(receiver.received[0]?.delivery.request?.headers).toEqual({ "x-event": "push" });
  expect((await served(receiver, lambdaRequest(["x".repeat(200_000)]))).status).toBe(413);
});

test("a body that was parsed before is answered 500 and reported with what to do, also where the stream is empty", async () => {
  const receiver = makeServer();
  const parsed = [
    lambdaRequest([], { body: { a: 1 }, headers: { "content-length": "7" } }),
    lambdaRequest([], { body: '{"a":1}', headers: { "content-length": "7" } }),
    lambdaRequest([], { body: { a: 1 } }),
    lambdaRequest([], { body: '{"a":1}', httpVersionMajor: 1 }),
    Object.assign(new EventEmitter(), {
      method: "POST",
      url: "/webhook",
      headers: {},
      body: { a: 1 },
    }) as unknown as IncomingMessage,
  ];
  for (const req of parsed) {
    const answer = await served(receiver, req);
    expect(answer.status).toBe(500);
    expect(answer.body).toContain("body_consumed");
    expect(receiver.rejections().at(-1)?.error).toMatchObject({ code: "ERR_BODY_CONSUMED" });
    expect(receiver.rejections().at(-1)?.error.message).toContain("req.rawBody");
  }
});

test("a request that has events alone is read; one that never ends is answered 408 in its time", async () => {
  const receiver = makeServer({ limits: { bodyTimeoutMs: 50 } });
  const members = { method: "POST", url: "/webhook", headers: {} };
  const req = Object.assign(new EventEmitter(), members) as unknown as IncomingMessage;
  // Some requests emit only once somebody listens, and some `on` return nothing.
  const on = req.on.bind(req);
  req.on = ((name: string, fn: () => void) => {
    on(name, fn);
    if (name === "data") setImmediate(() => req.emit("data", Buffer.from("{}")) && req.emit("end"));
  }) as never;
  expect((await served(receiver, req)).status).toBe(200);
  const silent = Object.assign(new EventEmitter(), members) as unknown as IncomingMessage;
  expect((await served(receiver, silent)).status).toBe(408);
  const stalled = new Readable({ read() {} });
  expect((await served(receiver, Object.assign(stalled, members) as never)).status).toBe(408);
  stalled.destroy();
});

test("a request that emits its body as soon as the handler returns is read", async () => {
  const receiver = makeServer();
  const members = { method: "POST", url: "/webhook", headers: {} };
  const req = Object.assign(new EventEmitter(), members) as unknown as IncomingMessage;
  const { res, answer } = collected(req);
  receiver.server.nodeHandler()(req, res);
  req.emit("data", Buffer.from("{}"));
  req.emit("end");
  await until(() => answer() !== undefined, "an answer");
  expect([answer()?.status, receiver.bodies()]).toEqual([200, ["{}"]]);
});

test("a stream that was destroyed or fails under a sender that is still there is answered 400", async () => {
  const receiver = makeServer();
  const destroyed = lambdaRequest(["{}"]);
  destroyed.destroy();
  expect((await served(receiver, destroyed)).status).toBe(400);
  const failing = new Readable({
    read() {
      this.destroy(new Error("the adapter failed"));
    },
  });
  const req = Object.assign(failing, { method: "POST", url: "/webhook", headers: {} });
  expect((await served(receiver, req as never)).status).toBe(400);
  expect(receiver.rejections()).toHaveLength(2);
});

test("a request or response that lacks what is needed is reported, and never ends the process", async () => {
  const receiver = makeServer();
  const handle = receiver.server.nodeHandler();
  const bare = { method: "POST", url: "/webhook", headers: {} };
  const { res, answer } = collected(new IncomingMessage(new Socket()));
  handle(bare as never, res);
  await until(() => answer() !== undefined, "an answer");
  expect(answer()?.status).toBe(500);
  handle(lambdaRequest(["{}"]), {} as never);
  await until(() => receiver.reports.filter(({ type }) => type === "warning").length >= 2, "a second report");
});

test("a framework's own objects in place of Node's are reported with what to pass", () => {
  const { server, reports } = makeServer();
  const handle = server.nodeHandler();
  const ctx = { req: {}, res: {}, url: "/webhook", method: "POST", headers: {} };
  const request = new Request("http://127.0.0.1/webhook", { method: "POST", body: "{}" });
  const hapi = { url: new URL("http://127.0.0.1/webhook"), raw: {} };
  for (const [req, res] of [[ctx, async () => {}], [request, { params: {} }], [request], [hapi, {}]]) {
    handle(req as never, res as never);
  }
  const warnings = reports.filter(({ type }) => type === "warning") as unknown as { error: Error }[];
  expect(warnings).toHaveLength(4);
  for (const { error } of warnings)
    expect(error.message).toMatch(/`ctx\.req` and `ctx\.res` in Koa.*`fetchHandler\(\)`/);
});

test("a delivery that is not stored in time is answered 503 on both handlers, and keeps its place until it ends", async () => {
  const clock = manualClock();
  let release: () => void = () => undefined;
  const gate = new Promise<{ status: number }>((resolve) => {
    release = () => resolve({ status: 200 });
  });
  const receiver = makeServer({ clock, receive: () => gate, limits: { responseTimeoutMs: 1000 } });
  const { res, answer } = collected(lambdaRequest([]));
  receiver.server.nodeHandler()(lambdaRequest(["{}"]), res);
  const fetched = receiver.server.fetchHandler()(
    new Request("http://127.0.0.1/webhook", { method: "POST", body: "{}" }),
  );
  await until(() => receiver.received.length === 2, "both deliveries");
  clock.advance(999);
  expect(answer()).toBeUndefined();
  clock.advance(1);
  expect([answer()?.status, (await fetched).status]).toEqual([503, 503]);
  expect((await fetched).headers.get("retry-after")).toBe("1");
  expect(receiver.rejections().map(({ error }) => error.code)).toEqual(["ERR_TIMEOUT", "ERR_TIMEOUT"]);
  expect(receiver.server.inFlight()).toBe(2);
  release();
  await until(() => receiver.server.inFlight() === 0, "the end of both");
});

test("a handler that is called twice with one request receives and answers it once", async () => {
  let store = (_response: { status: number }) => {};
  const { server, received, rejections } = makeServer({
    receive: () => new Promise((resolve) => (store = resolve)),
  });
  for (const members of [{}, { rawBody: Buffer.from("{}") }]) {
    const before = received.length;
    const req = lambdaRequest(["{}"], members);
    const { res, answer } = collected(req);
    server.nodeHandler()(req, res);
    server.nodeHandler()(req, res);
    await until(() => received.length > before, "the delivery");
    server.nodeHandler()(req, res);
    store({ status: 202 });
    await until(() => answer() !== undefined, "an answer");
    expect(answer()?.status).toBe(202);
    expect(received).toHaveLength(before + 1);
  }
  expect(rejections()).toEqual([]);
  expect(server.inFlight()).toBe(0);
});

test("a request without headers gets 500, and throws nothing into the framework", async () => {
  const { server, received, rejections } = makeServer({ trustProxy: true });
  const req = lambdaRequest(["{}"], { headers: undefined });
  const { res, answer } = collected(req);
  expect(() => server.nodeHandler()(req, res)).not.toThrow();
  expect(answer()?.status).toBe(500);
  expect(rejections().map(({ error }) => error.code)).toEqual(["ERR_RECEIVE_FAILED"]);
  expect(received).toEqual([]);
  expect(server.inFlight()).toBe(0);
});

/** As `vercel dev` does: it reads the body, and puts the bytes back under the request's own methods. */
async function putBack(req: IncomingMessage): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  const again = new PassThrough();
  const on = req.on.bind(req);
  const either = (name: string, listener: () => void) =>
    name === "data" || name === "end" ? again.on(name, listener) : on(name, listener);
  Object.assign(req, { read: again.read.bind(again), on: either, addListener: either });
  const text = Buffer.concat(parts);
  Object.defineProperty(req, "body", { get: () => JSON.parse(String(text)) });
  again.end(text);
}

test("a body that was read and put back is delivered with its exact bytes", async () => {
  const { server, bodies, rejections } = makeServer();
  const port = await serve((req, res) => {
    putBack(req).then(() => server.nodeHandler()(req, res));
  });
  const send = async (body: string | ReadableStream) => {
    const init = { method: "POST", body, ...(typeof body === "string" ? {} : { duplex: "half" as const }) };
    return (await fetch(`http://127.0.0.1:${port}/webhook`, init)).status;
  };
  const large = `[${"1.0, ".repeat(10_000)}1]`;
  expect(await send('{"a": 1.0}')).toBe(200);
  expect(await send(large)).toBe(200);
  expect(await send(new Blob([large]).stream())).toBe(200);
  expect(bodies()).toEqual(['{"a": 1.0}', large, large]);
  expect(await send(`[${"1,".repeat(60_000)}1]`)).toBe(413);
  expect(rejections().map(({ error }) => error.code)).toEqual(["ERR_BODY_TOO_LARGE"]);
});

test("Fastify's own request and reply get 500 with a report of what to pass on", async () => {
  const { server, rejections } = makeServer();
  const app = fastify();
  onTestFinished(() => app.close());
  app.post("/webhook", server.nodeHandler() as never);
  const headers = { "content-type": "application/json" };
  const answer = await app.inject({ method: "POST", url: "/webhook", payload: "{}", headers });
  expect(answer.statusCode).toBe(500);
  expect(rejections().map(({ error }) => [error.code, error.message])).toEqual([
    ["ERR_RECEIVE_FAILED", expect.stringContaining("`request.raw` and `reply.raw` in Fastify")],
  ]);
});
