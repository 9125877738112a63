import { expect, test } from "vitest";
import { accountOf, call, control, enable, errorV1, nano, run, text, until } from "./fixture.js";

type Platform = Awaited<ReturnType<typeof run>>;

const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";
const STAR_TOOL = "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER";
const hello = { channel: "general", text: "hello" };

function execute(platform: Platform, slug: string, args: unknown, more: object = {}, headers = {}) {
  const body = { user_id: "default", arguments: args, ...more };
  return call(platform, "POST", `/api/v3.1/tools/execute/${slug}`, { body, headers });
}

const slugsOf = async (platform: Platform, query: string): Promise<string[]> => {
  const { json } = await call(platform, "GET", `/api/v3.1/tools?limit=1000&${query}`);
  return json.items.map(({ slug }: { slug: string }) => slug);
};

test("tools are found by toolkit, name, tag, importance, auth config and what they do", async () => {
  const platform = await run();
  const all = await slugsOf(platform, "");
  expect(all.length).toBeGreaterThanOrEqual(42);
  const slack = await slugsOf(platform, "toolkit_slug=slack");
  expect(slack.every((slug) => slug.startsWith("SLACK_"))).toBe(true);
  expect(await slugsOf(platform, `tool_slugs=${POST.toLowerCase()},${STAR_TOOL}&toolkit_slug=gmail`)).toEqual(
    [STAR_TOOL, POST],
  );
  const deleting = await slugsOf(platform, "tags=destructiveHint&toolkit_slug=slack");
  expect(deleting).toEqual(["SLACK_DELETES_A_MESSAGE_FROM_A_CHAT", "SLACK_REMOVE_REACTION_FROM_ITEM"]);
  const important = await slugsOf(platform, "toolkit_slug=slack&important=true");
  expect(important).toContain(POST);
  expect(important.length).toBeLessThan(slack.length);
  const { auth_config } = await accountOf(platform, "gmail");
  expect(await slugsOf(platform, `auth_config_ids=${auth_config.id}`)).toEqual(
    await slugsOf(platform, "toolkit_slug=gmail"),
  );
  expect((await slugsOf(platform, "search=star%20a%20repository"))[0]).toBe(STAR_TOOL);
  expect((await slugsOf(platform, "search=post%20a%20message%20to%20slack"))[0]).toMatch(/^SLACK_SEND/);
  expect(await slugsOf(platform, "search=qwertzuiop")).toEqual([]);
  expect((await call(platform, "GET", "/api/v3/tools/enum")).json).toEqual(all);
});

test("a page has as many tools as were asked for, and the cursor leads through all of them", async () => {
  const platform = await run();
  const found: string[] = [];
  let cursor = "";
  do {
    const { json } = await call(platform, "GET", `/api/v3.1/tools?limit=30${cursor}`);
    expect(json.items.length).toBeLessThanOrEqual(30);
    found.push(...json.items.map(({ slug }: { slug: string }) => slug));
    cursor = json.next_cursor === null ? "" : `&cursor=${json.next_cursor}`;
  } while (cursor !== "");
  expect(found).toEqual(await slugsOf(platform, ""));
});

test("posting to Slack makes the message exist, in its thread, and fires the trigger with the bot's id", async () => {
  const platform = await run();
  await enable(platform, "SLACK_RECEIVE_MESSAGE", {});
  const first = await execute(platform, POST, hello);
  expect(first.json).toMatchObject({ successful: true, error: null, log_id: nano("log") });
  const { ts, channel } = first.json.data;
  const reply = await execute(platform, POST, { channel, text: "again", thread_ts: ts });
  expect(platform.world.slack.thread("general", ts)).toMatchObject([{ text: "hello" }, { text: "again" }]);
  const read = await execute(platform, "SLACK_FETCH_MESSAGE_THREAD_FROM_A_CONVERSATION", { channel, ts });
  expect(read.json.data.messages).toMatchObject([
    { text: "hello", reply_count: 1 },
    { text: "again", thread_ts: ts },
  ]);
  const history = await execute(platform, "SLACK_FETCH_CONVERSATION_HISTORY", { channel: "#general" });
  expect(history.json.data.messages).toMatchObject([{ text: "hello" }]);
  expect(platform.events().map(({ event }) => event.payload)).toMatchObject([
    { text: "again", thread_ts: ts, ts: reply.json.data.ts, bot_id: expect.stringMatching(/^B/) },
    { text: "hello", channel, bot_id: expect.stringMatching(/^B/) },
  ]);
});

