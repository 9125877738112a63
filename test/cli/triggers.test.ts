import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { configOf, typedValue } from "../../src/cli/options/config-value.js";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { control } from "../dev/rest/fixture.js";
import { compile, run as runProgram } from "../support/program.js";
import { type Ended, earshot, jsonLines, programFile, type Surroundings, start } from "./cli.js";

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(() => platform.stop());

const run = (args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> =>
  earshot(args, {
    ...surroundings,
    env: { COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local", ...surroundings.env },
  });

const enable = async (...config: string[]): Promise<string> =>
  (await run(["triggers", "enable", "GITHUB_STAR_ADDED_EVENT", ...config])).stdout.trim();

test("ls: a table as text, full triggers as JSON Lines", async () => {
  const { code, stdout } = await run(["triggers", "ls", "--app", "github,slack"]);
  expect(code).toBe(0);
  const [heading, ...rows] = stdout.trimEnd().split("\n");
  expect(heading).toMatch(/^NAME +APP +DESCRIPTION$/);
  expect(rows.some((row) => /^GITHUB_STAR_ADDED_EVENT +github +\S/.test(row))).toBe(true);
  expect(rows.every((row) => /^\w+ +(github|slack) /.test(row))).toBe(true);
  const all = jsonLines(
    (await run(["triggers", "ls", "--app", "github", "--app", "slack", "--json"])).stdout,
  );
  expect(all).toHaveLength(rows.length);
  expect(all.find(({ name }) => name === "GITHUB_STAR_ADDED_EVENT")).toMatchObject({
    appName: "github",
    config: { properties: { owner: { type: "string" } } },
  });
});

test("an empty COMPOSIO_API_KEY is named as the variable, not as an option of the library", async () => {
  const { code, stderr } = await run(["triggers", "ls"], { env: { COMPOSIO_API_KEY: "" } });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      "error: COMPOSIO_API_KEY is set but empty. Set it, or unset it to use the key of `earshot login`\n",
  });
});

test("ls: without matches it exits with 0", async () => {
  expect(await run(["triggers", "ls", "--search", "no such thing"])).toMatchObject({
    code: 0,
    stdout: "",
    stderr: expect.stringMatching(/No matching triggers/),
  });
});

test("show: the config's fields and the command to enable it with", async () => {
  const { stdout } = await run(["triggers", "show", "github_star_added_event"]);
  expect(stdout).toMatch(/^ {2}owner +string +required +\S/m);
  expect(stdout).toMatch(/^ {2}starred_by +string/m);
  expect(stdout).toContain(
    "earshot triggers enable GITHUB_STAR_ADDED_EVENT --config owner=… --config repo=…",
  );
});

