import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import module, { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import threads from "node:worker_threads";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cache = join(root, "node_modules/.cache/earshot-threads");
const loader = fileURLToPath(new URL("run-typescript.mjs", import.meta.url));

/**
 * Threads whose file is one of the sources start from a bundle of it. With a compiler for each module, a start takes
 * many times as long, and every SQLite inbox starts a thread.
 */
export function bundleThreads() {
  const bundles = new Map();
  threads.Worker = new Proxy(threads.Worker, {
    construct(Worker, [file, options], newTarget) {
      if (!(file instanceof URL && file.pathname.endsWith(".ts"))) {
        return Reflect.construct(Worker, [file, options], newTarget);
      }
      const entry = fileURLToPath(file);
      const bundle = bundles.get(entry) ?? bundleOf(entry);
      bundles.set(entry, bundle);
      const own = { execArgv: withoutLoader(process.execArgv), ...options };
      return Reflect.construct(Worker, [bundle, own], newTarget);
    },
  });
  module.syncBuiltinESMExports();
}

const withoutLoader = (options) =>
  options.filter((option, at) => option !== loader && !(option === "--import" && options[at + 1] === loader));

/** @returns the file of the bundle, which all processes share until one of its sources changes */
function bundleOf(entry) {
  const note = join(cache, `${hashOf(entry)}.json`);
  if (existsSync(note)) {
    const { inputs, digest } = JSON.parse(readFileSync(note, "utf8"));
    const stored = join(cache, `${digest}.mjs`);
    if (digestOf(inputs) === digest && existsSync(stored)) return stored;
  }
  const { outputFiles, metafile } = createRequire(import.meta.url)("esbuild").buildSync({
    ...{ entryPoints: [entry], bundle: true, packages: "external", absWorkingDir: root },
    ...{ platform: "node", format: "esm", target: "node20", sourcemap: "inline" },
    ...{ write: false, metafile: true, outfile: join(cache, "thread.mjs") },
  });
  const inputs = [...Object.keys(metafile.inputs).map((input) => join(root, input)), import.meta.filename];
  const digest = digestOf(inputs);
  mkdirSync(cache, { recursive: true });
  const stored = join(cache, `${digest}.mjs`);
  write(stored, outputFiles[0].text);
  write(note, JSON.stringify({ inputs, digest }));
  return stored;
}

/** Written aside and moved: another process never reads half a file. */
function write(file, text) {
  const aside = `${file}.${process.pid}.tmp`;
  writeFileSync(aside, text);
  renameSync(aside, file);
}

const hashOf = (text) => createHash("sha256").update(text).digest("hex").slice(0, 20);

/** A hash of files' bytes; `undefined` where one is gone. */
function digestOf(files) {
  if (!files.every((file) => existsSync(file))) return undefined;
  return hashOf(files.map((file) => `${file}\n${readFileSync(file, "utf8")}`).join("\0"));
}
