import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { type Ended, earshot, jsonLines } from "./cli.js";

let platform: Platform;
let config: string;
const file = () => join(config, "earshot/profiles.json");

beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());
beforeEach(async () => {
  config = await mkdtemp(join(tmpdir(), "earshot-config-"));
});
afterEach(() => rm(config, { recursive: true, force: true }));

const run = (args: string[], env: Record<string, string> = {}, input?: string): Promise<Ended> =>
  earshot(args, { env: { XDG_CONFIG_HOME: config, ...env }, ...(input !== undefined && { input }) });
const login = (...more: string[]) =>
  run(["login", "--base-url", platform.url, ...more], {}, "key-of-login\n");

test("a key from stdin is stored for its owner only, and used", async () => {
  const { code, stdout, stderr } = await login();
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr).toMatch(/Stored/);
  expect(stderr).not.toContain("key-of-login");
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  expect((await stat(join(config, "earshot"))).mode & 0o777).toBe(0o700);
  const used = await run(["triggers", "ls", "--json"]);
  expect(used.code).toBe(0);
  expect(jsonLines(used.stdout).length).toBeGreaterThan(10);
});

test("a file that other users can read is found by doctor, and fixed by the next login", async () => {
  await login();
  await chmod(file(), 0o644);
  const found = await run(["doctor", "--json"]);
  expect(jsonLines(found.stdout)).toContainEqual({
    check: "profiles",
    status: "fix",
    detail: expect.stringMatching(/other users can read/),
    todo: `Run: chmod 600 ${file()}`,
  });
  await login();
  expect((await stat(file())).mode & 0o777).toBe(0o600);
});

test("--profile: several keys, each under its name; EARSHOT_PROFILE selects one too", async () => {
  expect(jsonLines((await login("--profile", "local", "--json")).stdout)).toEqual([
    { profile: "local", baseUrl: platform.url, file: file(), checked: true },
  ]);
  expect((await run(["triggers", "active", "--profile", "local"])).code).toBe(0);
  expect((await run(["triggers", "active"], { EARSHOT_PROFILE: "local" })).code).toBe(0);
  const without = await run(["triggers", "active"]);
  expect(without.code).toBe(2);
  expect(without.stderr).toMatch(/ERR_KEY_MISSING[\s\S]*earshot login/);
  const unknown = await run(["triggers", "active", "--profile", "other"]);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/no profile other \(stored: local\)/);
});

test("a stored key is sent only to its own platform", async () => {
  await login();
  const { code, stderr } = await run(["triggers", "ls"], { COMPOSIO_BASE_URL: "http://127.0.0.1:1" });
  expect(code).toBe(2);
  expect(stderr).toMatch(/ERR_KEY_MISSING/);
});

test("an API key that the platform rejects is not stored", async () => {
  const { code } = await run(["login", "--base-url", platform.url], {}, "invalid-key");
  expect(code).toBe(4);
  await expect(stat(file())).rejects.toThrow(/ENOENT/);
  const unchecked = await run(["login", "--base-url", platform.url, "--no-check"], {}, "invalid-key");
  expect(unchecked.code).toBe(0);
  expect(JSON.parse(await readFile(file(), "utf8"))).toEqual({
    default: { apiKey: "invalid-key", baseUrl: platform.url },
  });
});

test("logout deletes it", async () => {
  await login();
  expect((await run(["logout", "--json"])).stdout).toBe('{"profile":"default"}\n');
  expect((await run(["triggers", "ls"])).code).toBe(2);
  const again = await run(["logout"]);
  expect(again.code).toBe(2);
  expect(again.stderr).toMatch(/no profile default/);
});

test.each([
  [["login"], "", /no API key on stdin/],
  [["login"], "two words", /spaces or line breaks/],
  [["login", "--profile", "a/b"], "key", /letters, digits/],
  [["login", "--base-url", "localhost"], "key", /http:\/\//],
])("%j with %j is a usage error", async (args, input, message) => {
  const { code, stdout, stderr } = await run(args, {}, input);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(message);
});

test("a directory that cannot be made is told in one line, with the variable that names another", async () => {
  // A link to nowhere in the place of a directory: as root, a test can write everywhere else.
  await symlink(join(config, "nowhere"), join(config, "earshot"));
  const env = { COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" };
  for (const [args, variable] of [
    [["login", "--base-url", platform.url], "XDG_CONFIG_HOME"],
    [["listen", "--forward", "http://127.0.0.1:9/in", "--for", "1"], "XDG_STATE_HOME"],
    [["listen", "--enable", "SLACK_RECEIVE_MESSAGE", "--for", "1"], "XDG_STATE_HOME"],
  ] as const) {
    const { code, stderr } = await run([...args], { ...env, [variable]: config }, "key-of-login\n");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(new RegExp(`^error: .* cannot be written: .* Set ${variable}.*\n$`)),
    });
  }
});

test("a damaged file is reported, not overwritten", async () => {
  await login();
  for (const damaged of ["{", "[]", '"text"']) {
    await writeFile(file(), damaged);
    const { code, stderr } = await login();
    expect(code).toBe(2);
    expect(stderr).toMatch(/damaged/);
    expect(await readFile(file(), "utf8")).toBe(damaged);
  }
});
