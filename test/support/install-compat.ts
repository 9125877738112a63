import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Some tests compare with packages of test/compat, which a fresh clone has not installed yet. */
export default function installCompat(): void {
  const script = join(root, "scripts/install-nested.mjs");
  const { status } = spawnSync(process.execPath, [script, "test/compat"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) throw new Error("test/compat could not be installed: see above.");
}
