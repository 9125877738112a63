import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { transform } from "esbuild";
import { defineConfig, type Options } from "tsup";

/** What users import, as modules and as CommonJS. */
const library = {
  index: "src/index.ts",
  sqlite: "src/inbox/sqlite/index.ts",
  redis: "src/inbox/redis/index.ts",
  verify: "src/verify/index.ts",
  testing: "src/testing/index.ts",
  prometheus: "src/monitoring/prometheus.ts",
  otel: "src/monitoring/otel.ts",
  mcp: "src/mcp/index.ts",
  dashboard: "src/dashboard/index.ts",
};

/** The local platform: built once, with the command line. `scripts/second-forms.mjs` writes the module that exports it. */
const dev = { dev: "src/dev/index.ts" };

/** Files that the library starts as threads: each lies beside what starts it, under this name. */
const threads = { "sqlite-worker": "src/inbox/sqlite/sqlite-worker.ts" };

/** What the command line needs of the library and users do not: it shares the library's chunks. */
const internal = { "mcp-tools": "src/mcp/tools/index.ts" };

const common: Options = {
  target: "node20",
  platform: "node",
  splitting: true,
  // The code is shipped as it is, names and all: maps would double the package, and name this machine's folders.
  sourcemap: false,
  // `node:http` says what it is to bundlers for other runtimes; `http` would be a package that nobody has.
  removeNodeProtocol: false,
  dts: false,
  // So that a bundler leaves out the senders that a program does not use.
  pure: ["sender"],
  external: [
    "eventemitter3",
    "ws",
    "zod",
    "undici",
    "better-sqlite3",
    "bullmq",
    "ioredis",
    "kerberos",
    "@opentelemetry/api",
    "@modelcontextprotocol/server",
  ],
  // What only a part needs is bundled, so that nobody installs it with the library.
  noExternal: [
    "hono",
    "@hono/node-server",
    "commander",
    "picocolors",
    "@clack/prompts",
    "@bomb.sh/tab",
    "@cfworker/json-schema",
    "@noble/hashes",
    "jose",
    "https-proxy-agent",
    "agent-base",
    "proxy-agent-negotiate",
  ],
};

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];
type OwnPlugin = NonNullable<Options["plugins"]>[number];

/** What of other people's files is in the package: `scripts/licenses.mjs` reads it. */
const bundledFiles = new Set<string>();
const noteBundled: Plugin = {
  name: "note-bundled",
  setup(build) {
    build.initialOptions.metafile = true;
    build.onEnd(({ metafile }) => {
      for (const { inputs } of Object.values(metafile?.outputs ?? {})) {
        for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
          if (bytesInOutput > 0 && file.includes("node_modules/")) bundledFiles.add(resolve(file));
        }
      }
      const list = "node_modules/.cache/earshot-bundled/library.json";
      mkdirSync(dirname(list), { recursive: true });
      writeFileSync(list, JSON.stringify([...bundledFiles]));
    });
  },
};

/** The command line takes the library as a user does, from the files beside it, rather than in a copy. */
const libraryBeside: Plugin = {
  name: "library-beside",
  setup(build) {
    const files = new Map(
      Object.entries({ ...library, ...internal }).map(([name, file]) => [resolve(file), `./${name}.cjs`]),
    );
    build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const file = files.get(resolve(resolveDir, path.replace(/\.js$/, ".ts")));
      return file === undefined ? undefined : { path: file, external: true };
    });
  },
};

/**
 * The proxy agent logs with `debug`, which is CommonJS and reads the environment at import: it logs nothing here. Its
 * imports of Node's modules get their `node:`, which bundlers for other runtimes need.
 */
