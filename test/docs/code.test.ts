import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Toolset } from "earshot";
import { type Platform, startPlatform } from "earshot/dev";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Block, writeBlocks } from "../../scripts/docs-blocks.mjs";
import { compileAll, type Program, start } from "../support/program.js";
import { type RedisServer, startRedis, withoutRedis } from "../support/redis-server.js";

const root = join(import.meta.dirname, "../..");
const all = writeBlocks();
let platform: Platform;
let redis: RedisServer | undefined;
let programs: string;

beforeAll(async () => {
  programs = await compileAll(Object.fromEntries(all.map(({ name, file }) => [name, file])));
  platform = await startPlatform();
  // The pages' callbacks are for this trigger: a listener warns about one that is not enabled.
  const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url });
  await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });
  if (withoutRedis === undefined) redis = await startRedis({ appendonly: "yes", appendfsync: "always" });
});
afterAll(async () => {
  await redis?.stop();
  await platform.stop();
});

/** A value for every secret that a block reads: one that is of the form of each provider's. */
function madeUp(file: string): Record<string, string> {
  const names = readFileSync(file, "utf8").matchAll(/process\.env\.(\w+_(?:SECRET|KEY|TOKEN|STATE))\b/g);
  const secret = `whsec_${Buffer.alloc(32, "earshot").toString("base64")}`;
  return Object.fromEntries(
    [...names].map(([, name = ""]) => [name, name.endsWith("_PUBLIC_KEY") ? "0f".repeat(32) : secret]),
  );
}

/** What a block did. */
interface Outcome {
  readonly ended: number | NodeJS.Signals | null;
  readonly lines: readonly string[];
}

/** Runs a block to its end: by itself, or by a request once it listens. */
async function outcomeOf({ name, file }: Block): Promise<Outcome> {
  const program = start(join(programs, `${name}.mjs`), [], {
    ...madeUp(file),
    NODE_OPTIONS: `--import=${join(root, "test/support/say-when-settled.mjs")}`,
    COMPOSIO_API_KEY: "local",
    COMPOSIO_BASE_URL: platform.url,
    OPENAI_API_KEY: "local",
    OPENAI_BASE_URL: platform.model.urls.openai,
    GEMINI_API_KEY: "local",
    GOOGLE_GEMINI_BASE_URL: platform.model.urls.gemini,
    COMPOSIO_WEBHOOK_SECRET: platform.project.webhookSecret,
    PORT: "0",
    REDIS_URL: redis?.url ?? "",
  });
  running.add(program);
  const settled = await Promise.race([program.line(/^@@settled$/).catch(() => "ended"), program.ended]);
  if (settled === "@@settled") program.child.kill("SIGTERM");
  const ended = await program.ended;
  running.delete(program);
  return { ended, lines: program.lines };
}

/** They wait more than they compute: some run at once. */
const AT_ONCE = 4;
const running = new Set<Program>();
const outcomes = new Map<string, Promise<Outcome>>();

function runAll(): void {
  const turns = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  for (const [at, block] of all.entries()) {
    if (block.needsRedis && withoutRedis !== undefined) continue;
    const outcome = (turns[at % AT_ONCE] ?? Promise.resolve()).then(() => outcomeOf(block));
    outcomes.set(block.name, outcome);
    // Its own test tells of an error; the others run all the same.
    turns[at % AT_ONCE] = outcome.then(
      () => undefined,
      () => undefined,
    );
  }
}
afterAll(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  await Promise.allSettled(outcomes.values());
});

test.for(all)("$name runs", { timeout: 180_000 }, async ({ name, needsRedis }, context) => {
  if (needsRedis && withoutRedis !== undefined) context.skip(withoutRedis);
  if (outcomes.size === 0) runAll();
  const { ended, lines } = (await outcomes.get(name)) ?? expect.fail("It was not run.");
  expect([0, "SIGTERM"], lines.join("\n")).toContain(ended);
  expect(lines.filter((line) => /Error|Warning/.test(line) && !/^\s*at /.test(line))).toEqual([]);
});
