import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { Requester } from "../../src/client/request.js";
import { route } from "../../src/protocol/routes.js";
import type { Environment } from "../../src/settings/environment.js";
import { KEY, rejection, scripted, settingsFor, until } from "./support.js";

const read = route("GET", "/read");

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function requesterFor(url: string, environment: Partial<Environment> = {}): Requester {
  const requester = new Requester(settingsFor(url, { maxTries: 1 }, environment), systemClock);
  cleanups.push(() => requester.close());
  return requester;
}

/** A proxy whose every tunnel leads to one port of this machine. */
async function tunnelTo(port: number, status = 200) {
  const asked: { target: string | undefined; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer();
  proxy.on("connect", (request, client: Socket) => {
    asked.push({ target: request.url, authorization: request.headers["proxy-authorization"] });
    sockets.add(client);
    client.on("error", () => client.destroy());
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const server = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      client.pipe(server).pipe(client);
    });
    server.on("error", () => client.destroy());
    sockets.add(server);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    proxy.closeAllConnections();
    const closed = once(proxy, "close");
    proxy.close();
    await closed;
  });
  return { asked, port: (proxy.address() as AddressInfo).port };
}

async function platform() {
  const server = await scripted(() => ({ json: "through" }));
  cleanups.push(() => server.close());
  return server;
}

test("calls go through the proxy of the base URL's scheme, with its credentials", async () => {
  const { port } = await platform();
  const proxy = await tunnelTo(port);
  const httpProxy = `http://me:secret@127.0.0.1:${proxy.port}`;
  const requester = requesterFor("http://platform.test:8080", {
    httpProxy,
    httpsProxy: "http://127.0.0.1:1",
  });
  await expect(requester.call(read, {})).resolves.toBe("through");
  expect(proxy.asked).toEqual([
    { target: "platform.test:8080", authorization: `Basic ${Buffer.from("me:secret").toString("base64")}` },
  ]);
});

test("a proxy may be named without its scheme", async () => {
  const { port } = await platform();
  const proxy = await tunnelTo(port);
  const requester = requesterFor("http://platform.test", { httpProxy: `127.0.0.1:${proxy.port}` });
  await expect(requester.call(read, {})).resolves.toBe("through");
});

test("ALL_PROXY is for a scheme without a variable of its own", async () => {
  const { port } = await platform();
  const proxy = await tunnelTo(port);
  const requester = requesterFor("http://platform.test", { allProxy: `http://127.0.0.1:${proxy.port}` });
  await expect(requester.call(read, {})).resolves.toBe("through");
});

test("a host in NO_PROXY is reached directly", async () => {
  const { port } = await platform();
  const proxy = await tunnelTo(port);
  const httpProxy = `http://127.0.0.1:${proxy.port}`;
  const requester = requesterFor("http://api.platform.invalid", { httpProxy, noProxy: "platform.invalid" });
  // It does not exist, and is asked for directly.
  await expect(requester.call(read, {})).rejects.toMatchObject({ code: "ERR_NETWORK" });
  expect(proxy.asked).toEqual([]);
});

test("this machine is never reached through a proxy", async () => {
  const { url } = await platform();
  await expect(requesterFor(url, { httpProxy: "http://127.0.0.1:1" }).call(read, {})).resolves.toBe(
    "through",
  );
});

test("a proxy that rejects is ERR_NETWORK; nothing was sent, and its password does not show", async () => {
  const { port, seen } = await platform();
  const proxy = await tunnelTo(port, 407);
  const httpProxy = `http://me:secret@127.0.0.1:${proxy.port}`;
  const error = await rejection(
    requesterFor("http://platform.test", { httpProxy }).call(route("POST", "/x"), {}),
  );
  expect(error).toMatchObject({ code: "ERR_NETWORK" });
  expect(error.message).toContain("407");
  expect(error.message).not.toContain("may have taken effect");
  expect(error.message).not.toContain("secret");
  expect(seen).toEqual([]);
});

test("a proxy variable that is no URL is ERR_OPTION", async () => {
  const error = await rejection(
    requesterFor("https://platform.test", { httpsProxy: "http://" }).call(read, {}),
  );
  expect(error).toMatchObject({ code: "ERR_OPTION" });
  expect(error.message).toContain("HTTPS_PROXY");
});

test("a connection that is kept alive does not keep the process alive", async () => {
  const source = `
    const { createServer } = require("node:http");
    const server = createServer((_, response) => response.end('"fine"'));
    server.keepAliveTimeout = 60000;
    server.listen(0, "127.0.0.1", () => console.log(server.address().port));
  `;
  const child = spawn(process.execPath, ["-e", source], { stdio: ["ignore", "pipe", "inherit"] });
  cleanups.push(async () => {
    const ended = once(child, "exit");
    child.kill();
    await ended;
  });
  const [line] = await once(child.stdout, "data");
  const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap").length;
  const before = sockets();
  const requester = requesterFor(`http://127.0.0.1:${Number(String(line))}`);
  const answer = requester.call(read, {});
  await until(() => sockets() > before, "the connection counts while a call is under way");
  await expect(answer).resolves.toBe("fine");
  await until(() => sockets() === before, "and no longer once it is idle");
});

test("settings do not show the key", async () => {
  const { inspect } = await import("node:util");
  expect(inspect(settingsFor("http://127.0.0.1:1"))).not.toContain(KEY);
});
