import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createServer,
  type ServerHttp2Session,
} from "node:http2";
import { expect, onTestFinished, test } from "vitest";
import type { WebhookResponse } from "../../../src/model/source.js";
import { manualClock } from "../../support/manual-clock.js";
import { codeOf, makeServer, until } from "./support.js";

type NodeHandler = ReturnType<ReturnType<typeof makeServer>["server"]["nodeHandler"]>;

async function serve(handler: NodeHandler, also = "request"): Promise<ClientHttp2Session> {
  const server = createServer(handler);
  if (also !== "request") server.on(also, handler);
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
  server.listen(0, "127.0.0.1");
  await until(() => server.listening);
  const client = connect(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  onTestFinished(async () => {
    client.destroy();
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return client;
}

function open(client: ClientHttp2Session, headers: Readonly<Record<string, string>> = {}) {
  const stream = client.request({ ":method": "POST", ":path": "/webhooks/github?x=1", ...headers });
  let status = 0;
  let body = "";
  let over = false;
  stream.on("response", (got) => {
    status = Number(got[":status"]);
  });
  stream.on("data", (chunk: Buffer) => {
    body += chunk.toString();
  });
  stream.on("error", () => {});
  for (const end of ["end", "close"]) {
    stream.on(end, () => {
      over = true;
    });
  }
  return {
    stream,
    async answer() {
      await until(() => over, "the answer to end");
      return { status, body };
    },
  };
}

test("delivers the exact bytes over HTTP/2", async () => {
  const { server, bodies, received } = makeServer();
  const client = await serve(server.nodeHandler());
  const small = open(client, { "x-event": "push" });
  small.stream.end('{"a": 1.0}');
  expect((await small.answer()).status).toBe(200);
  const large = open(client, { "content-length": "90000" });
  large.stream.end("x".repeat(90_000));
  expect((await large.answer()).status).toBe(200);
  const empty = open(client);
  empty.stream.end();
  expect((await empty.answer()).status).toBe(200);
  expect(bodies()).toEqual(['{"a": 1.0}', "x".repeat(90_000), ""]);
  expect(received[0]?.delivery.http).toMatchObject({
    method: "POST",
    path: "/webhooks/github",
    target: "/webhooks/github?x=1",
    remoteAddress: "127.0.0.1",
  });
  expect(received[0]?.delivery.http?.header("x-event")).toBe("push");
});

test("refuses what is too large, and takes no more of it", async () => {
  const { server, received, rejections } = makeServer();
  const client = await serve(server.nodeHandler());
  const declared = open(client, { "content-length": "100001" });
  const refused = await declared.answer();
  expect([refused.status, codeOf(refused.body)]).toEqual([413, "too_large"]);
  const endless = open(client);
  const pump = () => {
    while (!endless.stream.destroyed && endless.stream.write("x".repeat(16_000)));
  };
  endless.stream.on("drain", pump);
  pump();
  expect((await endless.answer()).status).toBe(413);
  await until(() => endless.stream.aborted, "the stream to be reset");
  expect(received).toEqual([]);
  expect(rejections()).toHaveLength(2);
  // The session goes on.
  const good = open(client);
  good.stream.end("{}");
  expect((await good.answer()).status).toBe(200);
});

test("a client that resets its stream half-way delivers nothing and leaves nothing", async () => {
  const clock = manualClock();
  const { server, received } = makeServer({ clock });
  const client = await serve(server.nodeHandler());
  const partings = [
    // A reset.
    [{}, (stream: ClientHttp2Stream) => stream.destroy()],
    [{ "content-length": "10" }, (stream: ClientHttp2Stream) => stream.destroy()],
    // An end that comes too early, and a reset.
    [{ "content-length": "10" }, (stream: ClientHttp2Stream) => stream.close(8)],
  ] as const;
  for (const [headers, part] of partings) {
    const half = open(client, headers);
    half.stream.write("half");
    await until(() => server.inFlight() === 1);
    part(half.stream);
    await until(() => server.inFlight() === 0);
  }
  const half = open(client);
  half.stream.write("half");
  await until(() => server.inFlight() === 1);
  client.destroy();
  await until(() => server.inFlight() === 0);
  expect([received, clock.pending()]).toEqual([[], 0]);
});

test("a client that resets its stream before the answer disturbs nobody", async () => {
  const gates: ((answer: WebhookResponse) => void)[] = [];
  const { server, reports } = makeServer({
    receive: () => new Promise<WebhookResponse>((resolve) => gates.push(resolve)),
  });
  const client = await serve(server.nodeHandler());
  const left = open(client);
  left.stream.end("{}");
  await until(() => gates.length === 1);
  left.stream.close(8);
  await left.answer();
  const next = open(client);
  next.stream.end("{}");
  await until(() => gates.length === 2);
  for (const gate of gates) gate({ status: 200, body: "kept" });
  expect(await next.answer()).toEqual({ status: 200, body: "kept" });
  await until(() => server.inFlight() === 0);
  expect(reports).toEqual([]);
});

test("a body that takes too long ends its stream with 408", async () => {
  const clock = manualClock();
  const { server } = makeServer({ clock, limits: { bodyTimeoutMs: 1000 } });
  const client = await serve(server.nodeHandler());
  const slow = open(client);
  slow.stream.write("half");
  await until(() => server.inFlight() === 1);
  clock.advance(1000);
  expect((await slow.answer()).status).toBe(408);
  expect([server.inFlight(), clock.pending()]).toEqual([0, 0]);
});

test("a body that was read before us: said at once", async () => {
  const { server, rejections } = makeServer();
  const client = await serve((req, res) => {
    req.resume();
    req.on("end", () => server.nodeHandler()(req, res));
  });
  const read = open(client);
  read.stream.end("{}");
  expect((await read.answer()).status).toBe(500);
  expect(rejections()[0]?.error.code).toBe("ERR_BODY_CONSUMED");
});

test("a handler of `checkContinue` asks for the body, and not for one that it rejects", async () => {
  const { server, bodies } = makeServer();
  const client = await serve(server.nodeHandler(), "checkContinue");
  for (const [length, status] of [
    ["2", 200],
    ["100001", 413],
  ] as const) {
    const sent = open(client, { expect: "100-continue", "content-length": length });
    sent.stream.on("continue", () => sent.stream.end("{}"));
    expect((await sent.answer()).status).toBe(status);
  }
  expect(bodies()).toEqual(["{}"]);
});
