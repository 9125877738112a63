// Takes comments and indentation from the CommonJS files of the build: names stay, and lines that an editor can show.
// Whoever steps through the code has the module form, which stays as it is written. Run by `npm run build`.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";

for (const name of readdirSync("dist").filter((file) => file.endsWith(".cjs"))) {
  const file = join("dist", name);
  const options = { minifyWhitespace: true, lineLimit: 160, platform: "node", target: "node20" };
  writeFileSync(file, transformSync(readFileSync(file, "utf8"), options).code);
}
