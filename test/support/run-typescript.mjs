import module from "node:module";
import { isMainThread } from "node:worker_threads";
import { bundleThreads } from "./bundled-threads.mjs";
import { loadSync, resolve } from "./typescript-hooks.mjs";

// Lets plain Node run the sources: `node --import ./test/support/run-typescript.mjs some/file.ts`. Test files
// are compiled by their runner, but the threads and processes that they start are not; these inherit this.
const isRunner = isMainThread && process.argv[1]?.includes("/node_modules/vitest/");
// The hooks cost every import: the runner's process is without.
if (isRunner) bundleThreads();
else {
  if (module.registerHooks === undefined) module.register(new URL("./typescript-hooks.mjs", import.meta.url));
  else module.registerHooks({ resolve, load: loadSync });
}
