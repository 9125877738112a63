import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.js";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `npm run test:published`: the platform's published clients, many versions of them. */
const published = process.env.PUBLISHED_CLIENTS === "1";

/**
 * Folders with a large install or a build of their own are scripts: `test:package`, `test:runtimes`, `test:published`,
 * `test:node24`.
 */
const elsewhere = [
  "**/node_modules/**",
  "test/package/**",
  "test/runtimes/**",
  "test/compat/node24/**",
  ...(published ? [] : ["test/compat/published/**", "test/compat/versions/**"]),
];

/**
 * Tests with a process of their own: they measure its memory, handles or time. The other files share processes, which
 * load the sources once: such a test must not depend on what ran before it in the process, and leaves nothing behind.
 */
const alone = [
  "test/architecture/loaded.test.ts",
  "test/base/step-context.test.ts",
  "test/cli/time-limit.test.ts",
  "test/inbox/remembered-bytes.test.ts",
  "test/inbox/settled.test.ts",
  "test/listener/slow-callback.test.ts",
  "test/transports/websocket/{reassembly,reconnects}.test.ts",
];

/** `npm run test:browser`: the dashboard in Chromium. */
const browser = ["test/dashboard/**/*.test.ts"];
const browserAlone = ["test/dashboard/{large-log,live}.test.ts"];

/** `npm run test:docs`: the code of README and docs, and the examples, are run. */
const docs = [
  "test/docs/{cli,code}.test.ts",
  "test/examples/**/*.test.ts",
  "test/transports/webhook/webhooks-page.test.ts",
];

/** Tests that compare times of some microseconds: they run last, one after the other. */
const timed = ["test/verify/{cost,timing}.test.ts"];

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
      { find: /^earshot\/mcp$/, replacement: here("src/mcp/index.ts") },
      { find: /^earshot\/dashboard$/, replacement: here("src/dashboard/index.ts") },
      { find: /^earshot\/testing$/, replacement: here("src/testing/index.ts") },
    ],
  },
  test: {
    globalSetup: [here("test/support/install-compat.ts")],
    setupFiles: ["test/support/no-leaks.ts"],
    pool: "forks",
    // More than there are cores: tests wait for a clock, a socket, a disk or a process, too.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: LongestFirst },
    // The sources start threads of their own, which no test runner compiles.
    execArgv: ["--import", here("test/support/run-typescript.mjs")],
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // `npm test` runs `alone`, `shared` and `timed`. Sorted by name: shared processes end with the last of their files.
    projects: [
      { extends: true, test: { name: "alone", include: alone, exclude: elsewhere } },
      {
        extends: true,
        test: {
          name: "shared",
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: [...elsewhere, ...alone, ...browser, ...docs, ...timed],
        },
      },
      {
        extends: true,
        test: { name: "browser", isolate: false, include: browser, exclude: [...elsewhere, ...browserAlone] },
      },
      { extends: true, test: { name: "browser-alone", include: browserAlone } },
      { extends: true, test: { name: "docs", isolate: false, include: docs, exclude: elsewhere } },
      { extends: true, test: { name: "timed", include: timed, exclude: elsewhere, maxWorkers: 1 } },
    ],
  },
});
