// Runs the core of the suite on each Node that is supported and newer than the one at hand: `npm run test:nodes`.
//
//   node scripts/test-nodes.mjs            Node 22, 24 and 26
//   node scripts/test-nodes.mjs 24 test/inbox   one of them, and some of the files
//
// The Nodes are npm packages, stored in node_modules/.cache. The package's own tests need `npm run build` first.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { installBetterSqlite3, installNested, npm } from "./install-nested.mjs";

const MAJORS = ["22", "24", "26"];
const platform = process.platform === "win32" ? "win" : process.platform;
const name = `node-${platform}-${process.arch}`;
const packaged = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

const isMajor = (argument) => MAJORS.includes(argument);
const majors = process.argv.slice(2).filter(isMajor);
const files = process.argv.slice(2).filter((argument) => !isMajor(argument));

if (!packaged.includes(`${platform}-${process.arch}`)) {
  process.stdout.write(`skipped: there is no package of Node for ${platform}-${process.arch}\n`);
  process.exit(0);
}

/** @returns the folder of the program `node` */
async function install(major) {
  const folder = join("node_modules/.cache/nodes", major);
  const bin = resolve(folder, "node_modules", name, "bin");
  if (existsSync(join(bin, "node"))) return bin;
  process.stderr.write(`Installing Node ${major} (${name})\n`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"private":true}\n');
  const status = await npm(folder, [
    "install",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    `${name}@${major}`,
  ]);
  if (status !== 0) throw new Error(`Node ${major} could not be installed: see above.`);
  return bin;
}

const vitest = resolve("node_modules/vitest/vitest.mjs");
const runs = files.length > 0 ? [["vitest.nodes.config.ts", ...files]] : [["vitest.nodes.config.ts"]];
if (files.length === 0) {
  if (!existsSync("dist/index.js")) throw new Error("dist is missing: npm run build");
  await installNested("test/package");
  runs.push(["vitest.package.config.ts", "test/package/both-forms", "test/package/tarball"]);
}

await installBetterSqlite3();
// better-sqlite3 is built for one Node: files are exchanged with it.
const opensSqlite = ["-e", 'require("better-sqlite3")(":memory:")'];
const hasBetterSqlite3 = spawnSync(process.execPath, opensSqlite, { stdio: "ignore" }).status === 0;

let failed = 0;
for (const major of majors.length > 0 ? majors : MAJORS) {
  const bin = await install(major);
  for (const [config, ...filters] of runs) {
    process.stdout.write(`\n== Node ${major}: ${config}\n`);
    const { status } = spawnSync(join(bin, "node"), [vitest, "run", "--config", config, ...filters], {
      stdio: "inherit",
      env: {
        ...process.env,
        PATH: `${bin}${delimiter}${process.env.PATH}`,
        ...(hasBetterSqlite3 && { BETTER_SQLITE3_NODE: process.execPath }),
      },
    });
    if (status !== 0) failed += 1;
  }
}
process.exitCode = failed === 0 ? 0 : 1;
