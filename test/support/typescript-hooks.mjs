import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const cache = new URL("../../node_modules/.cache/earshot-typescript/", import.meta.url);
const isOurs = (url) => url?.startsWith("file:") && !url.includes("/node_modules/");

/** `./thing.js` means `./thing.ts` in a TypeScript source. */
export function resolve(specifier, context, next) {
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && isOurs(context.parentURL)) {
    const typescript = new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL);
    if (existsSync(typescript)) return next(typescript.href, context);
  }
  return next(specifier, context);
}

/** For `register`, which Node 26 deprecates. */
export async function load(url, context, next) {
  if (!isTypescript(url)) return next(url, context);
  const file = fileURLToPath(url);
  return asModule(await compile(file, readFileSync(file, "utf8")));
}

/** For `registerHooks`, whose hooks cannot wait. */
export function loadSync(url, context, next) {
  if (!isTypescript(url)) return next(url, context);
  const file = fileURLToPath(url);
  const text = readFileSync(file, "utf8");
  const stored = storedAs(file, text);
  return asModule(read(stored) ?? store(stored, esbuild().transformSync(text, settings(file)).code));
}

/** Compiled once for all threads and processes of a run: starting the compiler takes longer than most tests. */
async function compile(file, text) {
  const stored = storedAs(file, text);
  return read(stored) ?? store(stored, (await esbuild().transform(text, settings(file))).code);
}

const isTypescript = (url) => url.endsWith(".ts") && isOurs(url);
const asModule = (source) => ({ format: "module", source, shortCircuit: true });
const esbuild = () => createRequire(import.meta.url)("esbuild");
const settings = (sourcefile) => ({
  loader: "ts",
  format: "esm",
  target: "node20",
  sourcemap: "inline",
  sourcefile,
});

const storedAs = (file, text) => {
  const key = createHash("sha256").update(file).update("\0").update(text).digest("hex");
  return new URL(`${key}.mjs`, cache);
};
const read = (stored) => (existsSync(stored) ? readFileSync(stored, "utf8") : undefined);

function store(stored, code) {
  mkdirSync(cache, { recursive: true });
  // Written aside and moved: another process never reads half a file.
  const aside = new URL(`${stored.href}.${process.pid}.tmp`);
  writeFileSync(aside, code);
  renameSync(aside, stored);
  return code;
}
