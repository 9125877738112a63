import { createHmac } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "earshot/dev";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { compileAll, type Program, run } from "../support/program.js";

const folder = join(import.meta.dirname, "../../examples");
const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));

let platform: Platform;

let programs: string;
const programOf = (name: string) => join(programs, `${name}.mjs`);
beforeAll(async () => {
  programs = await compileAll(
    Object.fromEntries(files.map((name) => [name.replace(/\.ts$/, ""), join(folder, name)])),
  );
  platform = await startPlatform();
});

/** What `npm run example` sets where there is no vendor's key. */
const env = (more: Record<string, string> = {}) => ({
  COMPOSIO_API_KEY: "local",
  COMPOSIO_BASE_URL: platform.url,
  OPENAI_API_KEY: "local",
  OPENAI_BASE_URL: platform.model.urls.openai,
  GEMINI_API_KEY: "local",
  GOOGLE_GEMINI_BASE_URL: platform.model.urls.gemini,
  ...more,
});
afterAll(() => platform.stop());

/** Fires until the program has said what it is to say: it may not listen yet when the first event goes out. */
async function fireUntil(
  program: Program,
  name: string,
  wanted: readonly RegExp[],
  data?: Record<string, unknown>,
) {
  let done = false;
  const said = Promise.all(wanted.map((line) => program.line(line))).finally(() => {
    done = true;
  });
  const options = data === undefined ? {} : { data };
  const firing = vi.waitFor(
    async () => {
      await platform.fire(name, options).catch(() => undefined);
      if (!done) throw new Error(`still waiting:\n${program.lines.join("\n")}`);
    },
    { timeout: 15_000, interval: 250 },
  );
  await Promise.all([said, firing]);
}

interface Run {
  readonly fire: string;
  readonly data?: Record<string, unknown>;
  readonly says: readonly RegExp[];
  /** The program ends by itself. */
  readonly ends?: boolean;
}

const star = { fire: "GITHUB_STAR_ADDED_EVENT", data: { starred_by: "ada" } };
const message = { fire: "SLACK_RECEIVE_MESSAGE", data: { channel: "C024BE91L", text: "deploy at noon" } };

const runs: Record<string, Run> = {
  "01-receive-a-star": { ...star, says: [/^starred by ada$/] },
  "02-webhook": { ...star, says: [/^starred by ada over webhook$/] },
  "03-both-transports": {
    ...message,
    says: [/^message 1 log_/, /^a copy over (webhook|websocket) was not run again: log_/],
  },
  "04-filters": {
    ...message,
    says: [
      /^anything from slack: SLACK_RECEIVE_MESSAGE$/,
      /^from the instance enabled above$/,
      /^from one channel$/,
      /^about a deploy: deploy at noon$/,
    ],
  },
  "05-retries": {
    ...star,
    says: [/^archived, once$/, /^thank failed on attempt 1, again in 100 ms$/, /^thanked on attempt 2$/],
  },
  "06-order": { ...message, says: [/^in work: 1 event log_/] },
  "07-loop": { ...star, says: [/^the first star came from ada$/, /^star 3 from ada$/], ends: true },
  "09-decorators": {
    ...star,
    says: [
      /^received by a handler$/,
      /^received by a wrapped function, from ada$/,
      /^received by a method, stars so far: 1$/,
    ],
  },
};

test.each(Object.entries(runs))(
  "example %s does what it says, and ends well on SIGTERM",
  async (name, { fire, data, says, ends }) => {
    const program = run(programOf(name), [], env());
    await fireUntil(program, fire, says, data);
    if (ends !== true) program.child.kill("SIGTERM");
    expect(await program.ended, program.lines.join("\n")).toBe(0);
    if (name === "06-order") expect(program.lines.filter((line) => /in work: [^1]/.test(line))).toEqual([]);
  },
);

