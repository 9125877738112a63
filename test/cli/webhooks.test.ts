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
