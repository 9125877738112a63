import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
/** Where what checks the package is installed. */
const checks = join(root, "test/package");
const children = new Set<ChildProcess>();
let folder: string;
let tarball: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earshot-package-"));
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
  });
  tarball = join(folder, (JSON.parse(stdout) as [{ filename: string }])[0].filename);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball], { cwd: folder });
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** Starts a program of the package and waits for a line of its output. */
async function started(args: string[], line: RegExp, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  const seen: string[] = [];
  let notify: () => void = () => undefined;
  let closed = false;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (text) => {
      seen.push(text);
      notify();
    });
  }
  const exited = new Promise<number | null>((resolve) =>
    child.once("close", (code) => {
      closed = true;
      notify();
      resolve(code);
    }),
  );
  const until = async (wanted: RegExp) => {
    for (;;) {
      const found = seen.find((text) => wanted.test(text));
      if (found !== undefined) return found;
      if (closed) throw new Error(`ended without ${wanted}:\n${seen.join("\n")}`);
      await new Promise<void>((resolve) => {
        notify = resolve;
      });
    }
  };
  return { child, exited, until, first: await until(line) };
}

const esm = `
import { Toolset } from "earshot";
const toolset = new Toolset();
await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });
const listener = toolset.createTriggerListener();
listener.callback("GITHUB_STAR_ADDED_EVENT", async (event) => {
  console.log("starred by", event.payload.starred_by);
});
listener.on("websocket.ready", () => console.log("ready"));
await listener.waitForever();
`;

const cjs = `
const { Toolset } = require("earshot");
(async () => {${esm.replace(/^import.*$/m, "")}})();
`;

test("the ten-line script runs from the tarball, as a module and as CommonJS, against the packed local platform", async () => {
  const cli = join(folder, "node_modules/earshot/dist/cli.cjs");
  const platform = await started([cli, "dev", "--port", "0"], /http:\/\/127\.0\.0\.1:\d+/);
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(platform.first)?.[0] ?? "";
  const env = { COMPOSIO_API_KEY: "local", COMPOSIO_BASE_URL: url };
  for (const [name, code] of [
    ["agent.mjs", esm],
    ["agent.cjs", cjs],
  ] as const) {
    await writeFile(join(folder, name), code);
    const agent = await started([name], /^ready$/, env);
    await run(
      process.execPath,
      [cli, "fire", "GITHUB_STAR_ADDED_EVENT", "--data", JSON.stringify({ starred_by: name })],
      { cwd: folder, env: { ...process.env, ...env } },
    );
    await agent.until(new RegExp(`^starred by ${name}$`));
    agent.child.kill("SIGTERM");
    expect(await agent.exited).toBe(0);
  }
  platform.child.kill("SIGTERM");
  expect(await platform.exited).toBe(0);
});

test("the packed command line has with it what its commands load: types, completion, questions", async () => {
  const cli = join(folder, "node_modules/earshot/dist/cli.cjs");
  const platform = await started([cli, "dev", "--port", "0"], /http:\/\/127\.0\.0\.1:\d+/);
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(platform.first)?.[0] ?? "";
  const env = { ...process.env, COMPOSIO_API_KEY: "local", COMPOSIO_BASE_URL: url };
  const earshot = async (...args: string[]) =>
    (await run(process.execPath, [cli, ...args], { cwd: folder, env })).stdout;
  expect(await earshot("types", "GITHUB_STAR_ADDED_EVENT")).toMatch(/starred_by: string/);
  expect(await earshot("complete", "--", "trig")).toMatch(/^triggers\t/);
  const command = `stty cols 80 rows 24; exec '${process.execPath}' '${cli}' triggers enable GITHUB_STAR_ADDED_EVENT`;
  const terminal = spawn("script", ["-qfec", command, "/dev/null"], {
    cwd: folder,
    env: { ...env, SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => terminal.once("close", resolve));
  let shown = "";
  terminal.stdout.setEncoding("utf8").on("data", (text: string) => {
    const before = shown;
    shown += text;
    // Ctrl-C, once it has asked.
    if (/owner \(string\)/.test(shown) && !/owner \(string\)/.test(before)) terminal.stdin.write("\u0003");
  });
  expect(await ended, shown).toBe(130);
  platform.child.kill("SIGTERM");
  await platform.exited;
});

test("the core depends on four packages, and an install brings nothing else", async () => {
  const manifest = JSON.parse(await readFile(join(folder, "node_modules/earshot/package.json"), "utf8"));
  expect(Object.keys(manifest.dependencies).sort()).toEqual(["eventemitter3", "undici", "ws", "zod"]);
  const { stdout } = await run("npm", ["ls", "--all", "--parseable"], { cwd: folder });
  const installed = stdout
    .trim()
    .split("\n")
    .slice(1)
    .map((path) => path.split("node_modules/").at(-1));
  expect(installed.sort()).toEqual(["earshot", "eventemitter3", "undici", "ws", "zod"]);
});

test("publint finds nothing", async () => {
  const { stdout } = await run("npx", ["publint", "--strict", tarball], { cwd: checks });
  expect(stdout).toMatch(/All good!/);
});

test("the types resolve in every way a user may import them", async () => {
  const { stdout } = await run("npx", ["attw", tarball, "--format", "ascii", "--no-color"], { cwd: checks });
  expect(stdout).toMatch(/No problems found/);
});

test("a subpath whose peer is not installed says what to install, where Node has none itself", async () => {
  await writeFile(
    join(folder, "peer.mjs"),
    `import { sqliteInbox } from "earshot/sqlite";
     import { TriggerListener, github } from "earshot";
     const listener = new TriggerListener({ inbox: sqliteInbox({ path: "x.db" }), webhook: { port: 0, routes: { "/g": github({ secrets: ["a secret of some length"] }) } } });
     await listener.start().then(() => listener.stop()).then(() => console.log("started"), (error) => console.log(error.code, error.message));`,
  );
  const { stdout } = await run(process.execPath, ["peer.mjs"], { cwd: folder });
  if (isBuiltin("node:sqlite")) expect(stdout).toBe("started\n");
  else expect(stdout).toMatch(/ERR_PEER_MISSING.*better-sqlite3/);
});
