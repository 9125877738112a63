import { configDefaults, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

// `npm run test:nodes` runs this on each newer Node: what depends on Node, and not what depends on other packages.
const merged = mergeConfig(base, {});
merged.test = {
  ...merged.test,
  include: [
    "test/base/**/*.test.ts",
    "test/callbacks/**/*.test.ts",
    "test/decode/**/*.test.ts",
    "test/durability/crash/sqlite.test.ts",
    "test/inbox/*.test.ts",
    "test/listener/*.test.ts",
    "test/pipeline/**/*.test.ts",
    "test/types/generated.test.ts",
    "test/verify/**/*.test.ts",
  ],
  exclude: configDefaults.exclude,
  // A deprecation of a newer Node is an error.
  execArgv: [...(merged.test?.execArgv ?? []), "--pending-deprecation", "--throw-deprecation"],
};
export default merged;
