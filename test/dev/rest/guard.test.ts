import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { call, control, errorV1, errorV3, run, text } from "./fixture.js";

const OPEN = "/api/v3.1/triggers_types/list/enum";

/** What the server says to these bytes, until it closes the connection. */
async function said(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (part) => {
    answer += part;
  });
  socket.on("error", () => undefined);
  socket.write(bytes);
  await once(socket, "close");
  return answer;
}

test("only loopback is listened on", async () => {
  const platform = await run();
  expect(platform.url).toBe(`http://127.0.0.1:${platform.port}`);
  const others = Object.values(networkInterfaces())
    .flat()
    .filter((one) => one?.internal === false && one.family === "IPv4");
  for (const other of others) {
    const socket = connect(platform.port, other?.address);
    const [error] = await once(socket, "error");
    expect(error.code, other?.address).toBe("ECONNREFUSED");
  }
});

test("Host is a name that can mean nothing but this server", async () => {
  const platform = await run();
  const { port } = platform;
  for (const host of [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `LOCALHOST:${port}`,
    `[::1]:${port}`,
    `x.localhost:${port}`,
  ]) {
    expect((await call(platform, "GET", OPEN, { headers: { host } })).status, host).toBe(200);
  }
  for (const host of [
    "evil.example",
    `evil.example:${port}`,
    "127.0.0.1",
    `127.0.0.1:${port + 1}`,
    `localhost.evil.example:${port}`,
    `127.0.0.1.nip.io:${port}`,
    `me@127.0.0.1:${port}`,
    `127.0.0.1:${port}/`,
    `127.0.0.1:${port}, evil.example`,
  ]) {
    const got = await call(platform, "GET", OPEN, { headers: { host } });
    expect(got.status, JSON.stringify(host)).toBe(403);
    expect(got.json).toEqual(errorV3(403));
  }
  const old = await call(platform, "GET", "/api/v1/triggers", { headers: { host: "evil.example" } });
  expect(old.json).toEqual(errorV1(403, "ForbiddenError"));
});

test("Origin is absent or our own", async () => {
  const platform = await run();
  const own = { origin: platform.url };
  expect((await call(platform, "GET", OPEN, { headers: own })).status).toBe(200);
  for (const origin of [
    "https://evil.example",
    "null",
    "http://127.0.0.1",
    `http://localhost:${platform.port}`,
    `http://127.0.0.1:${platform.port + 1}`,
    `https://127.0.0.1:${platform.port}`,
    "",
  ]) {
    for (const path of [OPEN, "/api/v1/triggers/pusher", "/dev/api/state"]) {
      const got = await call(platform, "POST", path, { headers: { origin, "x-earshot-dev": "1" }, body: {} });
      expect(got.status, `${JSON.stringify(origin)} ${path}`).toBe(403);
    }
  }
});