test("example 08-github-directly takes what GitHub signs, and nothing else", async () => {
  const secret = "a secret of some length";
  const program = run(programOf("08-github-directly"), [], {
    GITHUB_WEBHOOK_SECRET: secret,
  });
  const url = `${(await program.line(/^listening at /)).replace("listening at ", "")}/webhooks/github`;
  const body = JSON.stringify({ action: "opened", issue: { number: 7 } });
  const post = (signature: string) =>
    fetch(url, {
      method: "POST",
      body,
      headers: { "x-github-event": "issues", "x-github-delivery": "d-1", "x-hub-signature-256": signature },
    });
  expect((await post(`sha256=${"0".repeat(64)}`)).status).toBe(401);
  await program.line(/^rejected: ERR_SIGNATURE_WRONG$/);
  expect((await post(`sha256=${createHmac("sha256", secret).update(body).digest("hex")}`)).status).toBe(200);
  await program.line(/^issue opened: \{ number: 7 \}$/);
  program.child.kill("SIGINT");
  expect(await program.ended).toBe(0);
});

/** Runs an example of an agent, with an inbox that goes with the test. */
async function agent(name: string, more: Record<string, string> = {}): Promise<Program> {
  const home = mkdtempSync(join(tmpdir(), "earshot-example-"));
  const program = run(programOf(name), [], env({ DB: join(home, "inbox.db"), ...more }));
  onTestFinished(async () => {
    program.child.kill("SIGKILL");
    await program.ended;
    rmSync(home, { recursive: true, force: true });
  });
  return program;
}

async function ends(program: Program) {
  program.child.kill("SIGTERM");
  expect(await program.ended, program.lines.join("\n")).toBe(0);
}

const postedIn = (ts: string) => new RegExp(`^in the thread ${ts} \\{"ok":true`);

const textsOf = (channel: string, ts: string) =>
  platform.world.slack
    .thread(channel, ts)
    .map(({ text, botId }) => `${botId === null ? "" : "bot: "}${text}`);

test("example 10-roast-bot posts one reply in the thread, and does not reply to itself", async () => {
  const program = await agent("10-roast-bot");
  await program.line(/^listening$/);
  const first = platform.world.slack.post({ channel: "general", text: "My build is green" });
  await program.line(postedIn(first.ts));
  platform.world.slack.post({ channel: "general", text: "Ouch", threadTs: first.ts });
  const other = platform.world.slack.post({ channel: "random", text: "It is Friday" });
  await program.line(postedIn(other.ts));
  await ends(program);
  expect(textsOf("general", first.ts)).toEqual([
    "My build is green",
    "bot: Scripted model's reply to: My build is green",
    "Ouch",
  ]);
  expect(textsOf("random", other.ts)).toEqual([
    "It is Friday",
    "bot: Scripted model's reply to: It is Friday",
  ]);
});

test("example 11-roast-bot-webhook does the same behind a webhook, and rejects what is not signed", async () => {
  const program = await agent("11-roast-bot-webhook", { PORT: "0" });
  const url = (await program.line(/^listening at /)).replace("listening at ", "");
  const forge = () =>
    fetch(`${url}/webhook`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        type: "slack_receive_message",
        data: { text: "forged", channel: "C024BE91L", ts: "1.1" },
      }),
    });
  // Until the platform has told the server its secret, the server is not ready.
  await vi.waitFor(async () => expect((await forge()).status).not.toBe(503), { timeout: 10_000 });
  expect((await forge()).status).toBe(401);
  await program.line(/^rejected: ERR_SIGNATURE_MISSING$/);
  const first = platform.world.slack.post({ channel: "general", text: "My build is green" });
  await program.line(postedIn(first.ts));
  await platform.idle();
  await ends(program);
  expect(textsOf("general", first.ts)).toEqual([
    "My build is green",
    "bot: Scripted model's reply to: My build is green",
  ]);
});

test("example 12-star-a-repository stars it, and ends", async () => {
  const program = await agent("12-star-a-repository");
  expect(await program.ended, program.lines.join("\n")).toBe(0);
  expect(program.lines.join("\n")).toContain("GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER returned");
  const { stargazers } = platform.world.github.repository("acme", "site");
  expect(stargazers.map(({ login }) => login)).toContain("octocat");
});

