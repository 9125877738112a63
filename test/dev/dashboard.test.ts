import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { call, run } from "./rest/fixture.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
const OWN = { "x-earshot-dev": "1" };

async function withFiles() {
  const directory = await mkdtemp(join(tmpdir(), "files-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, "index.html"), "<!doctype html><title>it</title>");
  await writeFile(join(directory, "index-1.js"), "export {};");
  await writeFile(join(directory, "secret.key"), "secret");
  return run({ dashboard: directory });
}

test("the page comes without a key, under a policy that allows nothing but its own files", async () => {
  const platform = await withFiles();
  const { status, headers, text } = await call(platform, "GET", "/", { key: "" });
  expect([status, text]).toEqual([200, "<!doctype html><title>it</title>"]);
  const policy = String(headers["content-security-policy"]);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  const script = await call(platform, "GET", "/dashboard/index-1.js", { key: "" });
  expect(script.headers["content-type"]).toContain("text/javascript");
});

test("nothing beside the built files can be had", async () => {
  const platform = await withFiles();
  for (const path of [
    "/dashboard/secret.key",
    "/dashboard/..%2findex.html",
    "/dashboard/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/dashboard/nothing.js",
  ]) {
    expect((await call(platform, "GET", path, { key: "" })).status, path).toBe(404);
  }
});

const reads = [
  "/",
  "/dev/api/state",
  "/dev/api/live",
  "/dev/api/rows",
  "/dev/api/dead",
  "/dev/api/listeners",
];
const writes = [
  ["POST", "/dev/api/fire"],
  ["POST", "/dev/api/reports"],
  ["POST", "/dev/api/instances"],
  ["PUT", "/dev/api/webhook"],
  ["POST", "/dev/api/faults"],
  ["POST", "/dev/api/dead/replay"],
] as const;

test("a name that was made to point here reads and changes nothing, nor does another origin's page", async () => {
  const platform = await withFiles();
  const all = [...reads.map((path) => ["GET", path] as const), ...writes];
  for (const [method, path] of all) {
    for (const headers of [
      { ...OWN, host: `evil.example:${platform.port}` },
      { ...OWN, origin: "https://evil.example" },
      { ...OWN, origin: "null" },
      { ...OWN, origin: `http://127.0.0.1:${platform.port + 1}` },
    ]) {
      const { status } = await call(platform, method, path, {
        headers,
        ...(method !== "GET" && { body: {} }),
      });
      expect(status, `${method} ${path} ${JSON.stringify(headers)}`).toBe(403);
    }
  }
});

test("a form of another page, which can send no header of its own, changes nothing", async () => {
  const platform = await withFiles();
  for (const [method, path] of writes) {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const { status } = await call(platform, method, path, { bytes: `name=${STAR}`, headers, key: "" });
    expect(status, path).toBe(403);
  }
  const preflight = await call(platform, "OPTIONS", "/dev/api/fire", {
    headers: { origin: "https://evil.example", "access-control-request-headers": "x-earshot-dev" },
  });
  expect(preflight.headers["access-control-allow-origin"]).toBeUndefined();
});

test("another page's WebSocket is not let in", async () => {
  const platform = await withFiles();
  const { appKey } = platform.project;
  const statusFor = (headers: Record<string, string>) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${platform.port}/app/${appKey}?protocol=7`, { headers });
      socket.on("unexpected-response", (_, response) => {
        resolve(response.statusCode);
        response.destroy();
      });
      socket.on("open", () => {
        resolve("open");
        socket.terminate();
      });
      socket.on("error", () => undefined);
    });
  expect(await statusFor({ origin: "https://evil.example" })).toBe(403);
  expect(await statusFor({ host: `evil.example:${platform.port}` })).toBe(403);
  expect(await statusFor({})).toBe("open");
});

test("reports that are none are refused, and those that are too long are cut", async () => {
  const platform = await run();
  for (const body of [{}, { listener: {}, reports: [] }, { listener: { id: "a" }, reports: 1 }, []]) {
    const { status } = await call(platform, "POST", "/dev/api/reports", { headers: OWN, body });
    expect(status).toBe(400);
  }
  const listener = { id: "a", filters: ["x".repeat(100_000)] };
  const reports = [{ type: "event.dead-lettered", at: 1, id: "log_1", message: "x".repeat(100_000) }];
  await call(platform, "POST", "/dev/api/reports", { headers: OWN, body: { listener, reports } });
  const { json } = await call(platform, "GET", "/dev/api/listeners", { headers: OWN });
  expect(json.listeners[0]).toMatchObject({ dead: 1, about: { id: "a" } });
  expect(json.listeners[0].about.filters[0]).toHaveLength(4_000);
});
