import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../support/free-port.js";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const ROUNDS = 9;

/** What somebody would write who wants a page on a port and nothing else. */
const bareServer = `#!/usr/bin/env node
const { readFile } = require("node:fs");
const { createServer } = require("node:http");
createServer((request, response) => {
  readFile(__dirname + "/page.html", (error, page) => {
    response.writeHead(error ? 500 : 200, { "content-type": "text/html" }).end(page);
  });
}).listen(Number(process.argv[2]), "127.0.0.1");
`;

test("from `npx earshot dev` to a usable page takes less than 1.5 times what a bare server takes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "earshot-start-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await mkdir(join(folder, "bare"));
  await writeFile(join(folder, "bare/bare.cjs"), bareServer);
  await writeFile(join(folder, "bare/page.html"), "<!doctype html><title>Bare</title>".padEnd(1000));
  const bare = { name: "bare", version: "1.0.0", bin: "bare.cjs" };
  await writeFile(join(folder, "bare/package.json"), JSON.stringify(bare));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", `./${filename}`, "./bare"], {
    cwd: folder,
  });

  const commands = {
    bare: (port: string) => ["npx", "bare", port],
    earshot: (port: string) => ["npx", "earshot", "dev", "--port", port],
    "bare, without npx": (port: string) => [process.execPath, "bare/bare.cjs", port],
    "earshot, without npx": (port: string) => ["node_modules/.bin/earshot", "dev", "--port", port],
  };
  const tookMs = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
  // In turns: what disturbs the machine disturbs all of them.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, command] of Object.entries(commands)) {
      tookMs.get(name)?.push(await startMs(command, folder));
    }
  }
  const of = (name: keyof typeof commands) => median(tookMs.get(name) ?? []);
  const ratio = of("earshot") / of("bare");
  const direct = of("earshot, without npx") / of("bare, without npx");
  const row = (name: keyof typeof commands) => `${of(name).toFixed(0)} ms`;
  process.stdout.write(
    `from the command to the page, median of ${ROUNDS}: ${row("earshot")} beside ${row("bare")} of a bare server (${ratio.toFixed(2)}); without npx ${row("earshot, without npx")} beside ${row("bare, without npx")} (${direct.toFixed(2)})\n`,
  );
  expect(ratio).toBeLessThan(1.5);
});

/** Milliseconds from a command to its page, with all that the page loads first. */
async function startMs(command: (port: string) => string[], folder: string): Promise<number> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const [program = "", ...args] = command(String(port));
  const began = performance.now();
  const child = spawn(program, args, { cwd: folder, detached: true, stdio: "ignore" });
  try {
    const page = await pageOf(url, child);
    for (const [, path] of page.matchAll(/(?:src|href)="\.?(\/[^"]+\.(?:js|css))"/g)) {
      expect((await fetch(url + path)).status, path).toBe(200);
    }
    return performance.now() - began;
  } finally {
    // npx has children of its own.
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
  }
}

async function pageOf(url: string, child: { readonly exitCode: number | null }): Promise<string> {
  const giveUpAt = performance.now() + 30_000;
  while (performance.now() < giveUpAt) {
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode} before it had a page.`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return answer.text();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error("There was no page within 30 s.");
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