test("a message that was fired by hand can be replied to", async () => {
  const platform = await run();
  await enable(platform, "SLACK_RECEIVE_MESSAGE", {});
  const [channel, ts] = ["C024BE91L", "1741701909.000200"];
  await platform.fire("SLACK_RECEIVE_MESSAGE", { data: { channel, ts, user: "U1", text: "roast me" } });
  await execute(platform, POST, { channel, text: "no", thread_ts: ts });
  expect(platform.world.slack.thread(channel, ts).map((message) => message.text)).toEqual(["roast me", "no"]);
});

test("tools take effect but fire nothing while the platform's triggers are off", async () => {
  const platform = await run({ triggersEnabled: false });
  await enable(platform, "SLACK_RECEIVE_MESSAGE", {});
  expect((await execute(platform, POST, hello)).json.successful).toBe(true);
  expect(platform.world.slack.messages("general")).toHaveLength(1);
  expect(platform.events()).toEqual([]);
});

test("starring fires the trigger once, for the repository that it was enabled for", async () => {
  const platform = await run();
  await enable(platform);
  await enable(platform, "GITHUB_STAR_ADDED_EVENT", { owner: "acme", repo: "docs" });
  await execute(platform, STAR_TOOL, { owner: "Acme", repo: "site" });
  await execute(platform, STAR_TOOL, { owner: "acme", repo: "site" });
  expect(platform.events().map(({ event }) => event.payload)).toMatchObject([
    { action: "created", repository_name: "site", starred_by: "octocat" },
  ]);
  const stars = await execute(platform, "GITHUB_LIST_STARGAZERS", { owner: "acme", repo: "site" });
  expect(stars.json.data.details).toMatchObject([{ login: "octocat" }]);
  await execute(platform, "GITHUB_UNSTAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER", {
    owner: "acme",
    repo: "site",
  });
  expect(platform.world.github.repository("acme", "site").stargazers).toEqual([]);
});

test("a tool that fails, and arguments that do not fit, are a 200 without success", async () => {
  const platform = await run();
  expect((await execute(platform, POST, { channel: "nowhere", text: "x" })).json).toMatchObject({
    data: {},
    error: "channel_not_found",
    successful: false,
  });
  expect((await execute(platform, STAR_TOOL, { owner: 1 })).json).toMatchObject({
    error: "owner: expected string, received number; repo: is missing",
    successful: false,
  });
  expect(platform.world.slack.messages()).toEqual([]);
});

test.each([
  ["an unknown tool", "NOPE", {}, 404],
  ["arguments that are no object", POST, { arguments: [] }, 400],
  ["arguments and a text", POST, { arguments: hello, text: "post hello" }, 400],
  ["nobody to act for", POST, { user_id: undefined, arguments: hello }, 400],
  ["an unknown account", POST, { connected_account_id: "ca_nope", arguments: hello }, 404],
  ["an unknown version", POST, { version: "20990101_00", arguments: hello }, 400],
])("a call with %s is rejected", async (_, slug, body, status) => {
  const platform = await run();
  const got = await execute(platform, slug, undefined, body);
  expect([got.status, got.json.error.status]).toEqual([status, status]);
});