test("example 13-triage-issues labels a new issue", async () => {
  const program = await agent("13-triage-issues");
  await program.line(/^listening$/);
  const { world } = platform;
  const { number } = world.github.open("acme", "site", "ada", {
    title: "The form is broken",
    body: "It is a bug.",
  });
  await program.line(new RegExp(`^#${number}: Scripted model: GITHUB_ADD_LABELS_TO_AN_ISSUE returned`));
  await ends(program);
  expect(world.github.issue("acme", "site", number).labels).toEqual(["bug"]);
});

test("example 14-langgraph goes on with the first reply in the thread", async () => {
  const program = await agent("14-langgraph");
  const ts = (await program.line(/^waiting for a reply/)).split(" ").at(-1) ?? "";
  platform.world.slack.post({ channel: "general", text: "not for the bot" });
  platform.world.slack.post({ channel: "general", text: "Yes, please", threadTs: ts });
  platform.world.slack.post({ channel: "general", text: "no", threadTs: ts });
  await program.line(/^announced$/);
  await ends(program);
  const last = platform.world.slack.messages("general").at(-1);
  expect(last?.text).toBe("Scripted model: you said: Announce: The new site is up");
  expect(program.lines.filter((line) => /^(announced|dropped)$/.test(line))).toEqual(["announced"]);
});

test("example 15-approval acts on the first check mark, also where two people react", async () => {
  const program = await agent("15-approval");
  const { slack } = platform.world;
  await program.line(/^listening$/);
  const { ts } = slack.post({ channel: "general", text: "refund 42" });
  await program.line(/^asked about order 42$/);
  const question = slack.thread("general", ts).at(-1);
  if (question === undefined) throw new Error("no question");
  slack.react("general", question.ts, "eyes", "UADA00001");
  slack.react("general", question.ts, "white_check_mark", "UADA00001");
  slack.react("general", question.ts, "white_check_mark", "UBOB00001");
  await program.line(/^refunded order 42$/);
  await ends(program);
  expect(textsOf("general", ts)).toEqual([
    "refund 42",
    "bot: Refund order 42? React with :white_check_mark: to approve.",
    "bot: Order 42 is refunded; <@UADA00001> approved it.",
  ]);
});

test("example 16-approval-across-restarts waits for the reaction across a restart, and deploys once", async () => {
  const { folder: inboxFolder, remove } = temporaryFolder();
  onTestFinished(remove);
  const env = {
    COMPOSIO_API_KEY: "local",
    COMPOSIO_BASE_URL: platform.url,
    INBOX: join(inboxFolder, "events.db"),
  };
  const path = programOf("16-approval-across-restarts");
  const ts = "1741701909.000200";
  const text = "deploy at noon";
  const first = run(path, [], env);
  const waits = [/^waiting for a reaction to "deploy at noon"$/];
  await fireUntil(first, "SLACK_RECEIVE_MESSAGE", waits, { channel: "C024BE91L", text, ts });
  first.child.kill("SIGKILL");
  await first.ended;
  const second = run(path, [], env);
  const reaction = { user: "U061F7AUR", reaction: "white_check_mark", item: { ts } };
  const deploys = [/^deploying "deploy at noon", approved by U061F7AUR$/];
  await fireUntil(second, "SLACK_REACTION_ADDED", deploys, reaction);
  second.child.kill("SIGTERM");
  expect(await second.ended, second.lines.join("\n")).toBe(0);
  expect(second.lines.filter((line) => line.startsWith("deploying"))).toHaveLength(1);
});

test("example 17-serve-stars lets a host poll for stars, and nobody without the token", async () => {
  const { folder: home, remove } = temporaryFolder();
  onTestFinished(remove);
  const program = await agent("17-serve-stars", {
    INBOX: join(home, "events.db"),
    MCP_TOKEN: "a-token-of-the-host",
  });
  const url = (await program.line(/^MCP endpoint:/)).split(" ").at(-1) ?? "";
  const poll = async (token: string, cursor: string | null) => {
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const params = { name: "github.star_added", arguments: { by: "ada" }, cursor, _meta };
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "events/poll",
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "events/poll", params }),
    });
    return { status: response.status, text: await response.text() };
  };
  expect((await poll("another-token-of-nobody", null)).status).toBe(401);
  const { cursor } = JSON.parse((await poll("a-token-of-the-host", null)).text).result;
  for (const starred_by of ["ada", "bob"])
    await platform.fire("GITHUB_STAR_ADDED_EVENT", { changes: { starred_by } });
  await vi.waitFor(async () => {
    const { events } = JSON.parse((await poll("a-token-of-the-host", cursor)).text).result;
    expect(events).toMatchObject([{ name: "github.star_added", data: { starred_by: "ada" } }]);
  });
  await ends(program);
});

