import { afterAll, beforeAll, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { begin, type Ended, earshot, jsonLines, type Surroundings } from "./cli.js";

const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";
let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ accountsOnDemand: false });
});
afterAll(() => platform.stop());

const env = () => ({ COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" });
const run = (args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> =>
  earshot(args, { ...surroundings, env: env() });

test("tools ls: a table as text, full tools as JSON Lines", async () => {
  const { code, stdout } = await run(["tools", "ls", "--app", "github,slack"]);
  expect(code).toBe(0);
  const [heading, ...rows] = stdout.trimEnd().split("\n");
  expect(heading).toMatch(/^NAME +APP +DESCRIPTION$/);
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.every((row) => /^\w+ +(github|slack) +\S/.test(row))).toBe(true);
  const all = jsonLines(
    (await run(["tools", "ls", "--search", "star a repository", "--limit", "1", "--json"])).stdout,
  );
  expect(all).toMatchObject([
    {
      name: "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER",
      inputSchema: { required: ["owner", "repo"] },
    },
  ]);
  expect(await run(["tools", "ls", "--app", "slack", "--tag", "no-such-tag"])).toMatchObject({
    ...{ code: 0, stdout: "", stderr: expect.stringMatching(/No matching tools/) },
  });
});

test("tools show: the arguments and the command that runs it", async () => {
  const { stdout } = await run(["tools", "show", POST.toLowerCase()]);
  expect(stdout).toMatch(/^ {2}channel +string +required +\S/m);
  expect(stdout).toContain(`earshot tools run ${POST} --data '{"channel":"C024BE91L"}'`);
  const unknown = await run(["tools", "show", "SLACK_SENDS_A_MESAGE_TO_A_SLACK_CHANNEL"]);
  expect(unknown).toMatchObject({ code: 1, stdout: "" });
  expect(unknown.stderr).toMatch(new RegExp(`${POST}[\\s\\S]*ERR_TOOL_UNKNOWN[\\s\\S]*earshot tools ls`));
});

test("tools run: takes effect, and prints the data of the result", async () => {
  const { code, stdout, stderr } = await run(["tools", "run", POST, "--data", "@-"], {
    input: '{"channel":"general","text":"from the shell"}',
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, message: { text: "from the shell" } });
  expect(platform.world.slack.messages("general").at(-1)?.text).toBe("from the shell");
  const args = [
    "tools",
    "run",
    POST,
    "--data",
    '{"channel":"general","text":"once"}',
    "--idempotency-key",
    "k1",
  ];
  for (let n = 0; n < 2; n += 1) {
    expect(jsonLines((await run([...args, "--json"])).stdout)).toMatchObject([{ successful: true }]);
  }
  expect(platform.world.slack.messages("general").filter(({ text }) => text === "once")).toHaveLength(1);
});

test("tools run: a tool that fails is 1, its reason on stderr; wrong use is 2", async () => {
  const wrong = ["tools", "run", POST, "--data", '{"channel":"nowhere","text":"x"}'];
  expect(await run(wrong)).toMatchObject({
    ...{ code: 1, stdout: "", stderr: expect.stringMatching(/channel_not_found/) },
  });
  const json = await run([...wrong, "--json"]);
  expect({ code: json.code, stderr: json.stderr }).toEqual({ code: 1, stderr: "" });
  expect(jsonLines(json.stdout)).toMatchObject([{ successful: false, error: "channel_not_found" }]);
  const both = await run(["tools", "run", POST, "--data", "{}", "--text", "say hi"]);
  expect(both).toMatchObject({ code: 2, stderr: expect.stringMatching(/not both/) });
});

test("connect: prints the page, waits for it, and the account can be used", async () => {
  const ask = ["tools", "run", POST, "--entity", "ada", "--data", '{"channel":"general","text":"hi"}'];
  const before = await run(ask);
  expect(before.code).toBe(1);
  expect(before.stderr).toMatch(/ERR_ACCOUNT_NONE[\s\S]*earshot connect/);
  const connecting = begin(["connect", "slack", "--entity", "ada", "--json"], { env: env() });
  await connecting.err(/http:\/\/127\.0\.0\.1:\d+\/\S+/);
  const page = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(connecting.stderr())?.[0] ?? "";
  await press(page, "allow");
  const { code, stdout } = await connecting.ended;
  expect(code).toBe(0);
  expect(jsonLines(stdout)).toMatchObject([{ appName: "slack", entityId: "ada", status: "ACTIVE" }]);
  expect((await run(ask)).code).toBe(0);
  const accounts = jsonLines((await run(["accounts", "ls", "--entity", "ada", "--json"])).stdout);
  expect(accounts).toMatchObject([{ appName: "slack", status: "ACTIVE" }]);
  expect((await run(["accounts", "ls", "--app", "slack"])).stdout).toMatch(/^ID +APP +ENTITY +STATUS/);
});

test("connect: a denied page is 1; --no-wait prints the page and ends; --key reads the key from stdin", async () => {
  const { code, stdout } = await run(["connect", "github", "--entity", "bob", "--no-wait"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^http:\/\/127\S+\n$/) });
  const denied = begin(["connect", "github", "--entity", "bob"], { env: env() });
  await denied.err(/http:\/\/127\S+/);
  await press(/http:\/\/127\S+/.exec(denied.stderr())?.[0] ?? "", "deny");
  expect(await denied.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/ERR_ACCOUNT_FAILED/) });
  // The platform is reachable: it is the person who is late.
  const late = await run(["connect", "github", "--entity", "bob", "--timeout", "0.2"]);
  expect(late).toMatchObject({ code: 1, stderr: expect.stringMatching(/ERR_TIMEOUT/) });
  expect(late.stderr).not.toMatch(/Is the local platform running/);
  expect(await run(["connect", "nosuchapp"])).toMatchObject({
    ...{
      code: 1,
      stderr: expect.stringMatching(/ERR_APP_UNKNOWN[\s\S]*`earshot triggers ls` has the names/),
    },
  });
  expect(await run(["connect", "stripe", "--key"], { input: " " })).toMatchObject({ code: 2 });
  const keyed = await run(["connect", "stripe", "--key", "--entity", "bob", "--json"], {
    input: "sk_test_1\n",
  });
  expect(jsonLines(keyed.stdout), keyed.stderr).toMatchObject([{ appName: "stripe", status: "ACTIVE" }]);
});

/** Presses a button of the connect page, as a browser does. */
async function press(page: string, answer: "allow" | "deny"): Promise<void> {
  const html = await (await fetch(page)).text();
  const token = /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? "";
  const body = new URLSearchParams({ form_token: token, answer });
  const response = await fetch(page, { method: "POST", body, redirect: "manual" });
  expect(response.status, await response.text()).toBeLessThan(400);
}
