import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";

const root = join(import.meta.dirname, "../..");
const app = join(root, "src/dev/dashboard/app");
const cache = join(root, "node_modules/.cache");

/** Where the dashboard is, built of the sources as they are: once for all test files, and again once they change. */
export async function builtDashboard(): Promise<string> {
  const directory = join(cache, `dashboard-${await digest()}`);
  if (existsSync(directory)) return directory;
  await mkdir(cache, { recursive: true });
  const own = await mkdtemp(join(cache, "dashboard-new-"));
  await build({
    configFile: join(app, "vite.config.mjs"),
    build: { outDir: own, emptyOutDir: true },
  });
  // Another test file may have been faster; its build is the same.
  await rename(own, directory).catch(() => rm(own, { recursive: true, force: true }));
  return directory;
}

/** Of everything that a build is made of: the app's files, and the exact versions of what they import. */
async function digest(): Promise<string> {
  const entries = await readdir(app, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash("sha256");
  for (const file of [...files.sort(), join(root, "package-lock.json")]) {
    hash.update(`${file}\n`).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}