test("example 19-listen-to-a-server receives the stars that example 17 serves, also those of its absence", async () => {
  const { folder: home, remove } = temporaryFolder();
  onTestFinished(remove);
  const MCP_TOKEN = "a-token-of-the-host";
  const server = await agent("17-serve-stars", { INBOX: join(home, "events.db"), MCP_TOKEN });
  const MCP_URL = (await server.line(/^MCP endpoint:/)).split(" ").at(-1) ?? "";
  const env = { INBOX: join(home, "received.db"), MCP_TOKEN, MCP_URL };
  const star = (starred_by: string) => platform.fire("GITHUB_STAR_ADDED_EVENT", { changes: { starred_by } });
  const first = run(programOf("19-listen-to-a-server"), [], env);
  await first.line(/^Receiving github\.star_added by push\.$/);
  await star("ada");
  await first.line(/^ada starred /);
  await ends(first);
  await star("bob");
  const second = run(programOf("19-listen-to-a-server"), [], env);
  await second.line(/^bob starred /);
  await ends(second);
  expect(second.lines.filter((line) => line.startsWith("ada"))).toEqual([]);
  await ends(server);
});

test("example 18-burst-of-edits runs one triage for a burst of edits, and one for another issue", async () => {
  const { folder: inboxFolder, remove } = temporaryFolder();
  onTestFinished(remove);
  const secret = "a secret of some length";
  const program = run(programOf("18-burst-of-edits"), [], {
    GITHUB_WEBHOOK_SECRET: secret,
    INBOX: join(inboxFolder, "events.db"),
    QUIET_MS: "700",
    PORT: "0",
  });
  const url = `${(await program.line(/^listening at /)).replace("listening at ", "")}/webhooks/github`;
  const edit = async (number: number, title: string, delivery: string) => {
    const body = JSON.stringify({ action: "edited", issue: { number, title } });
    const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
    const headers = {
      "x-github-event": "issues",
      "x-github-delivery": delivery,
      "x-hub-signature-256": signature,
    };
    expect((await fetch(url, { method: "POST", body, headers })).status).toBe(200);
  };
  for (const [at, title] of ["It", "It is", "It is broken"].entries()) await edit(7, title, `a-${at}`);
  await edit(8, "How do I log in?", "b");
  await program.line(/^#7 "It is broken" is a bug; events: 3$/);
  await program.line(/^#8 "How do I log in\?" is a question; events: 1$/);
  program.child.kill("SIGTERM");
  expect(await program.ended, program.lines.join("\n")).toBe(0);
});

const agents = files.filter((name) => /^1\d-/.test(name));

test("every example is run here, and is short", () => {
  const numbered = files.map((name) => name.replace(/\.ts$/, ""));
  expect(numbered.filter((name) => !(name in runs) && name !== "08-github-directly")).toEqual(
    agents.map((name) => name.replace(/\.ts$/, "")),
  );
  for (const name of files)
    expect(readFileSync(join(folder, name), "utf8").split("\n").length, name).toBeLessThan(60);
});

test("the model clients of the examples are those that are tested", () => {
  const dependenciesOf = (path: string) =>
    (JSON.parse(readFileSync(path, "utf8")) as { dependencies: Record<string, string> }).dependencies;
  const tested = dependenciesOf(join(import.meta.dirname, "../compat/package.json"));
  for (const [name, version] of Object.entries(dependenciesOf(join(folder, "package.json")))) {
    expect(tested[name], name).toBe(version);
  }
});