test("show: for an unknown name, it suggests the nearest", async () => {
  const { code, stdout, stderr } = await run(["triggers", "show", "GITHUB_STAR_ADED_EVENT"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/GITHUB_STAR_ADDED_EVENT[\s\S]*ERR_TRIGGER_UNKNOWN/);
});

test("enable: by --config, from a file, from stdin; only the id on stdout", async () => {
  expect(await enable("--config", "owner=acme", "--config", "repo=one")).toMatch(/^ti_\w+$/);
  const file = join(tmpdir(), `earshot-config-${process.pid}.json`);
  await writeFile(file, '{"owner":"acme","repo":"two"}');
  expect(await enable("--config-file", file, "--config", "repo=three")).toMatch(/^ti_\w+$/);
  const piped = await run(["triggers", "enable", "GITHUB_STAR_ADDED_EVENT", "--config-file", "-", "--json"], {
    input: '{"owner":"acme","repo":"four"}',
  });
  expect(jsonLines(piped.stdout)).toMatchObject([{ triggerName: "GITHUB_STAR_ADDED_EVENT" }]);
  const active = jsonLines((await run(["triggers", "active", "--json"])).stdout);
  expect(active.map(({ config }) => (config as { repo: string }).repo).sort()).toEqual(
    expect.arrayContaining(["one", "three", "four"]),
  );
});

test("enable: every problem of the config has its line", async () => {
  const { code, stdout, stderr } = await run(["triggers", "enable", "GITHUB_STAR_ADDED_EVENT"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/owner[\s\S]*repo[\s\S]*ERR_TRIGGER_CONFIG/);
});

test("disable, active --all, rm", async () => {
  const id = await enable("--config", "owner=acme", "--config", "repo=gone");
  const states = async (...args: string[]) =>
    jsonLines((await run(["triggers", "active", ...args, "--json"])).stdout)
      .filter((it) => it.id === id)
      .map(({ enabled }) => enabled);
  expect(await states()).toEqual([true]);
  expect(await run(["triggers", "disable", id])).toMatchObject({ code: 0, stdout: `${id}\n` });
  expect(await states()).toEqual([]);
  expect(await states("--all")).toEqual([false]);
  expect(jsonLines((await run(["triggers", "rm", id, "--json"])).stdout)).toEqual([{ triggerId: id }]);
  expect(await states("--all")).toEqual([]);
  const again = await run(["triggers", "rm", "ti_nothere"]);
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect(again.stderr).toMatch(/ti_nothere|not found/i);
});

test("logs: newest first, payloads as JSON", async () => {
  await enable("--config", "owner=acme", "--config", "repo=logged");
  const { logIds } = await platform.fire("GITHUB_STAR_ADDED_EVENT", { data: { starred_by: "ada" } });
  const lines = jsonLines((await run(["logs", "--json", "--limit", "1"])).stdout);
  expect(lines).toMatchObject([{ id: logIds.at(-1), payload: { starred_by: "ada" } }]);
  expect((await run(["logs", "--since", "1h", "--trigger", "github_star_added_event"])).stdout).toMatch(
    new RegExp(`${logIds.at(-1)} +GITHUB_STAR_ADDED_EVENT +success +.*ada`),
  );
  expect(await run(["logs", "--until", "2020-01-01"])).toMatchObject({ code: 0, stdout: "" });
});

test("an API key that the platform rejects: 4", async () => {
  const { code, stdout, stderr } = await run(["triggers", "ls"], {
    env: { COMPOSIO_API_KEY: "invalid-key" },
  });
  expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
  expect(stderr).toMatch(/ERR_UNAUTHORIZED/);
});

test("no server at the local platform's port: 3, and what to run", async () => {
  const env = { COMPOSIO_BASE_URL: "http://127.0.0.1:1" };
  const { code, stdout, stderr } = await run(["triggers", "ls"], { env });
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/ECONNREFUSED[\s\S]*earshot dev --port 1/);
});

test("untrusted text cannot control the terminal", async () => {
  await platform.fire("GITHUB_STAR_ADDED_EVENT", { data: { starred_by: "\u009b2Jada\u202e" } });
  const { stdout } = await run(["logs", "--limit", "1"]);
  expect(stdout).toContain("ada");
  expect(stdout).not.toMatch(/[\u009b\u202e]/);
});

test("a closed pipe ends it without an error, with 0", async () => {
  const ls = await start(["triggers", "ls", "--json"], {
    env: { COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" },
  });
  ls.child.stdout?.destroy();
  expect(await ls.ended).toMatchObject({ code: 0, signal: null, stdout: "", stderr: "" });
});

test.skipIf(!existsSync("/dev/full"))(
  "a full disk under stdout is told, with 1: the results are lost",
  async () => {
    const full = openSync("/dev/full", "w");
    const program = await programFile();
    for (const args of [
      ["triggers", "ls", "--json"],
      ["providers", "ls"],
      ["completion", "bash"],
    ]) {
      const child = spawn(process.execPath, [program, ...args], {
        env: { ...process.env, COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" },
        stdio: ["ignore", full, "pipe"],
      });
      let stderr = "";
      child.stderr?.on("data", (chunk) => {
        stderr += chunk;
      });
      const [code] = await once(child, "close");
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/stdout cannot be written: ENOSPC/),
      });
    }
    closeSync(full);
  },
);

