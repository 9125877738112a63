// Makes the README's sentence, the tables and the picture from the results file. Only the text between a page's markers
// is replaced.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { picture } from "./picture.js";
import { readResults } from "./results.js";
import { readSoak, soakTable } from "./soak-table.js";
import { bars, sentence, summary } from "./summary.js";
import { profilesTable, tables } from "./tables.js";

const root = new URL("../../", import.meta.url);
const pages = ["README.md", "docs/performance.md"];

/** @returns page → its text, as the results have it */
export function rendered(results = readResults(), soak = readSoak()) {
  const files = new Map();
  for (const page of pages) {
    const text = readFileSync(new URL(page, root), "utf8");
    files.set(
      page,
      fill(text, {
        sentence: sentence(results),
        summary: summary(results),
        tables: tables(results),
        profiles: profilesTable(results),
        soak: soak === undefined ? "" : soakTable(soak),
      }),
    );
  }
  files.set("docs/performance.svg", picture(bars(results)));
  return files;
}

export function render() {
  for (const [file, text] of rendered()) writeFileSync(fileURLToPath(new URL(file, root)), text);
}

function fill(text, sections) {
  return text.replace(
    /(<!-- measured: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin, name, end) => `${begin}\n${sections[name]}\n\n${end}`,
  );
}
