import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { proxyFor } from "../../../src/settings/proxy.js";
import { accessTo } from "../../support/pusher-server/access.js";
import { startConnectProxy } from "../../support/pusher-server/connect-proxy.js";
import { aServer, aSubscriber, until } from "./harness.js";

type Server = Awaited<ReturnType<typeof aServer>>;

/** The server under a name that is not this machine's: this machine is never reached through a proxy. */
const remote = (server: Server) => accessTo(server, server.url.replace("127.0.0.1", "realtime.test"));

async function aProxy() {
  const proxy = await startConnectProxy();
  onTestFinished(() => proxy.stop());
  return proxy;
}

test("ws: goes through HTTP_PROXY by CONNECT, with its credentials", async () => {
  const server = await aServer();
  const proxy = await aProxy();
  const httpProxy = `http://us%40er:pass@127.0.0.1:${proxy.port}`;
  const { socket, deliveries } = aSubscriber(server, { access: remote(server), proxy: { httpProxy } });
  await socket.start();
  server.publish("trigger_to_client", { through: "the proxy" });
  await until("the event", () => deliveries.length === 1);
  const credentials = `Basic ${Buffer.from("us@er:pass").toString("base64")}`;
  expect(proxy.asked).toEqual([{ authority: `realtime.test:${server.port}`, credentials }]);
});

test("wss: goes through HTTPS_PROXY with TLS inside, and the certificate is still checked", async () => {
  const server = await aServer({ tls: true });
  const proxy = await aProxy();
  const { socket, told } = aSubscriber(server, {
    access: remote(server),
    proxy: { httpsProxy: `127.0.0.1:${proxy.port}` },
  });
  const starting = socket.start();
  await until("a refusal of the certificate", () => told("websocket.disconnected").length >= 1);
  expect(told("websocket.disconnected")[0]).toMatchObject({ reason: "tls" });
  expect(server.upgrades).toBe(0);
  await socket.stop();
  await expect(starting).rejects.toMatchObject({ code: "ERR_LISTENER_STATE" });
});

test("a wss: connection through the proxy is a connection like any other", async () => {
  const server = await aServer({ tls: true });
  const proxy = await aProxy();
  // Only for this test: there is no other way to trust a certificate that was made a moment ago.
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  onTestFinished(async () => {
    vi.unstubAllEnvs();
  });
  const { socket, deliveries } = aSubscriber(server, {
    access: remote(server),
    proxy: { httpsProxy: `http://127.0.0.1:${proxy.port}` },
  });
  await socket.start();
  server.publish("trigger_to_client", { through: "TLS" });
  await until("the event", () => deliveries.length === 1);
  expect(proxy.asked).toEqual([{ authority: `realtime.test:${server.port}`, credentials: undefined }]);
  await socket.stop();
  await until("the server has noticed", () => server.open === 0);
  expect(server.last().closed).toEqual({ code: 1000 });
});

test("The proxy cannot be reached", async () => {
  const server = await aServer();
  const gone = createServer();
  await new Promise<void>((resolve) => {
    gone.listen(0, "127.0.0.1", resolve);
  });
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const { socket, told } = aSubscriber(server, {
    access: remote(server),
    proxy: { httpProxy: `http://user:secret@127.0.0.1:${port}` },
  });
  socket.start().catch(() => undefined);
  await until("a loss", () => told("websocket.disconnected").length >= 1);
  expect(told("websocket.disconnected")[0]).toMatchObject({
    reason: "proxy",
    detail: expect.stringContaining("ECONNREFUSED"),
  });
  expect(told("websocket.disconnected")[0]?.detail).not.toContain("secret");
});

test("The proxy rejects CONNECT", async () => {
  const server = await aServer();
  const proxy = await aProxy();
  proxy.status = 407;
  const { socket, told } = aSubscriber(server, {
    access: remote(server),
    proxy: { httpProxy: `http://127.0.0.1:${proxy.port}` },
  });
  const starting = socket.start();
  await until("two tries", () => proxy.asked.length >= 2);
  proxy.status = 200;
  await starting;
  expect(told("websocket.disconnected")[0]).toMatchObject({
    reason: "proxy",
    detail: expect.stringContaining("407"),
  });
});

test("The proxy does not respond", async () => {
  const server = await aServer();
  const proxy = await aProxy();
  proxy.status = 0;
  const options = {
    access: remote(server),
    proxy: { httpProxy: `http://127.0.0.1:${proxy.port}` },
    handshakeLimitMs: 30,
  };
  const { socket, told } = aSubscriber(server, options);
  const starting = socket.start();
  await until("two tries", () => proxy.asked.length >= 2);
  proxy.status = 200;
  await starting;
  expect(told("websocket.disconnected")[0]).toMatchObject({ reason: "timeout" });
  // Those that were given up are not left open.
  await until("one connection stands", () => proxy.connections === 1);
  await socket.stop();
  await until("none stands", () => proxy.connections === 0);
});

test("NO_PROXY names what is reached directly", async () => {
  const server = await aServer();
  const proxy = await aProxy();
  const httpProxy = `http://127.0.0.1:${proxy.port}`;
  const access = remote(server);
  const { socket, told } = aSubscriber(server, {
    access,
    proxy: { httpProxy, noProxy: "example.com, realtime.test" },
  });
  socket.start().catch(() => undefined);
  // The name does not exist, and is asked for directly.
  await until("a loss", () => told("websocket.disconnected").length > 0);
  expect(told("websocket.disconnected")[0]?.reason).toBe("dns");
  expect(proxy.asked).toEqual([]);
});

