import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { startPlatform } from "earshot/dev";
import { expect, onTestFinished, test, vi } from "vitest";
import { freePort } from "../support/free-port.js";

const run = promisify(execFile);
const fixtures = join(import.meta.dirname, "published");
const NAME = "GITHUB_STAR_ADDED_EVENT";

/** A published client in a project of its own, run against a local platform. */
async function published(program: string, packages: string[], webhook: boolean) {
  const folder = await mkdtemp(join(tmpdir(), "earshot-published-"));
  const platform = await startPlatform();
  const children = new Set<ChildProcess>();
  onTestFinished(async () => {
    for (const child of children) child.kill("SIGKILL");
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  });
  await cp(fixtures, folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--legacy-peer-deps", ...packages], {
    cwd: folder,
  });
  const port = await freePort();
  if (webhook) {
    await call(`${platform.url}/api/v3.1/webhook_subscriptions`, {
      webhook_url: `http://127.0.0.1:${port}/webhook`,
      enabled_events: ["composio.trigger.message"],
      version: "V3",
    });
  }
  const child = spawn(process.execPath, ["--require", "./lead-here.cjs", program], {
    cwd: folder,
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      COMPOSIO_BASE_URL: platform.url,
      COMPOSIO_DISABLE_TELEMETRY: "true",
      WEBHOOK_SECRET: platform.project.webhookSecret,
      WEBHOOK_PORT: String(port),
    },
  });
  children.add(child);
  const said = new Map<string, unknown>();
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      output.push(line);
      if (!line.startsWith("@{")) return;
      const { step, value } = JSON.parse(line.slice(1)) as { step: string; value: unknown };
      said.set(step, value);
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  await vi.waitFor(
    () => {
      if (child.exitCode !== null) throw new Error(`It ended:\n${output.join("\n")}`);
      const subscribed = platform.connections().some(({ channels }) => channels.length > 0);
      expect(subscribed, output.join("\n")).toBe(true);
    },
    { timeout: 60_000 },
  );
  return {
    platform,
    said,
    /** Resolves once it has said all of these. */
    says: (...steps: string[]) =>
      vi.waitFor(() => expect([...said.keys()], output.join("\n")).toEqual(expect.arrayContaining(steps)), {
        timeout: 30_000,
      }),
    async leave() {
      child.stdin.write("leave\n");
      expect(await exited, output.join("\n")).toBe(0);
    },
  };
}

async function call(url: string, body: unknown): Promise<void> {
  const headers = { "x-api-key": "local", "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  expect(answer.ok, await answer.text()).toBe(true);
}

const data = {
  action: "created",
  starred_by: "<b>octocat</b> \u2028 ✨",
  repository_name: "x".repeat(30_000),
};

test("the published client for generation 3 works against the local platform, unchanged", async () => {
  const client = await published("core.mjs", ["@composio/core@0.10.0", "zod@^3.25"], true);
  const { said, platform } = client;
  await platform.fire(NAME, { data });
  await client.says("heard", "webhook");
  expect(said.get("types")).toHaveLength(10);
  expect(new Set(said.get("types") as string[]).size).toBe(10);
  expect(said.get("names")).toContain(NAME);
  expect(said.get("type")).toMatchObject({
    slug: NAME,
    toolkit: { slug: "github" },
    config: { required: ["owner", "repo"] },
  });
  expect(said.get("accounts")).toEqual([["github", "ACTIVE"]]);
  expect(said.get("account")).toBe(true);
  expect(said.get("unknown")).toBe("Trigger type NO_SUCH not found");
  expect(said.get("active")).toMatchObject([
    { id: said.get("created"), triggerName: NAME, triggerConfig: { owner: "acme", repo: "site" } },
  ]);
  expect(said.get("disabled")).toEqual({ status: "success" });
  expect(said.get("enabled")).toEqual({ status: "success" });
  expect(said.get("heard")).toMatchObject({ triggerSlug: NAME, userId: "default", payload: data });
  expect(said.get("webhook")).toMatchObject({
    version: "V3",
    event: { triggerSlug: NAME, userId: "default", payload: data },
  });
  await client.leave();
  expect(said.get("left")).toBe(0);
});

test("the published client for generation 1 works against the local platform, unchanged", async () => {
  // What it imports without depending on it.
  const peers = ["@langchain/core@^0.3", "langchain@^0.3", "ai@^4", "openai@^4", "zod@^3"];
  const client = await published("composio-core.cjs", ["composio-core@0.5.39", ...peers], false);
  const { said, platform } = client;
  await platform.fire(NAME, { data });
  await client.says("heard");
  expect(said.get("client")).toBe(platform.project.clientId);
  expect(said.get("types")).toContain(NAME);
  expect(said.get("type")).toMatchObject({ required: ["owner", "repo"] });
  expect(said.get("account")).toBe("github");
  expect(said.get("active")).toMatchObject([{ id: said.get("created"), triggerName: NAME }]);
  expect(said.get("disabled")).toEqual({ status: "success" });
  expect(said.get("enabled")).toEqual({ status: "success" });
  expect(said.get("heard")).toMatchObject({
    appName: "github",
    payload: data,
    metadata: { triggerName: NAME, connection: { clientUniqueUserId: "default" } },
  });
  await client.leave();
  expect(said.get("left")).toBe(0);
});
