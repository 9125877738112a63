import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toolTypeFiles, triggerTypeFiles } from "../../scripts/trigger-types.js";
import { builtInCatalog, builtInTools } from "../../src/catalog/index.js";
import { root } from "./compile.js";

const kinds = [
  { folder: "trigger-types", catalog: builtInCatalog(), files: await triggerTypeFiles(builtInCatalog()) },
  { folder: "tool-types", catalog: builtInTools(), files: await toolTypeFiles(builtInTools()) },
];

test.each(kinds)(
  "src/generated/$folder is what the catalog gives; where not, run `npm run types:triggers`",
  async ({ folder, files }) => {
    const directory = join(root, "src/generated", folder);
    expect((await readdir(directory)).sort()).toEqual([...files.keys()].sort());
    for (const [name, content] of files) {
      expect(await readFile(join(directory, name), "utf8"), name).toBe(content);
    }
  },
);

test.each(kinds)("there is a file for each app in $folder, and no any in it", async ({ catalog, files }) => {
  const apps = new Set(catalog.map(({ appName }) => `${appName}.ts`));
  expect([...files.keys()].sort()).toEqual([...apps, "index.ts"].sort());
  for (const [name, content] of files)
    expect(content.replaceAll(/\/\*[\s\S]*?\*\//g, ""), name).not.toMatch(/\bany\b/);
});
