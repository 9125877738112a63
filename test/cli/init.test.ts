import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { compile, run } from "../support/program.js";
import { earshot, jsonLines } from "./cli.js";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "earshot-init-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test("init writes an agent, prints what to run, and overwrites nothing", async () => {
  const dir = join(folder(), "My Agent");
  const { code, stdout, stderr } = await earshot(["init", dir]);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: ["agent.ts", "package.json", "tsconfig.json"].map((name) => `${join(dir, name)}\n`).join(""),
  });
  expect(stderr).toContain("npm install && npm start");
  expect(JSON.parse(readFileSync(join(dir, "package.json"), "utf8"))).toMatchObject({
    name: "my-agent",
    scripts: { start: "tsx agent.ts" },
  });
  writeFileSync(join(dir, "agent.ts"), "mine");
  const again = await earshot(["init", dir]);
  expect(again).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/already has agent\.ts/),
  });
  expect(readFileSync(join(dir, "agent.ts"), "utf8")).toBe("mine");
});

test("init --json, and a directory that cannot be made", async () => {
  const dir = folder();
  const { stdout } = await earshot(["init", dir, "--json"]);
  expect(jsonLines(stdout)).toEqual([{ dir, files: ["agent.ts", "package.json", "tsconfig.json"] }]);
  expect(readdirSync(dir)).toHaveLength(3);
  const below = await earshot(["init", join(dir, "agent.ts", "below")]);
  expect(below).toMatchObject({ code: 2, stderr: expect.stringMatching(/cannot be written/) });
});

test("the agent runs: it replies to its first message on a local platform of its own", async () => {
  const dir = folder();
  await earshot(["init", dir]);
  const program = run(await compile(join(dir, "agent.ts"), "init-agent"), [], {
    ...{ PORT: "0", COMPOSIO_API_KEY: "", OPENAI_API_KEY: "" },
  });
  await program.line(/Deploying on a Friday$/);
  await program.line(/^posted: \{"ok":true/);
  program.child.kill("SIGTERM");
  expect(await program.ended, program.lines.join("\n")).toBe(0);
});
