import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The form library's own tests import a validator that compiles functions; nothing of it is ever used here. */
const withoutTestValidator = {
  name: "without-test-validator",
  resolveId: (id) => (id === "@rjsf/validator-ajv8" ? "\0nothing" : undefined),
  load: (id) => (id === "\0nothing" ? "export default undefined;" : undefined),
};

export default defineConfig({
  plugins: [withoutTestValidator],
  root: here("."),
  base: "/dashboard/",
  logLevel: "warn",
  esbuild: { jsx: "automatic" },
  build: {
    outDir: process.env.DASHBOARD_OUT ?? here("../../../../dist/dashboard"),
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
