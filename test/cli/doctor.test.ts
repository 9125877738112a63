import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { clockOf } from "../../src/cli/commands/doctor/platform.js";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { earshot, jsonLines } from "./cli.js";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());

/** check → its finding */
async function found(env: Record<string, string>) {
  const { code, stdout } = await earshot(["doctor", "--json"], { env });
  const findings = jsonLines(stdout);
  return { code, of: (check: string) => findings.find((it) => it.check === check), findings };
}
const local = () => ({ COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" });

test("with a correct setup, every line is ok, and the exit code is 0", async () => {
  const { code, stdout } = await earshot(["doctor"], { env: local() });
  expect(stdout.match(/^\w+/gm)).toEqual(Array.from({ length: 12 }, () => "ok"));
  expect(stdout).toMatch(/realtime +subscribed in \d+ ms/);
  expect(code).toBe(0);
});

test.each([
  ["a key that is rejected", { COMPOSIO_API_KEY: "invalid" }, "key", /login|key/i],
  ["an empty key", { COMPOSIO_API_KEY: "" }, "key", /COMPOSIO_API_KEY/],
  ["no server", { COMPOSIO_BASE_URL: "http://127.0.0.1:1" }, "reachability", /earshot dev --port 1/],
  ["an invalid URL", { COMPOSIO_BASE_URL: "composio" }, "URL", /https:\/\//],
  ["an unencrypted key", { COMPOSIO_BASE_URL: "http://platform.example" }, "URL", /https:\/\//],
  ["an empty secret", { COMPOSIO_WEBHOOK_SECRET: "" }, "secret", /value/],
  ["a secret in quotes", { COMPOSIO_WEBHOOK_SECRET: '"whsec_0123456789abcdef"' }, "secret", /again/],
  ["a secret with a line break", { COMPOSIO_WEBHOOK_SECRET: "whsec_0123456789abcdef\n" }, "secret", /again/],
  ["half a secret", { COMPOSIO_WEBHOOK_SECRET: "whsec_0123" }, "secret", /whole/],
])("%s needs a fix: 1, and what to do", async (_name, env, check, todo) => {
  const { code, of } = await found({ ...local(), ...env });
  expect(of(check)).toMatchObject({ status: "fix", todo: expect.stringMatching(todo) });
  expect(code).toBe(1);
});

test("no key: checks that need one are unknown, not ok", async () => {
  const { code, of } = await found({ COMPOSIO_BASE_URL: platform.url });
  expect(of("key")).toMatchObject({ status: "fix", todo: expect.stringMatching(/earshot login/) });
  expect(of("realtime")).toMatchObject({ status: "unknown" });
  expect(code).toBe(1);
});

test("a wrong clock is found by the platform's Date header", async () => {
  const server = createServer((_request, response) => {
    response.setHeader("date", new Date(Date.now() - 400_000).toUTCString());
    response.writeHead(401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { of } = await found({ ...local(), COMPOSIO_BASE_URL: url });
  expect(of("clock")).toMatchObject({
    status: "fix",
    detail: expect.stringMatching(/^(39\d|40\d) s ahead of the platform's$/),
  });
});

test("the allowed clock skew", () => {
  const now = Date.UTC(2026, 0, 1);
  expect(clockOf(now - 20_000, 100, now).status).toBe("ok");
  expect(clockOf(now + 60_000, 100, now)).toMatchObject({
    status: "fix",
    detail: expect.stringMatching(/behind/),
  });
  expect(clockOf(Number.NaN, 100, now).status).toBe("unknown");
});
