import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
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

export async function load(url, context, next) {
  if (!(url.endsWith(".ts") && isOurs(url))) return next(url, context);
  const file = fileURLToPath(url);
  return { format: "module", source: await compile(file, readFileSync(file, "utf8")), shortCircuit: true };
}

/** Compiled once for all threads and processes of a run: starting the compiler takes longer than most tests. */
async function compile(file, source) {
  const key = createHash("sha256").update(file).update("\0").update(source).digest("hex");
  const kept = new URL(`${key}.mjs`, cache);
  if (existsSync(kept)) return readFileSync(kept, "utf8");
  const { transform } = await import("esbuild");
  const { code } = await transform(source, {
    loader: "ts",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    sourcefile: file,
  });
  mkdirSync(cache, { recursive: true });
  // Written aside and moved: another process never reads half a file.
  const aside = new URL(`${key}.${process.pid}.tmp`, cache);
  writeFileSync(aside, code);
  renameSync(aside, kept);
  return code;
}
