import { createServer, type IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import type { EarshotError } from "../../../src/base/errors.js";
import type { ListenerEvent } from "../../../src/base/listener-events.js";
import { express4, express5, Koa, mounts, readAll, serve } from "./frameworks.js";
import { codeOf, makeServer, rawClient, request, until } from "./support.js";

const codeOfWarning = (report: ListenerEvent) =>
  report.type === "warning" ? (report.error as EarshotError).code : undefined;
const json = { "content-type": "application/json" };
const exact = '{"a": 1.0,\n "b":"\\u00fc"}';

describe.each(Object.entries(mounts))("%s", (_, { mount, names }) => {
  test("delivers the exact bytes", async () => {
    const { server, bodies, received } = makeServer();
    const port = await mount(server.nodeHandler(), false);
    const url = `http://127.0.0.1:${port}/webhooks/github?x=1`;
    const first = await fetch(url, { method: "POST", headers: json, body: exact });
    expect(first.status).toBe(200);
    const large = `[${"1,".repeat(40_000)}1]`;
    expect((await fetch(url, { method: "POST", headers: json, body: large })).status).toBe(200);
    expect(bodies()).toEqual([exact, large]);
    expect(received[0]?.delivery.http).toMatchObject({
      method: "POST",
      path: "/webhooks/github",
      target: "/webhooks/github?x=1",
      remoteAddress: "127.0.0.1",
    });
    expect(received[0]?.route).toBe("/webhooks/{provider}");
  });

  test("an answer that takes its time arrives", async () => {
    const { server } = makeServer({
      receive: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return { status: 202, headers: { "x-own": "1" }, body: "kept" };
      },
    });
    const port = await mount(server.nodeHandler(), false);
    const answer = await fetch(`http://127.0.0.1:${port}/webhooks/a`, { method: "POST", body: "{}" });
    expect([answer.status, answer.headers.get("x-own"), await answer.text()]).toEqual([202, "1", "kept"]);
  });

  test("refuses what is too large, with a length and without", async () => {
    const { server, received, rejections } = makeServer();
    const port = await mount(server.nodeHandler(), false);
    const declared = await rawClient(port);
    declared.write(request({ path: "/webhooks/a", headers: ["Content-Length: 100001"] }));
    expect((await declared.answer()).status).toBe(413);
    const chunked = await rawClient(port);
    chunked.write(request({ path: "/webhooks/a", headers: ["Transfer-Encoding: chunked"] }));
    for (let part = 0; part < 101; part += 1) chunked.write(`3e8\r\n${"x".repeat(1000)}\r\n`);
    expect((await chunked.answer()).status).toBe(413);
    chunked.write("0\r\n\r\n");
    await chunked.closed;
    expect(received).toEqual([]);
    expect(rejections().map(({ error }) => error.code)).toEqual(["ERR_BODY_TOO_LARGE", "ERR_BODY_TOO_LARGE"]);
  });

  test("says who read the body, and how to put it right", async () => {
    const { server, received, reports, rejections } = makeServer();
    const port = await mount(server.nodeHandler(), true);
    for (let time = 0; time < 2; time += 1) {
      const answer = await fetch(`http://127.0.0.1:${port}/webhooks/a`, {
        method: "POST",
        headers: json,
        body: exact,
      });
      expect(answer.status).toBe(500);
      const text = await answer.text();
      expect(codeOf(text)).toBe("body_consumed");
      expect(text).not.toContain(names);
    }
    expect(received).toEqual([]);
    expect(rejections().map(({ error, status }) => [error.code, status])).toEqual(
      Array(2).fill(["ERR_BODY_CONSUMED", 500]),
    );
    expect(rejections()[0]?.error.message).toMatch(new RegExp(`^${names} has read the body already`));
    // Where nobody listens for rejections it must still be seen, once.
    expect(reports.filter(({ type }) => type === "warning")).toHaveLength(1);
    expect(server.inFlight()).toBe(0);
  });

  test("a client that hangs up half-way leaves nothing behind", async () => {
    const { server, received } = makeServer();
    const port = await mount(server.nodeHandler(), false);
    const client = await rawClient(port);
    client.write(`${request({ path: "/webhooks/a", headers: ["Content-Length: 10"] })}half`);
    await until(() => server.inFlight() === 1);
    client.socket.destroy();
    await until(() => server.inFlight() === 0);
    expect(received).toEqual([]);
  });
});

