import { afterAll, beforeAll, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { Toolset } from "../../src/index.js";
import { begin, earshot, jsonLines } from "./cli.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
  for (const starred_by of ["ada", "grace", "alan"]) await platform.fire(STAR, { data: { starred_by } });
  await toolset.close();
});
afterAll(() => platform.stop());

const env = () => ({ COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" });

test("filter test says which events of the log an expression selects, and what kept the others out", async () => {
  const expression = 'starred_by startsWith "a"';
  const { code, stdout } = await earshot(["filter", "test", expression, "--json"], { env: env() });
  expect(code).toBe(0);
  expect(jsonLines(stdout).map(({ matches, unmet }) => [matches, unmet])).toEqual([
    [true, []],
    [false, [{ member: "payload", clause: expression, found: '"grace"' }]],
    [true, []],
  ]);
  const text = await earshot(["filter", "test", expression, "--last", "2"], { env: env() });
  expect(text.stdout).toMatch(/no +starred_by startsWith "a" \("grace"\)/);
  expect(text.stderr).toContain("1 of 2 events match.");
  expect(text.stderr).toContain(`1 not met: ${expression}`);
  const none = await earshot(["filter", "test", expression, "--trigger", "SLACK_RECEIVE_MESSAGE"], {
    env: env(),
  });
  expect(none.stderr).toContain("No events in the log.");
});

test("listen --where receives only what the expression selects", async () => {
  const listen = begin(["listen", "--where", 'starred_by matches "^[ae]"', "--max-events", "2", "--json"], {
    env: env(),
  });
  await listen.err(/Listening\./);
  for (const starred_by of ["ada", "grace", "edsger"]) await platform.fire(STAR, { data: { starred_by } });
  const { code, stdout } = await listen.ended;
  expect(code).toBe(0);
  expect(jsonLines(stdout).map(({ payload }) => (payload as { starred_by: string }).starred_by)).toEqual([
    "ada",
    "edsger",
  ]);
});

test.each([
  ["listen", "--where"],
  ["filter", "test"],
])("%s %s: an expression that is wrong is a usage error", async (...args) => {
  const { code, stderr } = await earshot([...args, "state = open"], { env: env() });
  expect(code).toBe(2);
  expect(stderr).toContain("at character 9, before `open`: expected a value");
});
