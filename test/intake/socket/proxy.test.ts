import { type AddressInfo, createServer } from "node:net";
import { expect, test, vi } from "vitest";
import { proxyFor, proxySettings } from "../../../src/intake/socket/proxy.js";
import { startConnectProxy } from "../../support/pusher-server/connect-proxy.js";
import { aServer, aSocket, atEnd, until } from "./harness.js";

async function aProxy() {
  const proxy = await startConnectProxy();
  atEnd(() => proxy.stop());
  return proxy;
}

test("ws: goes through HTTP_PROXY by CONNECT, with its credentials", async () => {
  const server = await aServer();
  const proxy = await aProxy();
  const httpProxy = `http://us%40er:pass@127.0.0.1:${proxy.port}`;
  const { socket, deliveries } = aSocket(server, { proxy: { httpProxy } });
  await socket.start();
  server.publish("trigger_to_client", { through: "the proxy" });
  await until("the event", () => deliveries.length === 1);
  const credentials = `Basic ${Buffer.from("us@er:pass").toString("base64")}`;
  expect(proxy.asked).toEqual([{ authority: `127.0.0.1:${server.port}`, credentials }]);
});

test("wss: goes through HTTPS_PROXY with TLS inside, and the certificate is still checked", async () => {
  const server = await aServer({ tls: true });
  const proxy = await aProxy();
  const { socket, told } = aSocket(server, { proxy: { httpsProxy: `127.0.0.1:${proxy.port}` } });
  const starting = socket.start();
  await until("a refusal of the certificate", () => told("socket.lost").length >= 1);
  expect(told("socket.lost")[0]).toMatchObject({ trouble: "tls" });
  expect(server.upgrades).toBe(0);
  await socket.stop();
  await expect(starting).rejects.toMatchObject({ code: "ERR_LISTENER_STATE" });
});

test("a wss: connection through the proxy is a connection like any other", async () => {
  const server = await aServer({ tls: true });
  const proxy = await aProxy();
  // Only for this test: there is no other way to trust a certificate that was made a moment ago.
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  atEnd(async () => {
    vi.unstubAllEnvs();
  });
  const { socket, deliveries } = aSocket(server, {
    proxy: { httpsProxy: `http://127.0.0.1:${proxy.port}` },
  });
  await socket.start();
  server.publish("trigger_to_client", { through: "TLS" });
  await until("the event", () => deliveries.length === 1);
  expect(proxy.asked).toEqual([{ authority: `127.0.0.1:${server.port}`, credentials: undefined }]);
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
  const { socket, told } = aSocket(server, { proxy: { httpProxy: `http://user:secret@127.0.0.1:${port}` } });
  socket.start().catch(() => undefined);
  await until("a loss", () => told("socket.lost").length >= 1);
  expect(told("socket.lost")[0]).toMatchObject({
    trouble: "proxy",
    detail: expect.stringContaining("ECONNREFUSED"),
  });
  expect(told("socket.lost")[0]?.detail).not.toContain("secret");
});

test("The proxy refuses to connect", async () => {
  const server = await aServer();
  const proxy = await aProxy();
  proxy.status = 407;
  const { socket, told } = aSocket(server, { proxy: { httpProxy: `http://127.0.0.1:${proxy.port}` } });
  const starting = socket.start();
  await until("two tries", () => proxy.asked.length >= 2);
  proxy.status = 200;
  await starting;
  expect(told("socket.lost")[0]).toMatchObject({ trouble: "proxy", detail: expect.stringContaining("407") });
});

test("The proxy never answers", async () => {
  const server = await aServer();
  const proxy = await aProxy();
  proxy.status = 0;
  const options = { proxy: { httpProxy: `http://127.0.0.1:${proxy.port}` }, handshakeLimitMs: 30 };
  const { socket, told } = aSocket(server, options);
  const starting = socket.start();
  await until("two tries", () => proxy.asked.length >= 2);
  proxy.status = 200;
  await starting;
  expect(told("socket.lost")[0]).toMatchObject({ trouble: "timeout" });
  // Those that were given up are not left open.
  await until("one connection stands", () => proxy.connections === 1);
  await socket.stop();
  await until("none stands", () => proxy.connections === 0);
});

test("NO_PROXY names what is reached directly", async () => {
  const server = await aServer();
  const proxy = await aProxy();
  const httpProxy = `http://127.0.0.1:${proxy.port}`;
  const { socket } = aSocket(server, { proxy: { httpProxy, noProxy: "example.com, 127.0.0.1" } });
  await socket.start();
  expect(proxy.asked).toEqual([]);
});

test.each([
  ["*", "wss://a.example/x", true],
  ["example.com", "wss://example.com/", true],
  ["example.com", "wss://ws.example.com/", true],
  [".example.com", "wss://ws.example.com/", true],
  ["*.example.com", "wss://ws.example.com/", true],
  [".example.com", "wss://example.com/", true],
  ["example.com", "wss://notexample.com/", false],
  ["example.com:443", "wss://example.com/", true],
  ["example.com:8443", "wss://example.com/", false],
  ["EXAMPLE.com", "wss://Example.COM/", true],
  ["::1", "wss://[::1]:8080/", true],
  ["[::1]:8080", "wss://[::1]:8080/", true],
  ["[::1]:80", "wss://[::1]:8080/", false],
  ["a.test b.test", "wss://b.test/", true],
  ["", "wss://b.test/", false],
  [",", "wss://b.test/", false],
])("NO_PROXY %j covers %s: %s", (noProxy, url, direct) => {
  const settings = proxySettings({ httpsProxy: "http://proxy.test:3128", noProxy });
  expect(proxyFor(new URL(url), settings) === undefined).toBe(direct);
});

test("each scheme has its own proxy, and one without a scheme is http", () => {
  const settings = proxySettings({ httpsProxy: "secure.test:1", httpProxy: "plain.test:2" });
  expect(proxyFor(new URL("wss://a.test"), settings)?.href).toBe("http://secure.test:1/");
  expect(proxyFor(new URL("ws://a.test"), settings)?.href).toBe("http://plain.test:2/");
});

test("a proxy that is not an HTTP proxy is refused at once, and its password not repeated", () => {
  for (const httpsProxy of ["socks5://user:secret@proxy.test", "http://user:secret%@proxy.test", "http://"]) {
    expect(() => proxySettings({ httpsProxy })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION", message: expect.not.stringContaining("secret") }),
    );
  }
});
