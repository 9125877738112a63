import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { type PlatformOptions, startPlatform } from "../../../src/dev/index.js";

const root = join(import.meta.dirname, "../../..");
const STAR = "GITHUB_STAR_ADDED_EVENT";
const USER = "user-of-the-app-123";
const data = { action: "created", starred_by: "octocat", repository_name: "x".repeat(12_000) };

const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8"));
const versions = Object.keys(dependencies)
  .filter((name) => name.startsWith("core-"))
  .sort((a, b) => Number(a.split(".")[1]) - Number(b.split(".")[1]));

beforeAll(async () => {
  // npm ci, where a fresh clone has not done it yet.
  await promisify(execFile)(process.execPath, ["scripts/install-nested.mjs", "test/compat/versions"], {
    cwd: root,
  });
}, 600_000);

/** Runs a program of a published client, fires once it is subscribed. @returns what it prints last */
async function program(
  { realtimeShape = "V3", twoFactor = false }: Pick<PlatformOptions, "realtimeShape" | "twoFactor">,
  file: string,
  ...args: readonly string[]
) {
  const platform = await startPlatform({ realtimeShape, twoFactor });
  const ended = new AbortController();
  onTestFinished(async () => {
    ended.abort();
    await platform.stop();
  });
  const leadHere = join(root, "test/package/published/lead-here.cjs");
  const running = promisify(execFile)(process.execPath, ["--require", leadHere, file, ...args], {
    cwd: import.meta.dirname,
    signal: ended.signal,
    env: {
      ...process.env,
      COMPOSIO_BASE_URL: platform.url,
      COMPOSIO_WEBHOOK_SECRET: platform.project.webhookSecret,
      COMPOSIO_DISABLE_TELEMETRY: "true",
      TELEMETRY_DISABLED: "true",
      NO_UPDATE_NOTIFIER: "1",
    },
    maxBuffer: 64 * 1024 * 1024,
  });
  const isSubscribed = () => platform.connections().some(({ channels }) => channels.length > 0);
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
  };
  running.then(end, end);
  await vi.waitFor(() => expect(hasEnded || isSubscribed()).toBe(true), { timeout: 50_000 });
  // A program that ends before has failed: its output is the error.
  if (hasEnded) await running;
  await platform.fire(STAR, { data });
  const { stdout } = await running;
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

const newest = versions.at(-1) ?? "";
// All of them read the older shape on the realtime channel. The first does not know the newer one.
const runs = [
  ...versions.map((name) => [name, "legacy", false] as const),
  ...[versions[1] ?? "", newest].map((name) => [name, "V3", false] as const),
  // From this version on, they name an account's owner.
  ...["core-0.11", newest].map((name) => [name, "legacy", true] as const),
];

test.each(runs)(
  "@composio/core of %s runs unchanged, realtime shape %s, two-factor %s, for a user who has no account yet",
  async (name, realtimeShape, twoFactor) => {
    const got = await program({ realtimeShape, twoFactor }, "core.mjs", name, USER);
    expect(got).toMatchObject({
      types: [expect.stringMatching(/^GITHUB_/)],
      type: { slug: "GITHUB_COMMIT_EVENT", required: ["owner", "repo"] },
      names: expect.any(Number),
      toolkit: "github",
      configs: expect.arrayContaining(["github"]),
      account: { status: "ACTIVE", toolkit: "github" },
      tools: true,
      made: { triggerId: expect.stringMatching(/^ti_/) },
      named: { triggerId: expect.stringMatching(/^ti_/) },
      whileDisabled: 0,
      active: ["GITHUB_COMMIT_EVENT", STAR],
      unknown: { message: expect.stringContaining("NO_SUCH") },
      event: { triggerSlug: STAR, userId: USER, payload: data },
      left: ["GITHUB_COMMIT_EVENT"],
    });
    expect(got.webhook).toEqual({ version: "V3", slug: STAR });
  },
);

test("under two-factor, an older version is told what it lacks", async () => {
  const running = program({ realtimeShape: "legacy", twoFactor: true }, "core.mjs", "core-0.10", USER);
  await expect(running).rejects.toThrow(/`user_id` is missing/);
});

test.each([false, true])(
  "composio-core 0.5.39 runs unchanged, two-factor %s, for a user who has no account yet",
  async (twoFactor) => {
    const got = await program({ twoFactor }, "composio-core.cjs", USER);
    expect(got).toMatchObject({
      connection: "github",
      active: [STAR],
      disabled: { status: "success" },
      enabled: { status: "success" },
      event: { payload: data, metadata: { triggerName: STAR, connection: { clientUniqueUserId: USER } } },
      left: 0,
    });
    expect(got.types).toContain(STAR);
  },
);
