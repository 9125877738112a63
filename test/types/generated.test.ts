import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { triggerTypeFiles } from "../../scripts/trigger-types.js";
import { builtInCatalog } from "../../src/catalog/index.js";
import { root } from "./compile.js";

let files: ReadonlyMap<string, string>;
beforeAll(async () => {
  files = await triggerTypeFiles(builtInCatalog());
});

test("src/generated/trigger-types is what the catalog gives; where not, run `npm run types:triggers`", async () => {
  const directory = join(root, "src/generated/trigger-types");
  expect((await readdir(directory)).sort()).toEqual([...files.keys()].sort());
  for (const [name, content] of files) {
    expect(await readFile(join(directory, name), "utf8"), name).toBe(content);
  }
});

test("there is a file for each app, and no any in it", () => {
  const apps = new Set(builtInCatalog().map(({ appName }) => `${appName}.ts`));
  expect([...files.keys()].sort()).toEqual([...apps, "index.ts"].sort());
  for (const [name, content] of files)
    expect(content.replaceAll(/\/\*[\s\S]*?\*\//g, ""), name).not.toMatch(/\bany\b/);
});
