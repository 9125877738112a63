// Writes the second form of what the package has once. Run by `npm run build`, after tsup.
import { readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

// The local platform is built as CommonJS: no bundle for a browser or a worker takes it, so a second build has no use.
const names = Object.keys(createRequire(import.meta.url)(resolve("dist/dev.cjs")));
writeFileSync("dist/dev.js", `export {${names.join(",")}} from "./dev.cjs";\n`);

// The modules' types export CommonJS's: both forms declare the same.
for (const name of readdirSync("dist").filter((file) => /^[a-z]+\.d\.cts$/.test(file))) {
  const entry = name.replace(/\.d\.cts$/, "");
  writeFileSync(`dist/${entry}.d.ts`, `export * from "./${entry}.cjs";\n`);
}
