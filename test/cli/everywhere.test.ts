import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { Toolset } from "../../src/index.js";
import { begin, earshot, jsonLines, start } from "./cli.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
let platform: Platform;
let logId: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earshot-everywhere-"));
  platform = await startPlatform();
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
  await toolset.close();
  logId = (await platform.fire(STAR)).logIds[0] ?? "";
});
afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

const env = () => ({ COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local", XDG_CONFIG_HOME: folder });

/** Every command that ends by itself, with valid arguments; each prints something on stdout. */
const commands = (): [string, string[], string?][] => [
  ["triggers ls", ["triggers", "ls"]],
  ["triggers show", ["triggers", "show", STAR]],
  ["triggers enable", ["triggers", "enable", STAR, "--config", "owner=a", "--config", "repo=b"]],
  ["triggers active", ["triggers", "active"]],
  ["tools ls", ["tools", "ls", "--app", "slack"]],
  ["tools show", ["tools", "show", "LOCAL_ECHO"]],
  ["connect", ["connect", "slack", "--no-wait"]],
  ["accounts ls", ["accounts", "ls"]],
  ["fire", ["fire", STAR]],
  ["logs", ["logs"]],
  ["replay", ["replay", logId]],
  ["types", ["types", STAR]],
  ["doctor", ["doctor"]],
  ["demo", ["demo", "--for", "0.5", "--rate", "20"]],
];
const names = commands().map(([name]) => name);
const argsOf = (wanted: string): string[] => commands().find(([name]) => name === wanted)?.[1] ?? [];

test.each(names)("%s --json: JSON Lines on stdout and nothing else; without --json, text", async (name) => {
  const json = await earshot([...argsOf(name), "--json"], { env: env() });
  expect(json.code, json.stderr).toBe(0);
  expect(jsonLines(json.stdout).length).toBeGreaterThan(0);
  const text = await earshot(argsOf(name), { env: env() });
  expect(text.code, text.stderr).toBe(0);
  expect(text.stdout).not.toBe("");
  expect(() => jsonLines(text.stdout)).toThrow();
});

test.each(names)("%s into a closed pipe: 0, and no error message", async (name) => {
  const running = await start(argsOf(name), { env: env() });
  running.child.stdout?.destroy();
  const { code, signal, stderr } = await running.ended;
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect(stderr).not.toMatch(/EPIPE|error:|at .*\.m?js:/);
});

test.each(names.filter((name) => name !== "demo" && name !== "fire"))(
  "%s at a platform that never responds: Ctrl-C ends it with 130 at once",
  async (name) => {
    const { createServer } = await import("node:net");
    const sockets = new Set<import("node:net").Socket>();
    const silent = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as import("node:net").AddressInfo;
    try {
      const running = begin(argsOf(name), {
        env: { ...env(), COMPOSIO_BASE_URL: `http://127.0.0.1:${port}` },
      });
      await expect.poll(() => sockets.size, { timeout: 60_000 }).toBeGreaterThan(0);
      running.signal("SIGINT");
      const { code } = await running.ended;
      expect(code).toBe(130);
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    }
  },
);

test.each([
  ["fire", STAR, "--id", ""],
  ["fire", STAR, "--entity", ""],
  ["fire", ""],
  ["replay", "log_1", ""],
  ["logs", "--search", ""],
  ["sign", "github", "--secret", ""],
  ["listen", "--output", "", "--for", "1"],
  ["init", ""],
])("an empty value, as of a variable that is not set, is an error: %s %s %s", async (...args) => {
  const before = platform.events(100).length;
  const { code, stdout, stderr } = await earshot(args, { env: env() });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/is invalid.*The value is empty/);
  expect(platform.events(100)).toHaveLength(before);
});
