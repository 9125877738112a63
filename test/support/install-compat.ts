import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Packages that only tests need, which a fresh clone has not installed yet. */
export default function installForTests(): void {
  const script = join(root, "scripts/install-nested.mjs");
  const { status } = spawnSync(process.execPath, [script, "test/compat", "test/better-sqlite3"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) throw new Error("The tests' own packages could not be installed: see above.");
}
