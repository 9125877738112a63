// Changes the core in one place at a time, and runs the tests that must notice.
//
//   npm run test:mutation                                  every group, hours
//   npm run test:mutation -- retry                         one group
//   npm run test:mutation -- verify src/verify/signature.ts  some files of a group

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installNested } from "../../scripts/install-nested.mjs";
import { groups } from "./groups.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const [chosen, ...files] = process.argv.slice(2);
if (chosen !== undefined && groups[chosen] === undefined) {
  throw new Error(`There is no group ${chosen}: choose ${Object.keys(groups).join(", ")}.`);
}

for (const folder of ["test/compat", "test/mutation"]) await installNested(folder);

for (const name of chosen === undefined ? Object.keys(groups) : [chosen]) {
  const stryker = "test/mutation/node_modules/@stryker-mutator/core/bin/stryker.js";
  const mutate = files.length === 0 ? [] : ["--mutate", files.join(",")];
  const { status } = spawnSync(
    process.execPath,
    [stryker, "run", "test/mutation/stryker.config.mjs", ...mutate],
    { cwd: root, stdio: "inherit", env: { ...process.env, MUTATION_GROUP: name } },
  );
  if (status !== 0) process.exitCode = 1;
}
