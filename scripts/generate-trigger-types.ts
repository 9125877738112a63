// Writes the types of the built-in catalog's triggers to src/generated/trigger-types: `npm run types:triggers`, in the
// project's directory. What is no longer generated is removed.
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { builtInCatalog } from "../src/catalog/index.js";
import { triggerTypeFiles } from "./trigger-types.js";

const directory = join("src", "generated", "trigger-types");
const files = await triggerTypeFiles(builtInCatalog());
await mkdir(directory, { recursive: true });
for (const name of await readdir(directory)) {
  if (!files.has(name)) await rm(join(directory, name));
}
for (const [name, content] of files) await writeFile(join(directory, name), content);
console.log(`${files.size} files in ${directory}`);
