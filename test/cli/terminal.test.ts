import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { Toolset } from "../../src/index.js";
import { atTerminal, CTRL_C, DOWN, ENTER } from "./terminal.js";

let platform: Platform;
let toolset: Toolset;
let folder: string;

const catalog = [
  {
    name: "ACME_ORDER_PLACED",
    appName: "acme",
    displayName: "Order placed",
    description: "Fires for each order.",
    config: {
      type: "object",
      required: ["shop", "size"],
      properties: {
        shop: { type: "string", description: "Whose orders.", pattern: "^[a-z]+$" },
        size: { enum: ["small", "large"], description: "Which orders." },
        every: { type: "integer", default: 5, description: "Minutes between looks." },
      },
    },
    payload: { type: "object", properties: { order: { type: "string" } } },
  },
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earshot-terminal-"));
  const file = join(folder, "catalog.json");
  await writeFile(file, JSON.stringify(catalog));
  platform = await startPlatform({ catalog: file });
  toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
});
afterAll(async () => {
  await toolset.close();
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

const env = () => ({ COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" });

test("enable prompts for missing fields, with descriptions, choices and defaults, and again for invalid ones", async () => {
  const terminal = await atTerminal(["triggers", "enable", "ACME_ORDER_PLACED"], env());
  await terminal.see(/shop \(string\): Whose orders\./);
  terminal.press("ACME");
  await terminal.see(/ACME/);
  terminal.press(ENTER);
  await terminal.see(/size \("small" \| "large"\): Which orders\.[\s\S]*small[\s\S]*large/);
  terminal.press(DOWN);
  await terminal.see(/large/);
  terminal.press(ENTER);
  await terminal.see(/Set optional fields too \(every\)\?/);
  terminal.press("y");
  await terminal.see(/every \(integer, optional\): Minutes between looks\.[\s\S]*5/);
  terminal.press(ENTER);
  await terminal.see(/shop must match/);
  await terminal.see(/shop \(string\): Whose orders\./);
  terminal.press("acme");
  await terminal.see(/acme/);
  terminal.press(ENTER);
  await terminal.see(/Enabled ACME_ORDER_PLACED[\s\S]*waitForever/);
  expect(await terminal.ended).toBe(0);
  const [active] = await toolset.activeTriggers({ triggerNames: "ACME_ORDER_PLACED" });
  expect(active?.config).toEqual({ shop: "acme", size: "large", every: 5 });
});

test("Ctrl-C at a prompt: 130, and nothing is enabled", async () => {
  const before = (await toolset.activeTriggers()).length;
  const terminal = await atTerminal(["triggers", "enable", "ACME_ORDER_PLACED"], env());
  await terminal.see(/shop \(string\)/);
  terminal.press(CTRL_C);
  expect(await terminal.ended).toBe(130);
  expect((await toolset.activeTriggers()).length).toBe(before);
});

test("--no-ask prompts for nothing on a terminal either", async () => {
  const terminal = await atTerminal(["triggers", "enable", "ACME_ORDER_PLACED", "--no-ask"], env());
  await terminal.see(/shop is required[\s\S]*ERR_TRIGGER_CONFIG/);
  expect(await terminal.ended).toBe(1);
});

test("login prompts for the key and does not display it", async () => {
  const terminal = await atTerminal(["login", "--base-url", platform.url], { XDG_CONFIG_HOME: folder });
  await terminal.see(/API key for http/);
  terminal.press("key-typed-here");
  await terminal.see(/[^a-z\s]{14}/);
  terminal.press(ENTER);
  await terminal.see(/Stored/);
  expect(await terminal.ended).toBe(0);
  expect(terminal.raw()).not.toContain("key-typed");
});

test("listen: one line per event, as wide as the terminal; its number and Enter print it in full", async () => {
  await toolset.enableTrigger("ACME_ORDER_PLACED", { config: { shop: "live", size: "small" } });
  const terminal = await atTerminal(["listen"], env(), 90);
  await terminal.see(/Listening\./);
  await platform.fire("ACME_ORDER_PLACED", { data: { order: "first", note: "x".repeat(200) } });
  await terminal.see(/#1 {2}ACME_ORDER_PLACED[^\n]*…\n/);
  await platform.fire("ACME_ORDER_PLACED", { data: { order: "second" } });
  await terminal.see(/#2 {2}ACME_ORDER_PLACED/);
  const lines = terminal
    .shown()
    .split("\n")
    .filter((line) => /#\d/.test(line));
  expect(lines.every((line) => line.length <= 90)).toBe(true);
  terminal.press(`1${ENTER}`);
  await terminal.see(/"order": "first",\n +"note": "x{200}"/);
  terminal.press(ENTER);
  await terminal.see(/"order": "second"/);
  terminal.press(`99${ENTER}`);
  await terminal.see(/no event with this number/);
  terminal.press(CTRL_C);
  expect(await terminal.ended).toBe(130);
});

test("tables fit the terminal, colored; NO_COLOR has none", async () => {
  for (const columns of [200, 80, 40]) {
    const terminal = await atTerminal(["triggers", "ls", "--app", "github,acme"], env(), columns);
    expect(await terminal.ended).toBe(0);
    const lines = terminal.shown().trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(5);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(terminal.raw()).toContain("\u001b[1m");
  }
  const uncolored = await atTerminal(["triggers", "ls"], { ...env(), NO_COLOR: "1" });
  await uncolored.ended;
  expect(uncolored.raw()).toContain("ACME_ORDER_PLACED");
  expect(uncolored.raw()).not.toContain("\u001b[");
});
