// Writes the second form of what the package has once. Run by `npm run build`, after tsup.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

// The local platform is built as CommonJS: no bundle for a browser or a worker takes it, so a second build has no use.
const names = Object.keys(createRequire(import.meta.url)(resolve("dist/dev.cjs")));
writeFileSync("dist/dev.js", `export {${names.join(",")}} from "./dev.cjs";\n`);

// tsup writes the declarations once, as those of modules: CommonJS has them, and the modules' export CommonJS's.
for (const name of readdirSync("dist").filter((file) => file.endsWith(".d.ts"))) {
  const text = readFileSync(`dist/${name}`, "utf8");
  writeFileSync(
    `dist/${name.replace(/\.d\.ts$/, ".d.cts")}`,
    text.replaceAll(/(["']\.\/[^"']+)\.js(["'])/g, "$1.cjs$2"),
  );
  rmSync(`dist/${name}`);
  const entry = name.replace(/\.d\.ts$/, "");
  if (/^[a-z]+$/.test(entry)) writeFileSync(`dist/${entry}.d.ts`, `export * from "./${entry}.cjs";\n`);
}

// The types of senders' events are declarations only. An import that is not of types alone finds an empty file.
mkdirSync("dist/types", { recursive: true });
for (const name of readdirSync("src/sender-types")) {
  copyFileSync(`src/sender-types/${name}`, `dist/types/${name}`);
  copyFileSync(`src/sender-types/${name}`, `dist/types/${name.replace(/\.d\.ts$/, ".d.cts")}`);
}
writeFileSync("dist/types/empty.js", "export {};\n");
writeFileSync("dist/types/empty.cjs", "");