test("enable: the printed code receives that trigger's events, unchanged", async () => {
  const { stdout, stderr } = await run([
    ...["triggers", "enable", "GITHUB_STAR_ADDED_EVENT"],
    ...["--config", "owner=acme", "--config", "repo=code"],
  ]);
  const code = stderr.slice(stderr.indexOf("import "));
  expect(code.trim().split("\n").length).toBeLessThanOrEqual(10);
  const file = join(tmpdir(), `earshot-code-${process.pid}.ts`);
  await writeFile(file, code);
  const program = runProgram(await compile(file, "printed-code"), [], {
    COMPOSIO_BASE_URL: platform.url,
    COMPOSIO_API_KEY: "local",
  });
  await expect.poll(() => platform.connections().length, { timeout: 60_000 }).toBe(1);
  await expect.poll(() => platform.connections()[0]?.channels.length, { timeout: 60_000 }).toBe(1);
  const { logIds } = await platform.fire("GITHUB_STAR_ADDED_EVENT", { triggerId: stdout.trim() });
  await program.line(new RegExp(`^${logIds[0]} `));
});

test("enable: text stays text where the schema wants text, and lists may be written with commas", () => {
  const field = (...kinds: string[]) => ({ kinds: new Set(kinds) });
  expect(typedValue(field("string"), "007")).toBe("007");
  expect(typedValue(field("integer"), "7")).toBe(7);
  expect(typedValue(field("number", "string"), "7")).toBe(7);
  expect(typedValue(field("boolean"), "true")).toBe(true);
  expect(typedValue(field("string", "null"), "null")).toBe(null);
  expect(typedValue(field("array"), "a, b")).toEqual(["a", "b"]);
  expect(typedValue(field("array"), '["a,b"]')).toEqual(["a,b"]);
  expect(typedValue(field("object"), '{"a":1}')).toEqual({ a: 1 });
  expect(typedValue(field("integer"), "many")).toBe("many");
  const config = configOf(
    {},
    new Map([
      ["__proto__.x", "1"],
      ["a.b", "2"],
    ]),
    { a: { c: 3 } },
  );
  expect(config.a).toEqual({ c: 3, b: 2 });
  expect(Object.hasOwn(config, "__proto__")).toBe(true);
  expect(({} as { x?: unknown }).x).toBeUndefined();
});

test("status: the counts, and what is disabled and why", async () => {
  const own = await startPlatform();
  const on = (args: readonly string[]) =>
    earshot(args, { env: { COMPOSIO_BASE_URL: own.url, COMPOSIO_API_KEY: "local" } });
  try {
    const config = ["--config", "owner=acme", "--config", "repo=site"];
    const id = (await on(["triggers", "enable", "GITHUB_STAR_ADDED_EVENT", ...config])).stdout.trim();
    await on(["triggers", "enable", "GITHUB_COMMIT_EVENT", ...config]);
    await control(own, "POST", `/instances/${id}/disable`, { reason: "subscription_auth_failure" });
    const { code, stdout } = await on(["triggers", "status"]);
    expect(code).toBe(0);
    expect(stdout).toContain("1 enabled, 1 disabled");
    expect(stdout).toMatch(new RegExp(`${id} +GITHUB_STAR_ADDED_EVENT .*subscription_auth_failure`));
    const json = jsonLines((await on(["triggers", "status", "--json"])).stdout);
    expect(json).toMatchObject([{ counts: { enabled: 1, disabled: 1 }, disabled: [{ id }] }]);
  } finally {
    await own.stop();
  }
});

test("ls --json --full: a catalog that the local platform takes", async () => {
  const { stdout } = await run(["triggers", "ls", "--app", "github", "--json", "--full"]);
  const file = join(tmpdir(), `catalog-${process.pid}.json`);
  await writeFile(file, stdout);
  const own = await startPlatform({ catalog: file, builtInTriggers: false });
  try {
    const surroundings = { env: { COMPOSIO_BASE_URL: own.url, COMPOSIO_API_KEY: "local" } };
    const names = async (at: Surroundings) =>
      jsonLines((await run(["triggers", "ls", "--app", "github", "--json"], at)).stdout).map(
        ({ name, config }) => [name, config],
      );
    expect(await names(surroundings)).toEqual(await names({}));
  } finally {
    await own.stop();
  }
  expect(await run(["triggers", "ls", "--full"])).toMatchObject({ code: 2 });
});
