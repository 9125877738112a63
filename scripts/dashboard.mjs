// Builds the dashboard, or checks its types. Its packages stand in a package.json of the app; they are installed first
// where they are missing or older than the lockfile.
//
//   node scripts/dashboard.mjs build [folder]   default folder: dist/dashboard
//   node scripts/dashboard.mjs typecheck

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const app = join(root, "src/dev/dashboard/app");
const cache = join(root, "node_modules/.cache");
const pidFile = join(cache, "dashboard-install.pid");

const [command, folder = join(root, "dist/dashboard")] = process.argv.slice(2);
if (command !== "build" && command !== "typecheck") {
  throw new Error(`Unknown command ${command}: use "build" or "typecheck".`);
}
await install();
const args = command === "build" ? ["--", "--outDir", resolve(folder), "--emptyOutDir"] : [];
process.exitCode = npm("run", "--silent", command, ...args);

/** Test files build in parallel: one process installs, the others wait for it. */
async function install() {
  mkdirSync(cache, { recursive: true });
  while (!isInstalled()) {
    if (!claimInstall()) {
      await sleep(200);
      continue;
    }
    try {
      if (isInstalled()) return;
      process.stdout.write("Installing the dashboard's packages (npm ci in src/dev/dashboard/app)\n");
      if (npm("ci", "--no-audit", "--no-fund") !== 0) throw new Error("The install failed: see above.");
    } finally {
      rmSync(pidFile, { force: true });
    }
  }
}

/** npm writes its own copy of the lockfile at the end of an install. */
function isInstalled() {
  const installedAt = statSync(join(app, "node_modules/.package-lock.json"), { throwIfNoEntry: false });
  return installedAt !== undefined && installedAt.mtimeMs >= statSync(join(app, "package-lock.json")).mtimeMs;
}

/** @returns false while another process installs */
function claimInstall() {
  try {
    writeFileSync(pidFile, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  try {
    process.kill(Number(readFileSync(pidFile, "utf8")), 0);
  } catch (error) {
    // The process that installed has been killed.
    if (error.code === "ESRCH") rmSync(pidFile, { force: true });
  }
  return false;
}

/** @returns the exit code */
function npm(...args) {
  const { status, error } = spawnSync("npm", args, {
    cwd: app,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error !== undefined) throw error;
  return status ?? 1;
}