describe.each([
  ["Express 5", express5],
  ["Express 4", express4],
] as const)("%s", (_, express) => {
  const post = (port: number, path: string, body = exact) =>
    fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers: json, body });

  test("under a mount path: the sender's path is looked for first, then what was left of it", async () => {
    const { server, received } = makeServer({
      routes: new Map([
        ["/webhooks/github", {}],
        ["/stripe", {}],
        ["/webhook", {}],
        ["/other/webhook", {}],
      ]),
    });
    const app = express();
    app.use("/webhooks", server.nodeHandler());
    app.use("/other", server.nodeHandler());
    const port = await serve(app);
    for (const path of ["/webhooks/github?a=1", "/webhooks/stripe", "/other/webhook"]) {
      expect((await post(port, path)).status, path).toBe(200);
    }
    expect(received.map(({ route }) => route)).toEqual(["/webhooks/github", "/stripe", "/other/webhook"]);
    expect(received.map(({ delivery }) => delivery.http?.target)).toEqual([
      "/webhooks/github?a=1",
      "/webhooks/stripe",
      "/other/webhook",
    ]);
  });

  test("what is not ours is left to the application, its own probes too", async () => {
    const { server } = makeServer();
    const app = express();
    app.use(server.nodeHandler());
    app.get("/healthz", (_req, res) => res.end("mine"));
    app.get("/readyz", server.nodeHandler());
    app.get("/page", (_req, res) => res.end("page"));
    const port = await serve(app);
    const text = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    expect(await text("/page")).toBe("page");
    expect(await text("/healthz")).toBe("mine");
    expect(await text("/readyz")).toBe('{"status":"ready"}');
    expect((await post(port, "/webhook")).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/webhook`)).status).toBe(405);
  });

  test("bytes that a parser kept are the body: express.raw(), or req.rawBody from `verify`", async () => {
    const { server, bodies } = makeServer({ limits: { maxBodyBytes: 50 } });
    const app = express();
    const verify = (req: IncomingMessage & { rawBody?: Buffer }, _res: unknown, bytes: Buffer) => {
      req.rawBody = bytes;
    };
    app.post("/webhook", express.raw({ type: "*/*" }), server.nodeHandler());
    app.use(express.json({ verify }));
    app.use(server.nodeHandler());
    const port = await serve(app);
    expect((await post(port, "/webhook")).status).toBe(200);
    expect((await post(port, "/webhooks/a")).status).toBe(200);
    expect(bodies()).toEqual([exact, exact]);
    const long = JSON.stringify("x".repeat(60));
    // Chunked, so that its length is known only to the parser.
    const chunks = new Blob([long]).stream();
    const answer = await fetch(`http://127.0.0.1:${port}/webhook`, {
      method: "POST",
      headers: json,
      body: chunks,
      duplex: "half",
    });
    expect(answer.status).toBe(413);
  });

  test("the text that a parser's `verify` kept in req.rawBody is the body", async () => {
    const { server, bodies } = makeServer();
    const app = express();
    const verify = (req: IncomingMessage & { rawBody?: string }, _res: unknown, bytes: Buffer) => {
      req.rawBody = bytes.toString();
    };
    app.use(express.json({ verify }));
    app.post("/webhook", server.nodeHandler());
    expect((await post(await serve(app), "/webhook")).status).toBe(200);
    expect(bodies()).toEqual([exact]);
  });

  test("a parser that left the body alone has consumed nothing: other type, or no body", async () => {
    const { server, bodies } = makeServer();
    const app = express();
    app.use(express.json());
    app.use(server.nodeHandler());
    const port = await serve(app);
    const url = `http://127.0.0.1:${port}/webhook`;
    const form = { "content-type": "application/x-www-form-urlencoded" };
    expect((await fetch(url, { method: "POST", headers: form, body: "a=1" })).status).toBe(200);
    expect((await fetch(url, { method: "POST" })).status).toBe(200);
    expect(bodies()).toEqual(["a=1", ""]);
  });

  test("text is not bytes: a body that was decoded is refused", async () => {
    const { server, rejections } = makeServer();
    const app = express();
    app.use(express.text({ type: "*/*" }));
    app.use(server.nodeHandler());
    const port = await serve(app);
    expect((await post(port, "/webhook")).status).toBe(500);
    expect(rejections()[0]?.error.code).toBe("ERR_BODY_CONSUMED");
  });

  test("a slow step before the handler loses no bytes", async () => {
    const { server, bodies } = makeServer();
    const app = express();
    app.use((_req, _res, next) => {
      setTimeout(next, 20);
    });
    app.use(server.nodeHandler());
    const port = await serve(app);
    const large = "x".repeat(90_000);
    expect((await post(port, "/webhook", large)).status).toBe(200);
    expect((await post(port, "/webhook", "")).status).toBe(200);
    expect(bodies()).toEqual([large, ""]);
  });
});

