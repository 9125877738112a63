// Makes the build small. Run by `npm run build`.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { transformSync } from "esbuild";

// Takes out comments and indentation: names stay, and lines that an editor can show, so that a stack still says where.
for (const name of readdirSync("dist").filter((file) => /\.c?js$/.test(file))) {
  const file = join("dist", name);
  const { code } = transformSync(readFileSync(file, "utf8"), {
    minifyWhitespace: true,
    minifySyntax: true,
    // Nothing of the thread that owns an SQLite file is called or caught by name.
    minifyIdentifiers: name.startsWith("sqlite-worker"),
    lineLimit: 160,
    platform: "node",
    target: "node20",
  });
  writeFileSync(file, code);
}

// The local platform stands in the package once, as CommonJS: no bundle for a browser or a worker takes it, so that a
// second form has no use.
const require = createRequire(import.meta.url);
const names = Object.keys(require(resolve("dist/dev.cjs"))).filter((name) => name !== "default");
writeFileSync("dist/dev.js", `export {${names.join(",")}} from "./dev.cjs";\n`);

// Types stand in the package once too: both forms declare the same, and a value of one fits where the other is asked.
for (const name of readdirSync("dist").filter((file) => /^[a-z]+\.d\.cts$/.test(file))) {
  const form = name.replace(/\.d\.cts$/, "");
  writeFileSync(`dist/${form}.d.ts`, `export * from "./${form}.cjs";\n`);
}
