// Measures. `npm run bench` for all, `npm run bench -- ROW…` for some, `--short` for the form that compares with
// what was measured before and fails where a ratio has fallen by more than a third.
import { build } from "./lib/build.js";
import { render } from "./lib/render.js";
import { save, shortfalls } from "./lib/results.js";
import { rows } from "./rows/index.js";

const words = process.argv.slice(2);
const short = words.includes("--short");
const asked = words.filter((word) => !word.startsWith("--"));
const unknown = asked.filter((word) => !rows.has(word));
const note = (text) => process.stderr.write(`${text}\n`);

if (unknown.length > 0) {
  note(`There is no row ${unknown.join(", ")}. The rows are ${[...rows.keys()].join(", ")}.`);
  process.exit(2);
}
build();
const measured = {};
const least = { runs: 5, seconds: short ? 0.4 : 0.8, warmUpEvents: short ? 10_000 : 30_000 };
for (const [name, row] of rows) {
  if (asked.length > 0 ? !asked.includes(name) : short && row.short !== true) continue;
  note(`— ${name}`);
  measured[name] = await row.measure({ ...least, short, note: (text) => note(`  ${text}`) });
  if (!short) save({ [name]: measured[name] });
}
if (short) {
  const fallen = shortfalls(measured);
  for (const line of fallen) note(line);
  process.exitCode = fallen.length > 0 ? 1 : 0;
  if (fallen.length === 0) note("No ratio has fallen by more than a third.");
} else {
  render();
}
