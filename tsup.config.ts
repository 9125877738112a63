import { resolve } from "node:path";
import { defineConfig, type Options } from "tsup";

/** What users import, as modules and as CommonJS. */
const library = {
  index: "src/index.ts",
  dev: "src/dev/index.ts",
  sqlite: "src/inbox/sqlite/index.ts",
  redis: "src/inbox/redis/index.ts",
  verify: "src/verify/index.ts",
  testing: "src/testing.ts",
};

/** Files that the library starts as threads: each lies beside what starts it, under this name. */
const threads = { "sqlite-worker": "src/inbox/sqlite/sqlite-worker.ts" };

const common: Options = {
  target: "node20",
  platform: "node",
  splitting: true,
  sourcemap: true,
  // `node:http` says what it is to bundlers for other runtimes; `http` would be a package that nobody has.
  removeNodeProtocol: false,
  dts: { entry: library },
  external: ["ws", "eventemitter3", "zod", "undici", "better-sqlite3", "bullmq", "ioredis"],
  // What the command line alone needs is bundled, so that nobody installs it with the library.
  noExternal: ["commander", "picocolors", "@clack/prompts", "@bomb.sh/tab", "json-schema-to-typescript"],
};

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** The command line takes the library as a user does, from the files beside it, rather than in a copy. */
const libraryBeside: Plugin = {
  name: "library-beside",
  setup(build) {
    const files = new Map(Object.entries(library).map(([name, file]) => [resolve(file), `./${name}.js`]));
    build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const file = files.get(resolve(resolveDir, path.replace(/\.js$/, ".ts")));
      return file === undefined ? undefined : { path: file, external: true };
    });
  },
};

/** The generator of types can format what it writes, which nobody asks it for: without this it is 3 MB larger. */
const withoutPrettier: Plugin = {
  name: "without-prettier",
  setup(build) {
    build.onResolve({ filter: /^prettier$/ }, () => ({ path: "prettier", namespace: "nothing" }));
    build.onLoad({ filter: /./, namespace: "nothing" }, () => ({ contents: "export {};" }));
  },
};

/** commander is CommonJS, which asks for Node's modules with `require`: a module has none of its own. */
const withRequire =
  'import { createRequire as earshotRequire } from "node:module"; const require = earshotRequire(import.meta.url);';

export default defineConfig([
  { ...common, format: ["esm"], entry: { ...library, ...threads } },
  // The shim is for import.meta.url, by which a thread's file is found.
  { ...common, format: ["cjs"], entry: { ...library, ...threads }, shims: true },
  {
    ...common,
    format: ["esm"],
    entry: { cli: "src/cli/main.ts" },
    // What a command alone needs is loaded with it: the others start without.
    splitting: true,
    dts: false,
    esbuildPlugins: [libraryBeside, withoutPrettier],
    banner: { js: withRequire },
  },
]);
