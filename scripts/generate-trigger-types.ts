// Writes the types of the built-in catalog's triggers and tools to src/generated: `npm run types:triggers`, in the
// project's directory. What is no longer generated is removed.
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { builtInCatalog } from "../src/catalog/index.js";
import { builtInTools } from "../src/catalog/tools/index.js";
import { toolTypeFiles, triggerTypeFiles } from "./trigger-types.js";

async function write(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const directory = join("src", "generated", folder);
  await mkdir(directory, { recursive: true });
  for (const name of await readdir(directory)) {
    if (!files.has(name)) await rm(join(directory, name));
  }
  for (const [name, content] of files) await writeFile(join(directory, name), content);
  console.log(`${files.size} files in ${directory}`);
}

await write("trigger-types", await triggerTypeFiles(builtInCatalog()));
await write("tool-types", await toolTypeFiles(builtInTools()));