test.each([
  ["a proxy that refuses", "http://127.0.0.1:1"],
  ["a SOCKS proxy", "socks5://127.0.0.1:1080"],
  ["what is no URL", "http://"],
])("this machine is never reached through a proxy, whatever the variables hold: %s", async (_what, value) => {
  const server = await aServer();
  const proxy = { httpProxy: value, httpsProxy: value, allProxy: value };
  const { socket, told } = aSubscriber(server, { proxy });
  await socket.start();
  expect(told("websocket.disconnected")).toEqual([]);
});

test.each([
  ["HTTP_PROXY", { httpProxy: "socks5://user:secret@127.0.0.1:1080" }, "socks5://"],
  ["ALL_PROXY", { allProxy: "socks5h://user:secret@127.0.0.1:1080" }, "socks5h://"],
  ["HTTP_PROXY", { httpProxy: "http://user:secret%@127.0.0.1", allProxy: "http://127.0.0.1:1" }, "not a URL"],
])(
  "a proxy that is not an HTTP proxy ends start() with %s and what is supported",
  async (name, proxy, what) => {
    const server = await aServer();
    const { socket } = aSubscriber(server, { access: remote(server), proxy });
    const error = await socket.start().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_OPTION" });
    for (const word of [name, what, "https://", "NO_PROXY"]) expect(String(error)).toContain(word);
    expect(String(error)).not.toContain("secret");
  },
);

test("a proxy that never answers ends start() after its time limit", async () => {
  const server = await aServer();
  const proxy = await aProxy();
  proxy.status = 0;
  const { socket } = aSubscriber(server, {
    access: remote(server),
    proxy: { allProxy: `http://127.0.0.1:${proxy.port}` },
    handshakeLimitMs: 30,
    proxyLimitMs: 100,
  });
  const failed = { code: "ERR_NETWORK", message: expect.stringContaining("HTTP_PROXY") };
  await expect(socket.start()).rejects.toMatchObject(failed);
});

test("a proxy before the platform that never answers ends start() after its time limit", async () => {
  const server = await aServer();
  const { socket } = aSubscriber(server, {
    access: { ...remote(server), locate: () => new Promise(() => undefined) },
    accessUrl: "https://platform.test",
    proxy: { httpsProxy: "http://127.0.0.1:1" },
    accessLimitMs: 50,
    proxyLimitMs: 100,
  });
  await expect(socket.start()).rejects.toMatchObject({ code: "ERR_NETWORK" });
});

test.each([
  ["*", "wss://a.example/x", true],
  ["example.com", "wss://example.com/", true],
  ["example.com", "wss://ws.example.com/", true],
  [".example.com", "wss://ws.example.com/", true],
  ["*.example.com", "wss://ws.example.com/", true],
  [".example.com", "wss://example.com/", true],
  ["example.com", "wss://notexample.com/", false],
  ["example.com", "https://example.com./", true],
  ["example.com.", "https://example.com/", true],
  ["example.com:443", "wss://example.com/", true],
  ["example.com:8443", "wss://example.com/", false],
  ["EXAMPLE.com", "wss://Example.COM/", true],
  ["fd00::1", "https://[fd00::1]:8080/", true],
  ["[fd00::1]:8080", "https://[fd00::1]:8080/", true],
  ["[fd00::1]:80", "https://[fd00::1]:8080/", false],
  ["fd00:0:0::1", "https://[fd00::1]/", true],
  ["fd00::/8", "https://[fd12:3456::1]/", true],
  ["fd00::/8", "https://[fe80::1]/", false],
  ["10.0.0.0/8", "https://10.1.2.3/", true],
  ["10.0.0.0/8", "https://11.1.2.3/", false],
  ["192.168.1.0/24", "https://192.168.1.77/", true],
  ["192.168.1.0/24", "https://192.168.2.77/", false],
  ["0.0.0.0/0", "https://8.8.8.8/", true],
  ["0.0.0.0/0", "https://example.com/", false],
  ["10.0.0.0/99", "https://10.0.0.1/", false],
  ["a.test b.test", "wss://b.test/", true],
  ["a.test,\tb.test", "wss://b.test/", true],
  ["", "wss://b.test/", false],
  [",", "wss://b.test/", false],
])("NO_PROXY %j covers %s: %s", (noProxy, url, direct) => {
  const options = { httpsProxy: "http://proxy.test:3128", noProxy };
  expect(proxyFor(new URL(url), options) === undefined).toBe(direct);
});

test.each([
  "ws://127.0.0.1/",
  "ws://127.1.2.3/",
  "http://localhost:3000/",
  "http://LOCALHOST./",
  "http://a.localhost/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
])("no proxy is between us and this machine: %s", (url) => {
  expect(proxyFor(new URL(url), { httpProxy: "socks5://x", allProxy: "socks5://x" })).toBeUndefined();
});

test("each scheme has its own proxy, ALL_PROXY is for the others, and one without a scheme is http", () => {
  const options = { httpsProxy: "secure.test:1", httpProxy: "plain.test:2", allProxy: "all.test:3" };
  expect(proxyFor(new URL("wss://a.test"), options)?.href).toBe("http://secure.test:1/");
  expect(proxyFor(new URL("https://a.test"), options)?.href).toBe("http://secure.test:1/");
  expect(proxyFor(new URL("ws://a.test"), options)?.href).toBe("http://plain.test:2/");
  expect(proxyFor(new URL("https://a.test"), { allProxy: "all.test:3" })?.href).toBe("http://all.test:3/");
  expect(proxyFor(new URL("https://a.test"), { httpProxy: "plain.test:2" })).toBeUndefined();
});
