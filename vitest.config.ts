import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `npm run test:published`: the platform's published clients, many versions of them. */
const published = process.env.PUBLISHED_CLIENTS === "1";

export default defineConfig({
  resolve: {
    // Tests and examples say `earshot`, as users do, and run against the sources.
    alias: [
      { find: /^earshot$/, replacement: here("src/index.ts") },
      { find: /^earshot\/dev$/, replacement: here("src/dev/index.ts") },
      { find: /^earshot\/sqlite$/, replacement: here("src/inbox/sqlite/index.ts") },
      { find: /^earshot\/redis$/, replacement: here("src/inbox/redis/index.ts") },
      { find: /^earshot\/verify$/, replacement: here("src/verify/index.ts") },
      { find: /^earshot\/prometheus$/, replacement: here("src/monitoring/prometheus.ts") },
      { find: /^earshot\/otel$/, replacement: here("src/monitoring/otel.ts") },
      { find: /^earshot\/dashboard$/, replacement: here("src/dashboard/index.ts") },
      { find: /^earshot\/testing$/, replacement: here("src/testing/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    // Folders with a large install or a build of their own are scripts: `test:package`, `test:runtimes`,
    // `test:published`, `test:node24`.
    exclude: [
      "**/node_modules/**",
      "test/package/**",
      "test/runtimes/**",
      "test/compat/node24/**",
      ...(published ? [] : ["test/compat/published/**", "test/compat/versions/**"]),
    ],
    globalSetup: [here("test/support/install-compat.ts")],
    setupFiles: ["test/support/no-leaks.ts"],
    pool: "forks",
    // One more than there are cores: a third of the time, tests wait for a clock, a socket or a disk.
    maxWorkers: availableParallelism() + 1,
    // The sources start threads of their own, which no test runner compiles.
    execArgv: ["--import", here("test/support/run-typescript.mjs")],
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
