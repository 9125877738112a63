import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { Toolset } from "../../src/index.js";
import { begin, type Command, earshot, jsonLines, start } from "./cli.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
const config = ["--config", "owner=acme", "--config", "repo=site"];
let platform: Platform;
let toolset: Toolset;
let state: string;

beforeEach(async () => {
  platform = await startPlatform();
  toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  state = await mkdtemp(join(tmpdir(), "earshot-state-"));
});
afterEach(async () => {
  await toolset.close();
  await platform.stop();
  await rm(state, { recursive: true, force: true });
});

const env = () => ({ COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local", XDG_STATE_HOME: state });
const stateFiles = () => readdir(join(state, "earshot/temporary-triggers"));
const enabled = async () =>
  (await toolset.activeTriggers({ showDisabled: true })).map((it) => [it.triggerName, it.enabled]);

async function listening(...args: string[]): Promise<Command> {
  const command = begin(["listen", ...args], { env: env() });
  await command.err(/Listening\./);
  return command;
}

/** A process that is killed while it listens. */
async function killed(signal: NodeJS.Signals, ...args: string[]): Promise<number | null> {
  const running = await start(["listen", ...args], { env: env() });
  await running.err(/Listening\./);
  running.child.kill(signal);
  return (await running.ended).code;
}

test("--enable enables the trigger, receives its events, and removes it at exit", async () => {
  const listen = await listening("--enable", STAR.toLowerCase(), ...config, "--json", "--max-events", "1");
  expect(await enabled()).toEqual([[STAR, true]]);
  expect(await stateFiles()).toHaveLength(1);
  await platform.fire(STAR, { data: { starred_by: "ada" } });
  const { code, stdout } = await listen.ended;
  expect(code).toBe(0);
  expect(jsonLines(stdout)).toMatchObject([{ triggerName: STAR, payload: { starred_by: "ada" } }]);
  expect(await enabled()).toEqual([]);
  expect(await stateFiles()).toEqual([]);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s removes it too", async (signal, code) => {
  expect(await killed(signal, "--enable", STAR, ...config)).toBe(code);
  expect(await enabled()).toEqual([]);
  expect(await stateFiles()).toEqual([]);
});

test("after SIGKILL the trigger stays until the next start removes it", async () => {
  await killed("SIGKILL", "--enable", STAR, ...config);
  expect(await enabled()).toEqual([[STAR, true]]);
  const next = await listening();
  expect(next.stderr()).toMatch(/left enabled by a killed command, was removed/);
  expect(await enabled()).toEqual([]);
  expect(await stateFiles()).toEqual([]);
});

test("another project's key does not remove the trigger", async () => {
  await killed("SIGKILL", "--enable", STAR, ...config);
  const other = begin(["listen"], { env: { ...env(), COMPOSIO_API_KEY: "another" } });
  await other.err(/Listening\./);
  expect(await enabled()).toEqual([[STAR, true]]);
});

test("a trigger that two commands need is removed by the last one", async () => {
  const first = await listening("--enable", STAR, ...config);
  const second = await listening("--enable", STAR, ...config);
  first.signal("SIGINT");
  await first.ended;
  expect(await enabled()).toEqual([[STAR, true]]);
  second.signal("SIGINT");
  await second.ended;
  expect(await enabled()).toEqual([]);
});

test("a trigger that was enabled before stays; one that was disabled is disabled again", async () => {
  const before = await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
  const listen = await listening("--enable", STAR, ...config);
  expect(listen.stderr()).toMatch(/is already enabled/);
  listen.signal("SIGINT");
  await listen.ended;
  expect(await enabled()).toEqual([[STAR, true]]);
  await toolset.disableTrigger(before.triggerId);
  const again = await listening("--enable", STAR, ...config);
  expect(await enabled()).toEqual([[STAR, true]]);
  again.signal("SIGINT");
  await again.ended;
  expect(await enabled()).toEqual([[STAR, false]]);
});

test("an invalid config: 1, every problem, and no state file remains", async () => {
  const { code, stdout, stderr } = await earshot(["listen", "--enable", STAR], { env: env() });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/owner[\s\S]*repo[\s\S]*ERR_TRIGGER_CONFIG/);
  expect(await stateFiles()).toEqual([]);
});
