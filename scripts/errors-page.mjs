// Writes the table of docs/errors.md from src/base/errors.ts. A test compares them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";

const folder = mkdtempSync(join(tmpdir(), "earshot-errors-"));
const built = join(folder, "errors.mjs");
buildSync({
  entryPoints: ["src/base/errors.ts"],
  outfile: built,
  bundle: true,
  format: "esm",
  logLevel: "error",
});
const { errorCodes, solutionOf } = await import(pathToFileURL(built).href);
rmSync(folder, { recursive: true });

const page = readFileSync("docs/errors.md", "utf8");
const table = errorCodes
  .map((code) => `| \`${code}\` | ${solutionOf(code).replaceAll("|", "\\|")} |`)
  .join("\n");
// The last table of the page; the one of the classes stands before it.
const begin = "| code | solution |\n| --- | --- |\n";
if (!page.includes(begin)) throw new Error("docs/errors.md has no table of codes.");
const start = page.indexOf(begin) + begin.length;
writeFileSync("docs/errors.md", `${page.slice(0, start)}${table}\n`);
