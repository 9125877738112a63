import { afterAll, beforeAll, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { Toolset } from "../../src/index.js";
import { receiver } from "../dev/webhooks/receiver.js";
import { begin, earshot, jsonLines } from "./cli.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
const SLACK = "SLACK_RECEIVE_MESSAGE";
let platform: Platform;
let failed: string;
let delivered: string;

beforeAll(async () => {
  platform = await startPlatform({ webhookRetry: { attempts: 1, baseMs: 1, capMs: 1 } });
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
  await toolset.enableTrigger(SLACK, { config: {} });
  const target = await receiver((request, response) => {
    response.writeHead(request.path === "/failing" ? 500 : 200).end();
  });
  const fire = async (path: string, name: string) => {
    await toolset.setWebhookUrl(new URL(path, target.url).href);
    const { logIds } = await platform.fire(name);
    await platform.idle();
    return logIds[0] ?? "";
  };
  failed = await fire("/failing", STAR);
  delivered = await fire("/accepting", SLACK);
  await target.close();
  await toolset.close();
});
afterAll(() => platform.stop());

const env = () => ({ COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" });
const idsOf = async (...args: string[]) =>
  jsonLines((await earshot(["logs", ...args, "--json"], { env: env() })).stdout).map(({ id }) => id);

test("--failed, --trigger, --since and --until select entries", async () => {
  expect(await idsOf()).toEqual([delivered, failed]);
  expect(await idsOf("--failed")).toEqual([failed]);
  expect(await idsOf("--trigger", SLACK.toLowerCase())).toEqual([delivered]);
  expect(await idsOf("--since", "1h", "--limit", "1")).toEqual([delivered]);
  expect(await idsOf("--until", "1h")).toEqual([]);
  const { stdout } = await earshot(["logs", "--failed"], { env: env() });
  expect(stdout).toMatch(new RegExp(`${failed} +${STAR} +error +.*500`));
});

test("--follow starts with the latest, oldest first, prints each entry once, and ends with Ctrl-C", async () => {
  const follow = begin(["logs", "--follow", "--json"], { env: env() });
  await follow.out(new RegExp(delivered));
  const later: string[] = [];
  for (const text of ["one", "two", "three"]) {
    later.push(...(await platform.fire(SLACK, { data: { text } })).logIds);
    await follow.out(new RegExp(String(later.at(-1))));
  }
  follow.signal("SIGINT");
  const { code, stdout } = await follow.ended;
  expect(code).toBe(130);
  expect(jsonLines(stdout).map(({ id }) => id)).toEqual([failed, delivered, ...later]);
});

test("--follow --limit 1 does not return to entries that its first request excluded", async () => {
  const last = (await platform.fire(SLACK)).logIds[0] ?? "";
  const follow = begin(["logs", "--follow", "--limit", "1"], { env: env() });
  await follow.out(new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}${last} {2}${SLACK} {2}\\w* {2}\\S`));
  const next = (await platform.fire(SLACK)).logIds[0] ?? "";
  await follow.out(new RegExp(next));
  follow.signal("SIGTERM");
  const { code, stdout } = await follow.ended;
  expect(code).toBe(143);
  expect(stdout.trimEnd().split("\n")).toHaveLength(2);
});
