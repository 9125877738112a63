import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { earshot, programFile } from "./cli.js";

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earshot-completion-"));
  const command = join(folder, "earshot");
  await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${await programFile()}" "$@"\n`);
  await chmod(command, 0o755);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a real bash offers where the last of these words is being typed. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `
    source <(earshot completion bash)
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    _earshot "$1" "\${@: -1}" ""
    complete -p earshot >&2
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await run("bash", ["--norc", "-c", script, "bash", ...words], {
    env: { PATH: `${folder}:${process.env.PATH}` },
  });
  expect(stderr).toBe("complete -o default -F _earshot earshot\n");
  return stdout.split("\n").filter((line) => line !== "");
}

test("bash completes commands, their commands and their options", async () => {
  expect(await offered("earshot", "tri")).toEqual(["triggers"]);
  expect(await offered("earshot", "triggers", "")).toEqual(
    expect.arrayContaining(["ls", "show", "enable", "disable", "rm", "active"]),
  );
  expect(await offered("earshot", "listen", "--fo")).toEqual(["--forward", "--for"]);
  expect(await offered("earshot", "fire", "X", "--data", "a b; c", "--co")).toEqual(["--count"]);
});

test("Tab runs no command that stands on the line", async () => {
  const bait = join(folder, "bait");
  await offered("earshot", "fire", "X", "--data", `$(touch ${bait})`, "--co");
  await expect(stat(bait)).rejects.toThrow(/ENOENT/);
});

test.each(["bash", "zsh", "fish"])("there is a script for %s", async (shell) => {
  const { code, stdout, stderr } = await earshot(["completion", shell]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/complete --/);
});

test.each([
  [["completion", "csh"], /no completion for csh; supported shells: bash, zsh, fish/],
  [["completion"], /missing required argument 'shell'/],
])("%j is a usage error", async (args, message) => {
  const { code, stdout, stderr } = await earshot(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(message);
});