test("an account of another app, user or state is rejected, and none is said by its code", async () => {
  const platform = await run({ defaultAccounts: false, accounts: [{ appName: "slack", userId: "ada" }] });
  const { id } = await accountOf(platform, "slack", "ada");
  const as = (more: object, slug = POST) => execute(platform, slug, hello, { user_id: undefined, ...more });
  expect((await as({ connected_account_id: id })).json.successful).toBe(true);
  expect((await as({ connected_account_id: id }, STAR_TOOL)).status).toBe(400);
  expect((await as({ connected_account_id: id, user_id: "bob" })).status).toBe(400);
  const none = await as({ user_id: "bob" });
  expect([none.status, none.json.error.code]).toEqual([404, 1803]);
  await control(platform, "PATCH", `/accounts/${id}`, { status: "EXPIRED" });
  expect((await as({ connected_account_id: id })).status).toBe(422);
});

test("generation 1 runs the same actions, and finds them by app and use case", async () => {
  const platform = await run();
  const { json } = await call(
    platform,
    "GET",
    "/api/v2/actions?apps=github&useCase=star%20a%20repository&usecaseLimit=1",
  );
  expect(json.items).toMatchObject([
    { name: STAR_TOOL, appName: "github", parameters: { required: ["owner", "repo"] } },
  ]);
  const body = { entityId: "default", appName: "github", input: { owner: "acme", repo: "site" } };
  const run1 = await call(platform, "POST", `/api/v2/actions/${STAR_TOOL}/execute`, { body });
  expect(run1.json).toEqual({ data: {}, successful: true, successfull: true, logId: text });
  expect(platform.world.github.repository("acme", "site").stargazers).toHaveLength(1);
  expect((await call(platform, "GET", "/api/v2/actions/NOPE")).json).toEqual(
    errorV1(404, "NotFoundError", { name: "ActionNotFoundError" }),
  );
});

test("arguments are read from a text by rules, in both generations", async () => {
  const platform = await run();
  const read = async (slug: string, sentence: string) =>
    (await call(platform, "POST", `/api/v3.1/tools/execute/${slug}/input`, { body: { text: sentence } }))
      .json;
  expect(await read(STAR_TOOL, "Star the repository composiohq/composio, please.")).toEqual({
    arguments: { owner: "composiohq", repo: "composio" },
  });
  expect(await read(POST, 'Post "Lunch?" to #general')).toEqual({
    arguments: { channel: "general", text: "Lunch?" },
  });
  expect(await read("GITHUB_CREATE_AN_ISSUE_COMMENT", 'Comment on acme/site#41: "Are these right?"')).toEqual(
    {
      arguments: { owner: "acme", repo: "site", issue_number: 41, body: "Are these right?" },
    },
  );
  expect(
    await read("GMAIL_SEND_EMAIL", 'Mail mona@example.com, subject "Lunch?": "Are you free?"'),
  ).toMatchObject({
    arguments: { recipient_email: "mona@example.com", subject: "Lunch?", body: "Are you free?" },
  });
  expect(await read(STAR_TOOL, "Star something")).toEqual({
    arguments: {},
    error: expect.stringContaining("owner, repo"),
  });
  const v1 = await call(platform, "POST", `/api/v2/actions/${STAR_TOOL}/execute/get.inputs`, {
    body: { text: "https://github.com/acme/site" },
  });
  expect(v1.json).toEqual({ arguments: { owner: "acme", repo: "site" } });
  const ran = await execute(platform, STAR_TOOL, undefined, { text: "star acme/site" });
  expect(ran.json.successful).toBe(true);
});

test("the same idempotency key has one effect and the first result, also while the first call runs", async () => {
  const platform = await run();
  const key = { "idempotency-key": "event-1:reply" };
  platform.faults.tools.add({ delayMs: 50, times: 2 });
  const all = await Promise.all([1, 2, 3].map(() => execute(platform, POST, hello, {}, key)));
  const later = await execute(platform, POST, hello, {}, key);
  expect(new Set([...all, later].map(({ json }) => json.data.ts)).size).toBe(1);
  expect(later.headers["idempotency-replayed"]).toBe("true");
  expect(platform.world.slack.messages()).toHaveLength(1);
  expect((await execute(platform, POST, { ...hello, text: "other" }, {}, key)).status).toBe(422);
  expect((await execute(platform, POST, hello, {}, { "idempotency-key": "x".repeat(256) })).status).toBe(400);
});

