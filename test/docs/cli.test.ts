import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exitCodeHelp } from "../../src/cli/exit-codes.js";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { allCommands } from "../cli/all-commands.js";
import { programFile } from "../cli/cli.js";

const page = readFileSync(join(import.meta.dirname, "../../docs/cli.md"), "utf8");
/** Heading → its section. */
const sections = new Map(
  page.split(/^## /m).map((text): [string, string] => [text.slice(0, text.indexOf("\n")), text]),
);

const all = await allCommands();

// What the inbox's commands take stands on its own page.
test.each(all.filter(([name]) => !name.startsWith("inbox ")))(
  "docs/cli.md documents `%s` and each of its options",
  (name, options) => {
    const [first = ""] = name.split(" ");
    const section = sections.get(`earshot ${name === "logout" ? "login" : first}`);
    expect(section, "its section").toContain(`earshot ${name}`);
    for (const option of options) expect(section, `${name} ${option}`).toMatch(new RegExp(`${option}\\b`));
  },
);

test("docs/cli.md has no option that no command has", () => {
  const known = new Set(all.flatMap(([, options]) => options));
  const said = page.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [];
  expect([...new Set(said)].filter((option) => !known.has(option) && option !== "--help")).toEqual([]);
});

test("docs/cli.md has the exit codes of --help, in its words", () => {
  const rows = [...page.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, code, text]) => [code, text]);
  const help = [...exitCodeHelp.matchAll(/^ {2}(\d+) +(.+)$/gm)].map(([, code, text]) => [code, text]);
  expect(rows).toEqual(help);
});

let platform: Platform;
let folder: string;
beforeAll(async () => {
  platform = await startPlatform();
  folder = await mkdtemp(join(tmpdir(), "earshot-docs-cli-"));
  const command = join(folder, "earshot");
  await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${await programFile()}" "$@"\n`);
  await chmod(command, 0o755);
});
afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);

// One after the other: a block may need what the one before it enabled.
test("every block of docs/cli.md runs, line for line", { timeout: 300_000 }, async () => {
  expect(blocks.length).toBeGreaterThan(8);
  for (const block of blocks) {
    const { code, output } = await bash(block);
    expect(code, `${block}\n${output}`).toBe(0);
  }
});

function bash(script: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const options = {
      cwd: folder,
      env: {
        PATH: `${folder}:${process.env.PATH}`,
        HOME: folder,
        COMPOSIO_BASE_URL: platform.url,
        COMPOSIO_API_KEY: "local",
      },
    };
    execFile("bash", ["--norc", "-euo", "pipefail", "-c", script], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}
