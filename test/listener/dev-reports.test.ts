import { request as ask, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { devReportTarget } from "../../src/client/platform-access.js";
import { startPlatform } from "../../src/dev/index.js";
import { Toolset } from "../../src/index.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";

/** A server in front of a platform that writes down what is asked of it, and may take a header off its answers. */
async function between(platformUrl: string, announces: boolean) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const { method = "GET", url = "/" } = request;
    const { host } = new URL(platformUrl);
    const on = ask(`${platformUrl}${url}`, { method, headers: { ...request.headers, host }, agent: false });
    on.on("error", () => response.destroy());
    on.on("response", (answer) => {
      const { "x-earshot-dev": dev, ...headers } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, {
        ...headers,
        ...(announces && dev !== undefined && { "x-earshot-dev": dev }),
      });
      answer.pipe(response);
    });
    request.pipe(on);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function listenThrough(announces: boolean) {
  const platform = await startPlatform();
  onTestFinished(() => platform.stop());
  const { asked, url } = await between(platform.url, announces);
  const toolset = new Toolset({
    baseUrl: url,
    apiKey: "local",
    realtimeUrl: platform.url.replace("http", "ws"),
  });
  await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
  const listener = toolset.createTriggerListener();
  const heard = listener.once(STAR);
  await listener.start();
  await platform.fire(STAR);
  await heard;
  await listener.stop();
  return asked.filter((path) => path.startsWith("/dev/"));
}

test("the local platform, which announces itself, is told how events fare", async () => {
  expect(new Set(await listenThrough(true))).toEqual(new Set(["/dev/api/reports"]));
});

test("a platform that announces nothing is told nothing, though it is on this machine", async () => {
  expect(await listenThrough(false)).toEqual([]);
});

test("a platform elsewhere is told nothing, whatever it announces", () => {
  const requester = { local: true } as unknown as Parameters<typeof devReportTarget>[0];
  const targetAt = (baseUrl: string) => devReportTarget(requester, { baseUrl });
  for (const url of [
    "https://backend.composio.dev",
    "https://127.0.0.1.evil.example",
    "http://10.0.0.1:4747",
  ]) {
    expect([targetAt(url).isLoopback, targetAt(url).isIdentified()], url).toEqual([false, false]);
  }
  expect(targetAt("http://127.0.0.1:4747").isIdentified()).toBe(true);
});