test("a lost answer is found again by its key, and what failed may be tried again", async () => {
  const platform = await run();
  const key = { "idempotency-key": "k" };
  platform.faults.tools.add({ tool: POST, drop: true, afterEffect: true });
  await expect(execute(platform, POST, hello, {}, key)).rejects.toThrow();
  expect((await execute(platform, POST, hello, {}, key)).json.successful).toBe(true);
  expect(platform.world.slack.messages()).toHaveLength(1);
  const other = { "idempotency-key": "l" };
  platform.faults.tools.add({ tool: "slack", error: "Slack is away" });
  expect((await execute(platform, POST, hello, {}, other)).json).toMatchObject({
    error: "Slack is away",
    successful: false,
  });
  expect((await execute(platform, POST, hello, {}, other)).json.successful).toBe(true);
  expect(platform.world.slack.messages()).toHaveLength(2);
});

test("tools fail, are rate-limited and return much on purpose", async () => {
  const platform = await run();
  await control(platform, "POST", "/faults", {
    tools: [
      { tool: POST.toLowerCase(), status: 429, retryAfter: 3 },
      { tool: POST, status: 503 },
      { tool: "slack", resultBytes: 5_000_000 },
    ],
  });
  expect((await control(platform, "GET", "/faults")).json.tools).toHaveLength(3);
  const limited = await execute(platform, POST, hello);
  expect([limited.status, limited.headers["retry-after"]]).toEqual([429, "3"]);
  expect((await execute(platform, STAR_TOOL, { owner: "acme", repo: "site" })).status).toBe(200);
  expect((await execute(platform, POST, hello)).status).toBe(503);
  expect((await execute(platform, POST, hello)).text.length).toBeGreaterThan(5_000_000);
  expect((await control(platform, "GET", "/faults")).json.tools).toEqual([]);
  for (const fault of [{}, { tool: 1, error: "x" }, { status: 200 }, { eror: "x" }]) {
    expect((await control(platform, "POST", "/faults", { tools: fault })).status).toBe(400);
  }
});

test("a tool that hangs ends with its caller, and lets the platform stop", async () => {
  const platform = await run();
  platform.faults.tools.add({ tool: POST, hang: true, times: 2 });
  const gone = new AbortController();
  const init = {
    method: "POST",
    headers: { "x-api-key": "k", "content-type": "application/json" },
    body: JSON.stringify({ user_id: "default", arguments: hello }),
  };
  const url = `${platform.url}/api/v3.1/tools/execute/${POST}`;
  const aborted = fetch(url, { ...init, signal: gone.signal });
  await until(() => platform.faults.tools.current()[0]?.times === 1);
  gone.abort();
  await expect(aborted).rejects.toThrow();
  const hanging = expect(fetch(url, init)).rejects.toThrow();
  await until(() => platform.faults.tools.current().length === 0);
  await platform.stop();
  await hanging;
  expect(platform.world.slack.messages()).toEqual([]);
});

test("the world and the runs can be looked at", async () => {
  const platform = await run();
  await execute(platform, POST, hello);
  const world = await control(platform, "GET", "/world");
  expect(world.json.slack.messages).toMatchObject([{ text: "hello" }]);
  expect(Object.keys(world.json)).toContain("github");
  expect(platform.toolRuns()).toMatchObject([
    { tool: POST, userId: "default", successful: true, arguments: hello },
  ]);
  expect((await control(platform, "GET", "/tool-runs")).json.runs).toEqual(platform.toolRuns());
  platform.world.reset();
  expect(platform.world.slack.messages()).toEqual([]);
  expect(platform.world.slack.channels().length).toBeGreaterThan(0);
});

test("without the built-in triggers, there are the tools of one's own apps", async () => {
  const platform = await run({
    builtInTriggers: false,
    catalog: [{ name: "SLACK_MINE", appName: "slack", payload: { type: "object" } }],
  });
  const slugs = await slugsOf(platform, "");
  expect(slugs).toContain(POST);
  expect(slugs.filter((slug) => !/^(SLACK|LOCAL)_/.test(slug))).toEqual([]);
});
