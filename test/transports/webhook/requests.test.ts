import { createServer } from "node:http";
import { expect, test } from "vitest";
import type { WebhookResponse } from "../../../src/model/source.js";
import { codeOf, openTestServer, rawClient, request, until } from "./support.js";

const post = (url: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  fetch(url, { method: "POST", body, headers });

test("a delivery has its exact bytes, its path, its target, its headers and its sender", async () => {
  const { url, received } = await openTestServer();
  const bytes = Uint8Array.from([0, 255, 0xc3, 0x28, 13, 10, 123]);
  const answer = await post(`${url}/webhooks/github?team=a%20b`, bytes, { "X-Event": "push" });
  expect(answer.status).toBe(200);
  expect(received).toHaveLength(1);
  const { delivery, route } = received[0] ?? expect.fail();
  expect(route).toBe("/webhooks/{provider}");
  expect([...(delivery.body as Uint8Array)]).toEqual([...bytes]);
  expect(delivery.source).toBe("webhook");
  expect(Math.abs(delivery.receivedAt - Date.now())).toBeLessThan(5000);
  expect(delivery.http).toMatchObject({
    method: "POST",
    path: "/webhooks/github",
    target: "/webhooks/github?team=a%20b",
    remoteAddress: "127.0.0.1",
  });
  expect(delivery.http?.header("x-event")).toBe("push");
  expect(delivery.http?.header("x-absent")).toBeUndefined();
});

test("a header that came more than once is an array, in the order it came", async () => {
  const { port, received } = await openTestServer();
  const client = await rawClient(port);
  const headers = ["Webhook-Id: a", "webhook-id: b", "WEBHOOK-ID: c", "X-One: 1", "__proto__: x"];
  client.write(request({ headers, body: "{}" }));
  await client.answer();
  const header = received[0]?.delivery.http?.header ?? expect.fail();
  expect(header("webhook-id")).toEqual(["a", "b", "c"]);
  expect(header("x-one")).toBe("1");
  expect(header("__proto__")).toBe("x");
  expect(header("constructor")).toBeUndefined();
});

test("bodies come whole however they were cut: head and body apart, byte by byte, in chunks", async () => {
  const { port, bodies } = await openTestServer();
  const client = await rawClient(port);
  const [head = "", body = ""] = request({ body: '{"a":1}' }).split(/(?<=\r\n\r\n)/);
  client.socket.setNoDelay(true);
  client.write(head);
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const byte of body) {
    client.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await client.answers(1);
  client.write(request({ headers: ["Transfer-Encoding: chunked"] }));
  client.write("3\r\nabc\r\n");
  await new Promise((resolve) => setTimeout(resolve, 20));
  client.write("2\r\nde\r\n0\r\n\r\n");
  await client.answers(2);
  client.write(`${request({ headers: ["Transfer-Encoding: chunked"] })}2\r\nxy\r\n1\r\nz\r\n0\r\n\r\n`);
  await client.answers(3);
  expect(bodies()).toEqual(['{"a":1}', "abcde", "xyz"]);
});

test("a large body comes whole", async () => {
  const { url, received } = await openTestServer({ limits: { maxBodyBytes: 6_000_000 } });
  const bytes = Buffer.alloc(5_000_000, "0123456789abcdef");
  expect((await post(`${url}/webhook`, bytes)).status).toBe(200);
  expect(Buffer.compare(Buffer.from(received[0]?.delivery.body ?? ""), bytes)).toBe(0);
});

test("a body may be empty, with a length of 0 or without any", async () => {
  const { port, bodies } = await openTestServer();
  const client = await rawClient(port);
  client.write(request({ body: "" }));
  await client.answers(1);
  client.write(request());
  const answers = await client.answers(2);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(bodies()).toEqual(["", ""]);
});

test("requests in one breath are answered in their order, also where the first takes longest", async () => {
  const gates: (() => void)[] = [];
  const { port, server } = await openTestServer({
    receive: ({ body }) => {
      const answer: WebhookResponse = { status: 200, body: `got ${Buffer.from(body).toString()}` };
      if (Buffer.from(body).toString() === "b") return answer;
      return new Promise((resolve) => gates.push(() => resolve(answer)));
    },
  });
  const client = await rawClient(port);
  client.write(request({ body: "a" }) + request({ body: "b" }) + request({ body: "c" }));
  await until(() => gates.length === 2);
  expect(server.inFlight()).toBe(2);
  gates[1]?.();
  gates[0]?.();
  const answers = await client.answers(3);
  expect(answers.map(({ body }) => body)).toEqual(["got a", "got b", "got c"]);
  expect(server.inFlight()).toBe(0);
});

test("the answer goes out as it was given, on a connection that stays", async () => {
  const answers: WebhookResponse[] = [
    { status: 200 },
    { status: 204 },
    { status: 202, headers: { "content-type": "text/plain", "x-own": "1" }, body: "grüß" },
    { status: 200, headers: { "x-own": "2" } },
  ];
  const { port } = await openTestServer({ receive: () => answers.shift() ?? { status: 500 } });
  const client = await rawClient(port);
  for (let count = 1; count <= 4; count += 1) {
    client.write(request({ body: "{}" }));
    await client.answers(count);
  }
  const [plain, none, full, bare] = await client.answers(4);
  expect([plain?.status, plain?.headers.get("content-length"), plain?.body]).toEqual([200, "0", ""]);
  expect([none?.status, none?.headers.has("content-length")]).toEqual([204, false]);
  expect([full?.status, full?.headers.get("x-own"), full?.headers.get("content-length")]).toEqual([
    202,
    "1",
    "6",
  ]);
  expect(Buffer.from(full?.body ?? "", "latin1").toString()).toBe("grüß");
  expect([bare?.headers.get("x-own"), bare?.headers.get("content-length")]).toEqual(["2", "0"]);
  expect(plain?.headers.get("connection")).toBe("keep-alive");
});

test("a receiver that throws, rejects or returns nonsense gives 500 and a listener event, and the server goes on", async () => {
  const faults = [
    () => {
      throw new Error("thrown");
    },
    () => Promise.reject(new Error("rejected")),
    () => ({ status: 200, headers: { "x-bad": "line\nbreak" } }),
  ];
  const { url, reports, rejections, server } = await openTestServer({
    receive: () => faults.shift()?.() ?? { status: 200 },
  });
  for (let at = 0; at < 3; at += 1) {
    const answer = await post(`${url}/webhook`, "{}");
    expect(answer.status).toBe(500);
    expect(codeOf(await answer.text())).toBe("internal");
  }
  expect((await post(`${url}/webhook`, "{}")).status).toBe(200);
  expect(rejections().map(({ error, status }) => [error.code, status])).toEqual(
    Array(3).fill(["ERR_RECEIVE_FAILED", 500]),
  );
  const warned = reports.filter((report) => report.type === "warning");
  expect(warned.map(({ error }) => (error.cause as Error).message.slice(0, 8))).toEqual([
    "thrown",
    "rejected",
    "Invalid ",
  ]);
  expect(server.inFlight()).toBe(0);
});

test("a target may be a whole URL, as some proxies send it", async () => {
  const { port, received } = await openTestServer();
  const client = await rawClient(port);
  client.write(request({ path: "http://localhost/webhooks/x?y=/z", body: "{}" }));
  expect((await client.answer()).status).toBe(200);
  expect(received[0]?.delivery.http?.path).toBe("/webhooks/x");
});

test("routes: exact before parameters, one segment each, one slash more at the end, nothing decoded or resolved", async () => {
  const { url, received } = await openTestServer({
    routes: new Map([
      ["/hooks/{kind}", {}],
      ["/hooks/exact", {}],
      ["/{team}/in/{kind}", {}],
    ]),
  });
  const status = async (path: string) => (await post(url + path, "{}")).status;
  expect(await status("/hooks/exact")).toBe(200);
  expect(await status("/hooks/other")).toBe(200);
  expect(await status("/a/in/b")).toBe(200);
  expect(received.map(({ route }) => route)).toEqual(["/hooks/exact", "/hooks/{kind}", "/{team}/in/{kind}"]);
  for (const path of ["/hooks/exact/", "/hooks/other/", "/a/in/b/"])
    expect(await status(path), path).toBe(200);
  expect(received.slice(3).map(({ route }) => route)).toEqual([
    "/hooks/exact",
    "/hooks/{kind}",
    "/{team}/in/{kind}",
  ]);
  for (const path of [
    "/hooks/",
    "/hooks",
    "/hooks/a/b",
    "/hooks/a//",
    "//hooks/a",
    "/HOOKS/a",
    "/a/in/b/c",
  ]) {
    expect(await status(path), path).toBe(404);
  }
});

test("a route's own limits: its size, its methods", async () => {
  const { url } = await openTestServer({
    routes: new Map([
      ["/small", { maxBodyBytes: 10 }],
      ["/proof", { methods: ["GET", "POST"] }],
    ]),
    receive: ({ http }) => ({ status: 200, body: http?.method ?? "" }),
  });
  expect((await post(`${url}/small`, "x".repeat(10))).status).toBe(200);
  expect((await post(`${url}/small`, "x".repeat(11))).status).toBe(413);
  expect(await (await fetch(`${url}/proof?challenge=1`)).text()).toBe("GET");
  const wrong = await fetch(`${url}/proof`, { method: "DELETE" });
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, POST"]);
});

test("the sender's address is the peer's, unless proxies are trusted", async () => {
  const address = async (trustProxy: boolean | number | undefined, forwarded?: string) => {
    const { url, received } = await openTestServer(trustProxy === undefined ? {} : { trustProxy });
    await post(`${url}/webhook`, "{}", forwarded === undefined ? {} : { "x-forwarded-for": forwarded });
    return received[0]?.delivery.http?.remoteAddress;
  };
  expect(await address(undefined, "9.9.9.9")).toBe("127.0.0.1");
  expect(await address(0, "9.9.9.9")).toBe("127.0.0.1");
  expect(await address(true, "9.9.9.9, 10.0.0.1")).toBe("9.9.9.9");
  expect(await address(1, "9.9.9.9, 8.8.8.8")).toBe("8.8.8.8");
  expect(await address(2, "6.6.6.6, 9.9.9.9, 8.8.8.8")).toBe("9.9.9.9");
  expect(await address(5, "9.9.9.9, 8.8.8.8")).toBe("9.9.9.9");
  expect(await address(1)).toBe("127.0.0.1");
});

test("probes say alive and ready, to GET and HEAD", async () => {
  let ready = false;
  const { url } = await openTestServer({ ready: () => ready });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/healthz?x=1`, { method: "HEAD" })).status).toBe(200);
  const notYet = await fetch(`${url}/readyz`);
  expect([notYet.status, codeOf(await notYet.text())]).toEqual([503, "not_ready"]);
  ready = true;
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`, { method: "POST", body: "x" })).status).toBe(405);
});

