import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
let folder: string;
let agent: string;
let child: ChildProcess | undefined;

// What a user does: `npx earshot init agent`, then `npm install`; the tarball stands in for the published version.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earshot-init-"));
  agent = join(folder, "agent");
  const packing = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const { stdout } = await run("npm", packing, { cwd: root });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await run(process.execPath, [join(root, "dist/cli.cjs"), "init", agent]);
  const file = join(agent, "package.json");
  const manifest = JSON.parse(await readFile(file, "utf8"));
  manifest.dependencies.earshot = `file:${join(folder, filename)}`;
  await writeFile(file, JSON.stringify(manifest));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: agent });
});
afterAll(async () => {
  // The whole group: npm starts the agent as a child of its own.
  if (child?.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

test("the agent that init writes passes its type check", async () => {
  await run("npm", ["run", "typecheck"], { cwd: agent });
});

test("it runs with one command, without keys, and replies to its first message", async () => {
  const env = { ...process.env, PORT: "0", COMPOSIO_API_KEY: "", OPENAI_API_KEY: "" };
  const started = spawn("npm", ["start"], {
    cwd: agent,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child = started;
  const lines: string[] = [];
  const replied = new Promise<void>((resolve, reject) => {
    for (const stream of [started.stdout, started.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (/^posted: \{"ok":true.*Scripted model's reply to: Deploying on a Friday/.test(line)) resolve();
      });
    }
    started.once("close", () => reject(new Error(`ended without a reply:\n${lines.join("\n")}`)));
  });
  await replied;
  const ended = new Promise((resolve) => started.once("close", resolve));
  process.kill(-(started.pid ?? 0), "SIGTERM");
  await ended;
  expect(lines.join("\n")).not.toMatch(/Error/);
});
