import { afterAll, beforeAll, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { type Ended, earshot, jsonLines } from "./cli.js";

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(() => platform.stop());

const run = (...args: string[]): Promise<Ended> =>
  earshot(["webhooks", ...args], { env: { COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" } });

test("an endpoint of an OAuth app is created, its missing fields are named, and it is listed as verified", async () => {
  const created = await run("endpoint", "slack", "12.34");
  expect(created.stdout).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+\/api\/v3\.1\/webhook_ingress\/slack\/we_\w+\/trigger_event\n$/,
  );
  expect(created.stderr).toContain("Missing fields: webhook_signing_secret, app_token (--fields)");
  expect((await run("endpoints")).stdout).toMatch(/^we_\w+ +slack +12\.34 +not verified/m);
  const fields = JSON.stringify({ webhook_signing_secret: "signing-secret", app_token: "xapp-1" });
  const stored = await run("endpoint", "slack", "12.34", "--fields", fields, "--json");
  expect(jsonLines(stored.stdout)).toMatchObject([{ appName: "slack", clientId: "12.34" }]);
  expect(stored.stdout + stored.stderr).not.toContain("signing-secret");
  expect(stored.stderr).toContain("Verified");
  expect(jsonLines((await run("endpoints", "--app", "slack", "--json")).stdout)).toHaveLength(1);
  expect((await run("endpoint", "slack", "12.34", "--fields", '{"app_token":1}')).code).toBe(2);
  expect((await run("endpoint", "slack", "12.34", "--fields", '{"token":"a"}')).stderr).toContain(
    "no field token",
  );
  expect((await run("endpoint", "nowhere", "12.34")).stderr).toContain("nowhere");
});

test("events are listed, a URL is subscribed to some of them, and webhooks are ended", async () => {
  const { stdout } = await run("events");
  expect(stdout).toMatch(/^composio\.trigger\.disabled +V3 +\S/m);
  const types = jsonLines((await run("events", "--json")).stdout);
  expect(types.map(({ type }) => type)).toContain("composio.connected_account.expired");

  const url = "http://127.0.0.1:9/hook";
  const subscribed = await run("subscribe", url, "--event", "composio.trigger.disabled", "--json");
  const events = ["composio.trigger.message", "composio.trigger.disabled"];
  expect(jsonLines(subscribed.stdout)).toEqual([{ url, version: "V3", events }]);
  expect(subscribed.stdout).not.toContain(platform.project.webhookSecret);
  expect((await run("subscribe", url, "--show-secret")).stdout.trim()).toBe(platform.project.webhookSecret);
  const unknown = await run("subscribe", url, "--event", "composio.nothing");
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/composio\.nothing/) });

  expect(await run("delete")).toMatchObject({ code: 0, stderr: expect.stringMatching(/ended/) });
  expect(await run("delete"), "a second time").toMatchObject({ code: 0 });
  expect(await run("subscribe", "nowhere")).toMatchObject({ code: 2 });
});
