import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The form library imports this validator for its own tests only. */
const withoutTestValidator = {
  name: "without-test-validator",
  resolveId: (id) => (id === "@rjsf/validator-ajv8" ? "\0nothing" : undefined),
  load: (id) => (id === "\0nothing" ? "export default undefined;" : undefined),
};

/** Lists the third-party files in the bundle, for `scripts/licenses.mjs`. */
const noteBundled = {
  name: "note-bundled",
  generateBundle(_options, bundle) {
    const files = Object.values(bundle).flatMap((chunk) =>
      Object.entries(chunk.modules ?? {}).flatMap(([id, { renderedLength }]) =>
        renderedLength > 0 && id.includes("node_modules/")
          ? [id.replace(/^\0/, "").replace(/\?.*$/, "")]
          : [],
      ),
    );
    const folder = here("../../../../node_modules/.cache/earshot-bundled");
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/dashboard.json`, JSON.stringify(files));
  },
};

export default defineConfig({
  plugins: [withoutTestValidator, noteBundled],
  root: here("."),
  // One page serves the local platform and, under any path, an inbox.
  base: "./",
  logLevel: "warn",
  esbuild: { jsx: "automatic" },
  build: {
    outDir: here("../../../../dist/dashboard"),
    emptyOutDir: true,
    assetsDir: "",
    target: "es2022",
    // The Content-Security-Policy of the page forbids inline assets.
    assetsInlineLimit: 0,
    rollupOptions: {
      // "use client" has no meaning in a browser bundle.
      onwarn: (warning, warn) => warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning),
    },
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
});