test("a page of another origin can neither open a WebSocket nor be answered a preflight", async () => {
  const platform = await run();
  const refused = async (headers: Record<string, string>) => {
    const url = `ws://127.0.0.1:${platform.port}/app/${platform.project.appKey}?protocol=7`;
    const socket = new WebSocket(url, { headers });
    const [, answer] = await once(socket, "unexpected-response");
    socket.on("error", () => undefined);
    socket.terminate();
    return answer.statusCode;
  };
  expect(await refused({ origin: "https://evil.example" })).toBe(403);
  expect(await refused({ origin: "http://localhost:3000" }), "not even of this machine").toBe(403);
  expect(await refused({ host: "evil.example" })).toBe(403);
  const preflight = await call(platform, "OPTIONS", "/dev/api/fire", {
    headers: { origin: "https://evil.example", "access-control-request-headers": "x-earshot-dev" },
  });
  expect(preflight.status).toBe(403);
  expect(Object.keys(preflight.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
});

test("the control API wants its header, and no API key", async () => {
  const platform = await run();
  expect((await call(platform, "GET", "/dev/api/state")).status).toBe(403);
  expect((await control(platform, "GET", "/state")).status).toBe(200);
});

test("keys: any that is not empty nor begins with invalid, or only those that were given", async () => {
  const anybody = await run();
  const status = async (platform: typeof anybody, key: string) =>
    (await call(platform, "GET", "/api/v1/client/auth/client_info", { key })).status;
  expect(await status(anybody, "anything")).toBe(200);
  expect(await status(anybody, "invalid-key")).toBe(401);
  expect(await status(anybody, "INVALID")).toBe(401);
  expect(await status(anybody, "")).toBe(401);
  const somebody = await run({ apiKeys: ["one", "two"] });
  expect(await status(somebody, "one")).toBe(200);
  expect(await status(somebody, "two")).toBe(200);
  expect(await status(somebody, "three")).toBe(401);
  const none = await call(somebody, "GET", OPEN, { key: "" });
  expect(none.json).toEqual(errorV3(401, { suggested_fix: text }));
});

test("the announcement of the published Python client needs no key", async () => {
  const platform = await run();
  const body = { time: 1, events: [{ name: "channel_occupied", channel: "private-x_triggers" }] };
  const got = await call(platform, "POST", "/api/v1/triggers/pusher", { body, key: "" });
  expect(got.status).toBe(200);
});

test("an unknown path, a wrong method and a crooked path have their generation's error body", async () => {
  // Whether the dashboard has been built is no matter here.
  const platform = await run({ dashboard: "/nowhere" });
  for (const path of ["/api/v1/nothing", "/api/v2/nothing"]) {
    expect((await call(platform, "GET", path)).json, path).toEqual(errorV1(404, "NotFoundError"));
  }
  for (const path of ["/", "/api", "/api/v3/nothing", "/api/v3.1/nothing", "/api/v4/x"]) {
    expect((await call(platform, "GET", path)).json, path).toEqual(errorV3(404));
  }
  const wrong = await call(platform, "PUT", "/api/v3.1/webhook_subscriptions");
  expect([wrong.status, wrong.headers.allow]).toEqual([405, "GET, POST"]);
  expect((await call(platform, "GET", "/api/v3.1/tools/%E0%A4%A")).json).toEqual(errorV3(400));
  expect((await call(platform, "GET", "/api/v3.1/tools/")).status, "a slash at the end is no name").toBe(200);
});

test("a request id is repeated, or made up", async () => {
  const platform = await run();
  const got = await call(platform, "GET", "/api/v1/nope", { headers: { "x-request-id": "abc" } });
  expect([got.headers["x-request-id"], got.json.requestId]).toEqual(["abc", "abc"]);
  const made = await call(platform, "GET", "/api/v3/nope");
  expect(made.headers["x-request-id"]).toBe(made.json.error.request_id);
  expect(made.json.error.request_id).toMatch(/^[0-9a-f-]{36}$/);
});

test("bodies are JSON or a form, in UTF-8, uncompressed, and not too long", async () => {
  const platform = await run({ maxBodyBytes: 1_000 });
  const send = (bytes: string | Buffer, type: string, more: Record<string, string> = {}) =>
    call(platform, "POST", "/api/v1/api_keys", { bytes, headers: { "content-type": type, ...more } });
  expect((await send('{"name":"x"}', "application/json; charset=utf-8")).status).toBe(200);
  expect((await send("name=x", "application/x-www-form-urlencoded")).status).toBe(200);
  expect((await send('{"name":"x"}', "text/plain")).json).toEqual(errorV1(415, "UnsupportedMediaTypeError"));
  expect((await send('{"name":"x"}', "")).status).toBe(415);
  expect((await send('{"name":"x"}', "application/json", { "content-encoding": "gzip" })).status).toBe(415);
  expect((await send('{"name":', "application/json")).status).toBe(400);
  expect((await send(Buffer.from([0x22, 0xff, 0x22]), "application/json")).json.message).toContain("UTF-8");
  expect((await send("[]", "application/json")).status).toBe(400);
  expect((await send(" ".repeat(1_001), "application/json")).json).toEqual(
    errorV1(413, "PayloadTooLargeError"),
  );
  const bytes = `${JSON.stringify({ name: "x" })}${" ".repeat(988)}`;
  const undeclared = (more: string) => {
    const length = (bytes.length + more.length).toString(16);
    return [
      `POST /api/v1/api_keys HTTP/1.1\r\nHost: 127.0.0.1:${platform.port}\r\nX-Api-Key: k\r\n`,
      "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
      `${length}\r\n${bytes}${more}\r\n0\r\n\r\n`,
    ].join("");
  };
  expect(await said(platform.port, undeclared(" ")), "counted, where no length is declared").toMatch(/ 413 /);
  expect(await said(platform.port, undeclared("")), "and exactly as long as allowed").toMatch(/ 200 /);
  expect((await call(platform, "GET", "/api/v1/client/auth/client_info")).status, "and goes on").toBe(200);
});

test("names of every object, as keys, do no harm", async () => {
  const platform = await run();
  for (const name of ["__proto__", "constructor", "hasOwnProperty", "toString"]) {
    expect((await call(platform, "GET", `/api/v3.1/triggers_types/${name}`)).status).toBe(400);
    expect((await call(platform, "GET", `/api/v3.1/connected_accounts/${name}`)).status).toBe(404);
    expect((await call(platform, "GET", `/api/v3.1/triggers_types?${name}=1`)).status).toBe(200);
    const bytes = `{"${name}": {"x": 1}, "status": "enable"}`;
    const got = await call(platform, "PATCH", "/api/v3.1/trigger_instances/manage/x", { bytes });
    expect(got.status).toBe(404);
  }
  expect(({} as { x?: unknown }).x).toBeUndefined();
});

test("a peer that talks nonsense, stops half-way or goes away ends nothing but its own connection", async () => {
  const platform = await run({ requestTimeoutMs: 300 });
  const say = (bytes: string) => said(platform.port, bytes);
  const host = `Host: 127.0.0.1:${platform.port}\r\n`;
  expect(await say("nonsense\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
  expect(await say(`GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
  expect(await say(`GET / HTTP/1.1\r\n${host}`), "headers that never end").toMatch(/^HTTP\/1.1 408 /);
  const body = `POST /api/v1/triggers/pusher HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{`;
  expect(await say(body), "a body that never ends").toMatch(/^HTTP\/1.1 408 /);
  expect(await say("GET / HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1.1 403 /);
  expect(await say("GET / HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1.1 403 /);
  expect(await say(`GET / HTTP/1.1\r\n${host}Host: evil.example\r\n\r\nX`)).toMatch(/^HTTP\/1.1 40[03] /);
  expect(
    await say(`GET /nowhere HTTP/1.1\r\n${host}ClientConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`),
  ).toMatch(/^HTTP\/1.1 404 /);
  const gone = connect(platform.port, "127.0.0.1");
  gone.write(body);
  gone.resetAndDestroy();
  expect((await call(platform, "GET", OPEN)).status).toBe(200);
});
