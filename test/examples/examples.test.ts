import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Platform, startPlatform } from "earshot/dev";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { compile, type Program, run } from "../support/program.js";

const folder = join(import.meta.dirname, "../../examples");
const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
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
    const env = { COMPOSIO_API_KEY: "local", COMPOSIO_BASE_URL: platform.url };
    const program = run(await compile(join(folder, `${name}.ts`)), [], env);
    await fireUntil(program, fire, says, data);
    if (ends !== true) program.child.kill("SIGTERM");
    expect(await program.ended, program.lines.join("\n")).toBe(0);
    if (name === "06-order") expect(program.lines.filter((line) => /in work: [^1]/.test(line))).toEqual([]);
  },
);

test("example 08-github-directly takes what GitHub signs, and nothing else", async () => {
  const secret = "a secret of some length";
  const program = run(await compile(join(folder, "08-github-directly.ts")), [], {
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

test("example 14-approval waits for the reaction across a restart, and deploys once", async () => {
  const { folder: inboxFolder, remove } = temporaryFolder();
  onTestFinished(remove);
  const env = {
    COMPOSIO_API_KEY: "local",
    COMPOSIO_BASE_URL: platform.url,
    INBOX: join(inboxFolder, "events.db"),
  };
  const path = await compile(join(folder, "14-approval.ts"));
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

/** Examples with a separate test. */
const others = ["08-github-directly", "14-approval"];

test("every example is run here, and is short", () => {
  const numbered = files.map((name) => name.replace(/\.ts$/, ""));
  expect(numbered.filter((name) => !(name in runs) && !others.includes(name))).toEqual([]);
  for (const name of files)
    expect(readFileSync(join(folder, name), "utf8").split("\n").length, name).toBeLessThan(41);
});