test("a request without a body that has ended already is an empty delivery, not a lost one", async () => {
  const { server, bodies } = makeServer();
  const port = await serve(async (req, res) => {
    await readAll(req);
    server.nodeHandler()(req, res);
  });
  const client = await rawClient(port);
  client.write(request());
  expect((await client.answer()).status).toBe(200);
  expect(bodies()).toEqual([""]);
});

test.each([
  ["paused", (req: IncomingMessage) => void req.pause()],
  ["read by another listener", (req: IncomingMessage) => void req.on("data", () => {})],
  ["set flowing", (req: IncomingMessage) => void req.resume()],
])("a body that was %s before the handler is read whole, at once or in parts", async (_, prepare) => {
  const { server, bodies } = makeServer();
  const port = await serve((req, res) => {
    prepare(req);
    server.nodeHandler()(req, res);
  });
  const client = await rawClient(port);
  const chunked = ["Transfer-Encoding: chunked"];
  client.write(request({ body: "whole" }));
  await client.answer();
  client.write(`${request({ headers: ["Content-Length: 8"] })}in `);
  setTimeout(() => client.write("parts"), 20);
  await client.answers(2);
  client.write(`${request({ headers: chunked })}3\r\nin \r\n`);
  setTimeout(() => client.write("6\r\nchunks\r\n0\r\n\r\n"), 20);
  expect((await client.answers(3)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(bodies()).toEqual(["whole", "in parts", "in chunks"]);
});

test("a body of which somebody has read a part is refused", async () => {
  const { server, received, rejections } = makeServer();
  const port = await serve((req, res) => {
    req.once("data", () => {
      req.pause();
      server.nodeHandler()(req, res);
    });
  });
  const client = await rawClient(port);
  client.write(`${request({ headers: ["Content-Length: 10"] })}12345`);
  expect((await client.answer()).status).toBe(500);
  expect([rejections()[0]?.error.code, received]).toEqual(["ERR_BODY_CONSUMED", []]);
});

test("a stream that somebody set to decode is refused", async () => {
  const { server, rejections } = makeServer();
  const port = await serve((req, res) => {
    req.setEncoding("utf8");
    server.nodeHandler()(req, res);
  });
  const answer = await fetch(`http://127.0.0.1:${port}/webhook`, { method: "POST", body: "{}" });
  expect(answer.status).toBe(500);
  expect(rejections()[0]?.error.code).toBe("ERR_BODY_CONSUMED");
});

test("an answer that somebody else has given is left as it is, and reported once", async () => {
  const { server, received, reports } = makeServer();
  const port = await serve((req, res) => {
    res.end("theirs");
    server.nodeHandler()(req, res);
  });
  const answer = await fetch(`http://127.0.0.1:${port}/webhook`, { method: "POST", body: "{}" });
  expect([answer.status, await answer.text()]).toEqual([200, "theirs"]);
  await until(() => received.length === 1);
  expect(reports.map(codeOfWarning)).toEqual(["ERR_RESPONSE_SENT"]);
  expect((await fetch(`http://127.0.0.1:${port}/webhook`, { method: "PUT", body: "{}" })).status).toBe(200);
  expect(reports.map(codeOfWarning)).toEqual(["ERR_RESPONSE_SENT", undefined]);
});

test("a body that is cut off because the framework has responded is reported", async () => {
  const { server, received, reports } = makeServer({ limits: { bodyTimeoutMs: 50 } });
  const port = await serve((req, res) => {
    server.nodeHandler()(req, res);
    setImmediate(() => res.end());
  });
  const client = await rawClient(port);
  client.write(`${request({ headers: ["Connection: close", "Content-Length: 10"] })}12345`);
  expect((await client.answer()).status).toBe(200);
  await client.closed;
  await until(() => reports.map(codeOfWarning).includes("ERR_RESPONSE_SENT"), "a warning");
  expect(received).toEqual([]);
});

test("Koa: what follows still runs for other paths", async () => {
  const { server } = makeServer();
  const app = new Koa();
  app.use((ctx, next) => {
    if (!ctx.path.startsWith("/webhooks/")) return next();
    ctx.respond = false;
    return server.nodeHandler()(ctx.req, ctx.res);
  });
  app.use((ctx) => {
    ctx.body = "page";
  });
  const port = await serve(app.callback());
  expect(await (await fetch(`http://127.0.0.1:${port}/page`)).text()).toBe("page");
  const missing = await fetch(`http://127.0.0.1:${port}/webhooks/a/b`, { method: "POST", body: "{}" });
  expect(missing.status).toBe(404);
});

test("Next.js, pages router: named by its mark, with the line that switches its parser off", async () => {
  const { server, rejections } = makeServer();
  const port = await serve(async (req, res) => {
    const text = await readAll(req);
    Object.assign(req, { body: JSON.parse(text), [Symbol.for("NextInternalRequestMeta")]: {} });
    server.nodeHandler()(req, res);
  });
  await fetch(`http://127.0.0.1:${port}/webhook`, { method: "POST", body: "{}" });
  expect(rejections()[0]?.error.message).toMatch(/^Next\.js has read .* bodyParser: false/);
});

test("a `body` that throws when it is looked at does not hide the stream", async () => {
  const { server, bodies } = makeServer();
  const port = await serve((req, res) => {
    Object.defineProperty(req, "body", {
      get() {
        throw new SyntaxError("Invalid JSON");
      },
    });
    server.nodeHandler()(req, res);
  });
  const answer = await fetch(`http://127.0.0.1:${port}/webhook`, { method: "POST", body: "not JSON" });
  expect([answer.status, bodies()]).toEqual([200, ["not JSON"]]);
});

test("a handler of `checkContinue` asks for the body once, and not for one that it rejects", async () => {
  const { server, bodies } = makeServer();
  for (const asks of [false, true]) {
    const http = createServer();
    http.on("checkContinue", (req, res) => {
      if (asks) res.writeContinue();
      server.nodeHandler()(req, res);
    });
    const port = await serve(http);
    const accepted = await rawClient(port);
    accepted.write(request({ headers: ["Expect: 100-continue", "Content-Length: 2"] }));
    expect((await accepted.answer()).status).toBe(100);
    accepted.write("{}");
    expect((await accepted.answers(2)).map(({ status }) => status)).toEqual([100, 200]);
    const rejected = await rawClient(port);
    rejected.write(request({ headers: ["Expect: 100-continue", "Content-Length: 100001"] }));
    const statuses = (await rejected.answers(asks ? 2 : 1)).map(({ status }) => status);
    expect(statuses).toEqual(asks ? [100, 413] : [413]);
  }
  expect(bodies()).toEqual(["{}", "{}"]);
});
