import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The form library's own tests import a validator that compiles functions; nothing of it is ever used here. */
const withoutTestValidator = {
  name: "without-test-validator",
  resolveId: (id) => (id === "@rjsf/validator-ajv8" ? "\0nothing" : undefined),
  load: (id) => (id === "\0nothing" ? "export default undefined;" : undefined),
};

/** What of other people's files is in the page: `scripts/licenses.mjs` reads it. */
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
  base: "/dashboard/",
  logLevel: "warn",
  esbuild: { jsx: "automatic" },
  build: {
    outDir: here("../../../../dist/dashboard"),
    emptyOutDir: true,
    assetsDir: "",
    target: "es2022",
    // The policy of the page allows no text of its own, so nothing may be put into it.
    assetsInlineLimit: 0,
    rollupOptions: {
      // "use client" says nothing to a page.
      onwarn: (warning, warn) => warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning),
    },
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
});
