import { readFileSync, writeFileSync } from "node:fs";

const page = new URL("../../docs/realtime.md", import.meta.url);
const marked = /(<!-- gaps -->\n)[\s\S]*?(<!-- \/gaps -->)/;

/** The table as it stands in the page. */
export function tableText({ measured, node, pusherJs, cutsEach, rows }) {
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
  const cells = ({ heard, lost, twice }) => `${grouped(heard)} | ${grouped(lost)} | ${grouped(twice)}`;
  const lines = [
    `About 80 events a second, each fault injected ${cutsEach} times for 10 ms to 5 s; pusher-js ${pusherJs}, Node ${node}, ${measured}. The numbers are in \`bench/results/gaps.json\`.`,
    "",
    "| fault | fired | pusher-js: received | lost | duplicates | earshot: received | lost | duplicates |",
    "|---|--:|--:|--:|--:|--:|--:|--:|",
    ...rows.map(
      (row) => `| ${row.title} | ${grouped(row.fired)} | ${cells(row.pusherJs)} | ${cells(row.earshot)} |`,
    ),
  ];
  return lines.join("\n");
}

/** Writes the table between its marks. */
export function writeTable(results) {
  const text = readFileSync(page, "utf8");
  if (!marked.test(text)) throw new Error("docs/realtime.md has no place for the table");
  writeFileSync(
    page,
    text.replace(marked, (_all, from, to) => `${from}\n${tableText(results)}\n\n${to}`),
  );
}