test("an exact route of the user's goes before a probe of the same path; one with parameters does not", async () => {
  const { url, received } = await openTestServer({
    routes: new Map([
      ["/readyz", {}],
      ["/{any}", { methods: ["GET"] }],
    ]),
  });
  expect((await post(`${url}/readyz`, "{}")).status).toBe(200);
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
  expect(received).toHaveLength(1);
});

test("TLS", async () => {
  const { cert, key } = await import("./certificate.js");
  const { port, url, bodies } = await openTestServer({ tls: { cert, key } });
  expect(url).toBe(`https://127.0.0.1:${port}`);
  const { request: https } = await import("node:https");
  const status = await new Promise((resolve, reject) => {
    https(`${url}/webhook`, { method: "POST", ca: cert, servername: "localhost", agent: false }, (res) => {
      res.resume().on("end", () => resolve(res.statusCode));
    })
      .on("error", reject)
      .end("sealed");
  });
  expect([status, bodies()]).toEqual([200, ["sealed"]]);
});

test("a port in use, a wrong certificate, a wrong route: each says what it is", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await until(() => server.listening);
  const { port } = server.address() as { port: number };
  const { makeServer } = await import("./support.js");
  const { server: webhooks } = makeServer();
  await expect(webhooks.listen(port, "127.0.0.1")).rejects.toMatchObject({
    code: "ERR_PORT_IN_USE",
    message: expect.stringContaining(String(port)),
  });
  server.close();
  await until(() => !server.listening);
  // It may be tried again.
  expect((await webhooks.listen(0, undefined)).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await expect(webhooks.listen(0, undefined)).rejects.toMatchObject({ code: "ERR_LISTENER_STATE" });

  const sealed = makeServer({ tls: { key: "no key", cert: "no certificate" } }).server;
  await expect(sealed.listen(0, undefined)).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect(makeServer().server.listen(0, "203.0.113.1")).rejects.toMatchObject({ code: "ERR_OPTION" });

  for (const path of ["webhook", "/a/*", "/a/:b", "/a{b}", "/a?b", ""]) {
    const make = () => makeServer({ routes: new Map([[path, {}]]) });
    expect(make, path).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  }
  const twins = new Map([
    ["/a/{b}", {}],
    ["/a/{c}", {}],
  ]);
  expect(() => makeServer({ routes: twins })).toThrow(/same paths/);
});
