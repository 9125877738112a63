import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const app = join(root, "src/dev/dashboard/app");
const cache = join(root, "node_modules/.cache");

/**
 * The folder of the dashboard, built from the sources as they are: once for all test files, and again once they change.
 * The first build installs the dashboard's packages, which takes up to a minute.
 */
export async function builtDashboard(): Promise<string> {
  const directory = join(cache, `dashboard-${await digest()}`);
  if (existsSync(directory)) return directory;
  await mkdir(cache, { recursive: true });
  const own = await mkdtemp(join(cache, "dashboard-new-"));
  const args = [join(root, "scripts/dashboard.mjs"), "build", own];
  const [code] = await once(spawn(process.execPath, args, { stdio: "inherit" }), "exit");
  if (code !== 0) throw new Error("The dashboard was not built: see above.");
  // Another test file may have been faster; its build is the same.
  await rename(own, directory).catch(() => rm(own, { recursive: true, force: true }));
  return directory;
}

/** A hash of all that a build is made of: the app's files, with the lockfile of what they import. */
async function digest(): Promise<string> {
  const files = (await readdir(app, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(join(app, "node_modules")));
  files.push(join(root, "scripts/dashboard.mjs"));
  const hash = createHash("sha256");
  for (const file of files.sort()) hash.update(`${file}\n`).update(await readFile(file));
  return hash.digest("hex").slice(0, 16);
}
