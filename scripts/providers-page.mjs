// Writes the table of all senders into docs/providers.md. A test compares them.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const outfile = join(process.cwd(), "node_modules/.cache/earshot-providers.mjs");
await build({
  stdin: {
    contents:
      'export * from "./src/verify/index.ts"; export { tableOf } from "./scripts/providers-table.ts";',
    resolveDir: process.cwd(),
  },
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  logLevel: "warning",
});
const { describeSender, senderDefinitions, tableOf } = await import(pathToFileURL(outfile).href);
const path = "docs/providers.md";
const page = readFileSync(path, "utf8");
const table = tableOf(senderDefinitions.map(describeSender), page);
writeFileSync(
  path,
  page.replace(
    /(<!-- senders:.*?-->\n)[\s\S]*?(<!-- end of senders -->)/,
    (_all, start, end) => `${start}\n${table}\n${end}`,
  ),
);
