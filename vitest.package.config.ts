import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// What a stranger meets: the packed tarball, installed into an empty project. Needs `npm run build` first.
export default defineConfig({
  resolve: {
    alias: { "earshot/dev": fileURLToPath(new URL("dist/dev.js", import.meta.url)) },
  },
  test: {
    include: ["test/package/**/*.test.ts"],
    pool: "forks",
    testTimeout: 120_000,
    hookTimeout: 240_000,
    fileParallelism: false,
  },
});
