import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { run } from "../../dev/rest/fixture.js";

const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";
const STAR = "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER";
const root = join(import.meta.dirname, "../../..");

beforeAll(async () => {
  // npm ci, where a fresh clone has not done it yet.
  await promisify(execFile)(process.execPath, ["scripts/install-nested.mjs", "test/compat/published"], {
    cwd: root,
  });
}, 600_000);

/** Runs a program of a published client, in a separate process. @returns what it prints last */
async function program(file: string, url: string) {
  const { stdout } = await promisify(execFile)(process.execPath, [file, url], {
    cwd: import.meta.dirname,
    env: {
      ...process.env,
      TELEMETRY_DISABLED: "true",
      COMPOSIO_DISABLE_TELEMETRY: "true",
      NO_UPDATE_NOTIFIER: "1",
    },
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

const noAccountsOnDemand = { accountsOnDemand: false };

test("@composio/core with its OpenAI, Google and Vercel providers runs unchanged", async () => {
  const platform = await run(noAccountsOnDemand);
  const got = await program("core.mjs", platform.url);
  expect(got).toMatchObject({
    star: { name: STAR, parameters: { required: ["owner", "repo"] } },
    answer: { successful: true, error: null },
    posted: { successful: true, data: { ok: true } },
    input: { arguments: { owner: "acme", repo: "site" } },
    declaration: { name: STAR },
    googleResult: { successful: true },
    repository: { data: { full_name: "acme/site", stargazers_count: 1 }, successful: true },
    back: expect.stringMatching(/^http:\/\/localhost:1\/done\?status=success&connected_account_id=ca_/),
    account: { status: "ACTIVE" },
    disabled: "INACTIVE",
    left: 0,
    keyed: { authScheme: "API_KEY", isComposioManaged: false },
  });
  expect(got.searched[0]).toMatch(/^SLACK_SEND/);
  expect(JSON.stringify(got.missing)).toContain("ConnectedAccountNotFound");
  expect(platform.world.slack.messages("general").map(({ text }) => text)).toEqual(["from core"]);
  const starred = platform.world.github.repositories().filter(({ stargazers }) => stargazers.length > 0);
  expect(starred.map(({ name }) => name)).toEqual(["site", "docs"]);
});

test("composio-core's OpenAI, LangChain and Vercel toolsets run unchanged", async () => {
  const platform = await run(noAccountsOnDemand);
  const got = await program("composio-core.mjs", platform.url);
  expect(got).toMatchObject({
    post: { name: POST, parameters: { required: ["channel"] } },
    useCase: [STAR],
    answer: { successful: true },
    starred: { successful: true },
    byLangChain: { data: { full_name: "acme/site", stargazers_count: 1 } },
    byVercel: { data: { full_name: "acme/site" } },
    back: expect.stringContaining("status=success"),
    account: "ACTIVE",
  });
  expect(got.github).toBeGreaterThan(10);
  expect(platform.world.slack.messages("general").map(({ text }) => text)).toEqual(["from composio-core"]);
});
