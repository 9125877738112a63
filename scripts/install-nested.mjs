// Installs a package.json below the root where its packages are missing or older than its lockfile.
//
//   node scripts/install-nested.mjs test/compat test/better-sqlite3

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, "node_modules/.cache");

/**
 * Several processes may need the same folder: one installs, the others wait. Progress is on stderr.
 *
 * @param env variables for the install
 */
export async function installNested(folder, env = {}) {
  const pidFile = join(cache, `install-${folder.replaceAll("/", "-")}.pid`);
  mkdirSync(cache, { recursive: true });
  while (!isInstalled(folder)) {
    if (!claimInstall(pidFile)) {
      await sleep(200);
      continue;
    }
    try {
      if (isInstalled(folder)) return;
      process.stderr.write(`Installing ${folder} (npm ci)\n`);
      const stdio = ["ignore", process.stderr, process.stderr];
      const status = await npm(folder, ["ci", "--no-audit", "--no-fund"], { stdio, env });
      if (status !== 0) throw new Error(`npm ci in ${folder} failed: see above.`);
    } finally {
      rmSync(pidFile, { force: true });
    }
  }
}

/** For tests, half the time of the compiler counts for more than the speed of what it makes. */
const quickCompile = { CFLAGS: "-O1", CXXFLAGS: "-O1", JOBS: "max" };

/**
 * The driver of SQLite for a Node that has none itself. It is compiled where there is no binary for the system, so it is
 * not among the root's packages; a link makes it one for the sources.
 */
export async function installBetterSqlite3() {
  if (isBuiltin("node:sqlite")) return;
  const folder = "test/better-sqlite3";
  await installNested(folder, quickCompile);
  try {
    const target = join(root, folder, "node_modules/better-sqlite3");
    symlinkSync(target, join(root, "node_modules/better-sqlite3"), "junction");
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
}

/** @returns the exit code */
export async function npm(folder, args, { stdio = "inherit", env = {} } = {}) {
  const child = spawn("npm", args, {
    cwd: join(root, folder),
    stdio,
    env: { ...process.env, ...env },
    shell: process.platform === "win32",
  });
  const [status] = await once(child, "exit");
  return status ?? 1;
}

/** npm writes its own copy of the lockfile at the end of an install. */
function isInstalled(folder) {
  const installed = statSync(join(root, folder, "node_modules/.package-lock.json"), {
    throwIfNoEntry: false,
  });
  return (
    installed !== undefined && installed.mtimeMs >= statSync(join(root, folder, "package-lock.json")).mtimeMs
  );
}

/** @returns false while another process installs */
function claimInstall(pidFile) {
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

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  // At once: one waits for the network while the other compiles.
  const installs = process.argv
    .slice(2)
    .map((folder) => (folder === "test/better-sqlite3" ? installBetterSqlite3() : installNested(folder)));
  await Promise.all(installs);
}
