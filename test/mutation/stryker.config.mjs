import { group } from "./groups.mjs";

export default {
  plugins: ["@stryker-mutator/vitest-runner"],
  testRunner: "vitest",
  // The groups name their tests.
  vitest: { configFile: "test/mutation/vitest.config.mjs", related: false },
  coverageAnalysis: "perTest",
  mutate: group.mutate,
  // The text of a message is checked where it matters; which error it is always has a code.
  mutator: { excludedMutations: ["StringLiteral"] },
  ignoreStatic: true,
  concurrency: 1,
  timeoutMS: 10_000,
  tempDirName: ".stryker",
  ignorePatterns: ["/bench", "/dist", "/docs/*.svg", "/examples", "/test/package", "/test/runtimes"],
  reporters: ["progress-append-only", "clear-text", "json"],
  jsonReporter: { fileName: `test/mutation/report/${process.env.MUTATION_GROUP}.json` },
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  thresholds: { high: 90, low: 80, break: 90 },
};
