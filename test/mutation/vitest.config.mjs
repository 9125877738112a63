import { defineConfig } from "vitest/config";
import everyday from "../../vitest.config.ts";
import { excludedTests, group } from "./groups.mjs";

/** The tests of one group, in the runner's single worker. */
export default defineConfig({
  resolve: everyday.resolve,
  test: {
    include: group.tests,
    exclude: excludedTests,
    // The SQLite inbox starts a thread.
    execArgv: everyday.test?.execArgv,
    testTimeout: 20_000,
  },
});
