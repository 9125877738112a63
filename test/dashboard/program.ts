import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { programFile } from "../cli/cli.js";
import { builtDashboard } from "./build.js";

/** The command line with the dashboard beside it, as in the package, for the tests of a file. @returns its path */
export function programWithDashboard(): () => string {
  let program = "";
  beforeAll(async () => {
    const own = await mkdtemp(`${dirname(await programFile())}-with-dashboard-`);
    await cp(dirname(await programFile()), own, { recursive: true });
    await symlink(await builtDashboard(), join(own, "dashboard"));
    program = join(own, "cli.mjs");
  });
  afterAll(() => rm(dirname(program), { recursive: true, force: true }));
  return () => program;
}
