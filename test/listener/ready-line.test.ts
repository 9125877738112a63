import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { isQuiet } from "../../src/settings/environment.js";
import { compile, run } from "../support/program.js";

let platform: Platform;
let program: string;
beforeAll(async () => {
  platform = await startPlatform();
  program = await compile(join(import.meta.dirname, "programs/ready.ts"));
});
afterAll(() => platform.stop());

const env = () => ({ COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" });

/** Runs the program at a pseudo terminal, which util-linux's `script` makes. @returns what it shows until `wanted` */
async function atTerminal(args: string, wanted: RegExp, own: Record<string, string> = {}): Promise<string> {
  const child = spawn("script", ["-qfec", `exec '${process.execPath}' '${program}' ${args}`, "/dev/null"], {
    env: { PATH: process.env.PATH, SHELL: "/bin/sh", ...env(), ...own },
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let shown = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
      if (wanted.test(shown)) resolve();
    });
    child.once("close", () => reject(new Error(`ended without ${wanted}:\n${shown}`)));
  });
  child.stdin.write("\u0003");
  await new Promise((resolve) => child.once("close", resolve));
  return shown;
}

test("on a terminal waitForever writes once that it receives over the WebSocket, and for how many callbacks", async () => {
  const shown = await atTerminal("websocket", /earshot: receiving/);
  expect(shown).toMatch(/earshot: receiving events over the WebSocket, for 1 callback\. Ctrl-C stops it\./);
  expect(shown.match(/earshot: receiving/g)).toHaveLength(1);
});

test("on a terminal waitForever names the URL of its webhook server", async () => {
  const shown = await atTerminal("webhook", /earshot: receiving/);
  expect(shown).toMatch(/receiving events at http:\/\/\S+:\d+\S*, for 2 callbacks\./);
});

test.each([
  ["EARSHOT_QUIET=1", "websocket", { EARSHOT_QUIET: "1" }],
  ["signals: false", "signals-off", {}],
])("with %s nothing is said on a terminal", async (_, args, own) => {
  expect(await atTerminal(args, /is ready/, own)).not.toMatch(/receiving/);
});

test("where stderr is no terminal, nothing is written", async () => {
  const running = run(program, ["websocket"], env());
  await running.line(/is ready/);
  running.child.kill("SIGINT");
  await running.ended;
  expect(running.lines).toEqual(["is ready"]);
});

test("EARSHOT_QUIET is off where it is empty or 0", () => {
  expect([undefined, "", "0", "1", "yes"].map((EARSHOT_QUIET) => isQuiet({ EARSHOT_QUIET }))).toEqual([
    false,
    false,
    false,
    true,
    true,
  ]);
});