const proxyAgent: Plugin = {
  name: "proxy-agent",
  setup(build) {
    // Read when the agent is: a static import would keep the package from being bundled for other runtimes.
    build.onResolve({ filter: /^(?:node:)?(?:assert|https?|net|tls|url)$/ }, ({ path, importer }) =>
      /node_modules.(?:agent-base|https-proxy-agent|proxy-agent-negotiate)/.test(importer)
        ? { path: `node:${path.replace("node:", "")}`, namespace: "builtin" }
        : undefined,
    );
    build.onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = globalThis.process?.getBuiltinModule?.("${path}") ?? {};`,
    }));
    build.onResolve({ filter: /^debug$/ }, () => ({ path: "debug", namespace: "silent" }));
    build.onLoad({ filter: /./, namespace: "silent" }, () => ({
      contents: "export default () => () => undefined;",
    }));
  },
};

/** The modules that `src/shared.ts` lists lie together in one file, instead of in one each. */
const shared = "src/shared.ts";
const sharedTogether = (name: string): Plugin => {
  const files = new Set(
    Array.from(readFileSync(shared, "utf8").matchAll(/^export \* from "(.+)\.js";$/gm), ([, path]) =>
      resolve("src", `${path}.ts`),
    ),
  );
  return {
    name: "shared-together",
    setup(build) {
      build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, importer }) =>
        importer !== resolve(shared) && files.has(resolve(resolveDir, path.replace(/\.js$/, ".ts")))
          ? { path: `./${name}`, external: true }
          : undefined,
      );
    },
  };
};

/** jose lies in a file of its own name: only tokens need it. */
const joseBeside = (name: string): Plugin => ({
  name: "jose-beside",
  setup(build) {
    build.onResolve({ filter: /^\.\/jose\.js$/ }, () => ({ path: `./${name}`, external: true }));
  },
});

/**
 * commander loads what starts processes, for sub-commands that are programs of their own: there are none, and it is a
 * fiftieth of the start of `earshot dev`.
 */
const withoutChildren: Plugin = {
  name: "without-children",
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: "child_process", namespace: "none" } : undefined,
    );
    build.onLoad({ filter: /./, namespace: "none" }, () => ({ contents: "module.exports = {};" }));
  },
};

/**
 * Takes blanks and comments out of what tsup has made, as modules or CommonJS: for the command line, it halves what
 * Node does before the first line of ours runs. Names stay, and lines that an editor can show, so that a stack still
 * says where. tsup's CommonJS would replace each `?.` and `??` by a call, so esbuild makes it.
 */
const compact = (format: "esm" | "cjs"): OwnPlugin => ({
  name: "compact",
  async renderChunk(code, { path }) {
    const ownUrl = 'const ownUrl = require("node:url").pathToFileURL(__filename).href;';
    const { code: made } = await transform(code, {
      format,
      platform: "node",
      target: "node20",
      ...(format === "cjs" && {
        supported: { "dynamic-import": false },
        define: { "import.meta.url": "ownUrl" },
        ...(code.includes("import.meta.url") && { banner: ownUrl }),
      }),
      minifyWhitespace: true,
      minifySyntax: true,
      // Other people's code, and what users neither call nor catch by name: the platform's server, SQLite's thread.
      minifyIdentifiers: /[\\/](?:(?:dist|routes|commander)-|sqlite-worker)/.test(path),
      lineLimit: 160,
    });
    return { code: made };
  },
});

const modules: Options = { format: ["esm"], plugins: [compact("esm")] };

/** tsup makes modules, and `compact` CommonJS of them. */
const commonJs: Options = {
  format: ["esm"],
  outExtension: () => ({ js: ".cjs", dts: ".d.cts" }),
  plugins: [compact("cjs")],
};

/** jose, which only tokens need, and what all files share. */
const beside: Options = { entry: { shared, jose: "src/verify/jose.ts" }, esbuildPlugins: [noteBundled] };

export default defineConfig([
  {
    ...common,
    ...modules,
    entry: { ...library, ...threads },
    esbuildPlugins: [sharedTogether("shared.js"), joseBeside("jose.js"), proxyAgent, noteBundled],
  },
  {
    ...common,
    ...commonJs,
    entry: { ...library, ...threads, ...internal },
    esbuildPlugins: [sharedTogether("shared.cjs"), joseBeside("jose.cjs"), proxyAgent, noteBundled],
    // `scripts/second-forms.mjs` writes the modules' types, which export these.
    dts: { entry: { ...library, ...dev } },
  },
  { ...common, ...modules, ...beside },
  { ...common, ...commonJs, ...beside },
  {
    ...common,
    ...commonJs,
    entry: { cli: "src/cli/main.ts", ...dev },
    // What a command alone needs is loaded with it: the others start without.
    esbuildPlugins: [libraryBeside, sharedTogether("shared.cjs"), withoutChildren, noteBundled],
    // Of two forms of a package, the CommonJS one: it becomes that, and one package's modules look which they are.
    esbuildOptions(options) {
      options.mainFields = ["main", "module"];
    },
  },
]);
