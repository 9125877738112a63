import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build, type Plugin } from "esbuild";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Platform, startPlatform } from "../../../src/dev/index.js";
import { freePort } from "../../support/free-port.js";

/** A checkout of the platform's SDK, which has its public example scripts. They are not part of this project. */
const checkout = process.env.EXAMPLE_SCRIPTS;
const root = join(import.meta.dirname, "../../..");
const STAR = "GITHUB_STAR_ADDED_EVENT";

beforeAll(async () => {
  if (checkout === undefined) return;
  await promisify(execFile)(process.execPath, ["scripts/install-nested.mjs", "test/compat/versions"], {
    cwd: root,
  });
}, 600_000);

/** The installed client whose minor version is that of the checkout: its scripts are written for it. */
function clientOf(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, "ts/packages/core/package.json"), "utf8"));
  return `core-${String(version).split(".").slice(0, 2).join(".")}`;
}

/** Runs a script as it stands; only its imports lead to the installed client. */
async function runScript(script: string, platform: Platform, env: Record<string, string> = {}) {
  const folder = checkout ?? "";
  const imports: Plugin = {
    name: "imports",
    setup(bundle) {
      bundle.onResolve({ filter: /^@composio\/core$/ }, () => ({ path: clientOf(folder), external: true }));
      bundle.onResolve({ filter: /^dotenv\/config$/ }, () => ({ path: "dotenv", namespace: "empty" }));
      bundle.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "" }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: [join(folder, "ts/examples", script)],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    plugins: [imports],
    logLevel: "silent",
  });
  // Beside the installed clients, where Node looks for them.
  const made = mkdtempSync(join(import.meta.dirname, "node_modules/.example-"));
  const file = join(made, "script.mjs");
  writeFileSync(file, outputFiles[0]?.text ?? "");
  const home = mkdtempSync(join(tmpdir(), "earshot-example-"));
  const preloads = [
    join(root, "test/package/published/lead-here.cjs"),
    join(import.meta.dirname, "bun-serve.cjs"),
  ];
  const child = spawn(process.execPath, [...preloads.flatMap((path) => ["--require", path]), file], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      COMPOSIO_API_KEY: "local",
      COMPOSIO_BASE_URL: platform.url,
      COMPOSIO_WEBHOOK_SECRET: platform.project.webhookSecret,
      COMPOSIO_DISABLE_TELEMETRY: "true",
      ...env,
    },
  });
  const seen = { text: "" };
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => (seen.text += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
    for (const path of [made, home]) rmSync(path, { recursive: true, force: true });
  });
  const prints = (wanted: RegExp) =>
    vi.waitFor(() => expect(seen.text).toMatch(wanted), { timeout: 50_000, interval: 100 });
  return { ended, prints, text: () => seen.text };
}

/** The older shape on the channel is the one that all of these clients read. */
async function start(): Promise<Platform> {
  const platform = await startPlatform({ realtimeShape: "legacy" });
  onTestFinished(() => platform.stop());
  return platform;
}

async function post(platform: Platform, path: string, body: object): Promise<void> {
  const response = await fetch(platform.url + path, {
    method: "POST",
    headers: { "x-api-key": "local", "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.ok, await response.text()).toBe(true);
}

/** Presses the button of the connect page, as a browser does. */
async function allow(url: string): Promise<void> {
  const page = await (await fetch(url)).text();
  const [, token = ""] = /name="form_token" value="([^"]+)"/.exec(page) ?? [];
  const body = new URLSearchParams({ form_token: token, answer: "allow" });
  await fetch(url, { method: "POST", body, redirect: "manual" });
}

const enableStar = (platform: Platform) =>
  post(platform, `/api/v3.1/trigger_instances/${STAR}/upsert`, {
    user_id: "user-of-the-app",
    trigger_config: { owner: "acme", repo: "site" },
  });

describe.skipIf(checkout === undefined)("public example scripts, unchanged", () => {
  test.each([
    ["triggers/src/trigger-types.ts", /"slug": "GITHUB_COMMIT_EVENT"/],
    ["toolkits/src/toolkits.ts", /"slug": "github"/],
  ])("%s ends by itself, with what it asked for", async (script, wanted) => {
    const { ended, text } = await runScript(script, await start());
    expect(await ended, text()).toBe(0);
    expect(text()).toMatch(wanted);
  });

  test.each([
    "toolkits/src/index.ts",
    "connected-accounts/src/index.ts",
    "connected-accounts/src/toolkit-authorize.ts",
  ])("%s waits until a person has allowed the account", async (script) => {
    const { ended, prints, text } = await runScript(script, await start());
    await prints(/Please visit the following URL[^\n]*http/);
    const [, url = ""] = /Please visit the following URL[^\n]*?(http\S+)/.exec(text()) ?? [];
    await allow(url);
    expect(await ended, text()).toBe(0);
    expect(text()).toContain("ACTIVE");
  });

  test("triggers/src/index.ts receives an event over the WebSocket", async () => {
    const platform = await start();
    await enableStar(platform);
    const { prints } = await runScript("triggers/src/index.ts", platform);
    const isSubscribed = () => platform.connections().some(({ channels }) => channels.length > 0);
    await vi.waitFor(() => expect(isSubscribed()).toBe(true), { timeout: 50_000 });
    await platform.fire(STAR, { data: { starred_by: "octocat" } });
    await prints(/Trigger received:[\s\S]*octocat/);
  });

  test("triggers/src/webhook-server.ts verifies a webhook", async () => {
    const platform = await start();
    await enableStar(platform);
    const port = await freePort();
    const { prints } = await runScript("triggers/src/webhook-server.ts", platform, { PORT: String(port) });
    await prints(/running at/);
    await post(platform, "/api/v3.1/webhook_subscriptions", {
      webhook_url: `http://127.0.0.1:${port}/webhook`,
      enabled_events: ["composio.trigger.message"],
      version: "V3",
    });
    await platform.fire(STAR, { data: { starred_by: "octocat" } });
    await prints(/Webhook verified successfully[\s\S]*octocat/);
  });
});
