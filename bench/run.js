// Measures. `npm run bench` for all, `npm run bench -- ROW…` for some, `--short` for the form that compares with
// what was measured before and fails where a ratio has fallen by more than a third, `--profile ROW…` for where the
// time of a row's subject goes.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./lib/build.js";
import { profileLine, profileText } from "./lib/profile.js";
import { render } from "./lib/render.js";
import { compareWithBefore, save, saveProfile } from "./lib/results.js";
import { rows } from "./rows/index.js";

const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    /** With --profile: another subject of the row than earshot, and for how many seconds. */
    of: { type: "string" },
    seconds: { type: "string", default: "6" },
  },
});
const { short } = options;
const unknown = asked.filter((word) => !rows.has(word));
const note = (text) => process.stderr.write(`${text}\n`);

if (unknown.length > 0) {
  note(`There is no row ${unknown.join(", ")}. The rows are ${[...rows.keys()].join(", ")}.`);
  process.exit(2);
}
const without = options.profile ? asked.filter((word) => rows.get(word).profile !== true) : [];
if (without.length > 0) {
  note(`There is no profile of ${without.join(", ")}: no one process does the work there.`);
  process.exit(2);
}
await build();
const least = { runs: 5, seconds: short ? 0.4 : 0.8, warmUpEvents: short ? 10_000 : 30_000 };
const chosen = (unasked) =>
  [...rows].filter(([name, row]) => (asked.length > 0 ? asked.includes(name) : unasked(row)));
const indented = (text) => note(`  ${text}`);

if (options.profile) await profiles();
else if (short) await compare();
else await measure();

/** What has been measured is kept, whatever becomes of the rows after it. */
async function measure() {
  const failed = [];
  for (const [name, row] of chosen(() => true)) {
    note(`— ${name}`);
    try {
      save({ [name]: await row.measure({ ...least, short, note: indented }) });
    } catch (error) {
      note(error.stack);
      failed.push(name);
    }
  }
  render();
  if (failed.length > 0) note(`Not measured: ${failed.join(", ")}.`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

/** A row that has fallen is measured once more, in more turns: what fails twice is no accident of the machine's. */
async function compare() {
  const lasting = [];
  for (const [name, row] of chosen((row) => row.short === true)) {
    for (const again of [false, true]) {
      note(`— ${name}${again ? ", once more" : ""}`);
      const measured = await row.measure({ ...least, ...(again && { runs: 9 }), short, note: indented });
      const { was, is, fell } = compareWithBefore(name, measured);
      note(`  the ratio is ${is ?? "not there"}; it was ${was ?? "not measured before"}`);
      if (!fell) break;
      if (again) lasting.push(name);
    }
  }
  process.exitCode = lasting.length > 0 ? 1 : 0;
  note(
    lasting.length > 0
      ? `Twice more than a third below what was measured before: ${lasting.join(", ")}.`
      : "No ratio has fallen by more than a third.",
  );
}

async function profiles() {
  for (const [name, row] of chosen((row) => row.profile === true)) {
    note(`— ${name}`);
    const folder = mkdtempSync(join(tmpdir(), "earshot-profile-"));
    try {
      const profile = { of: options.of, seconds: Number(options.seconds), folder };
      const threads = await row.measure({ ...least, short, note: indented, profile });
      const line = profileLine(threads[0]);
      process.stdout.write(`\n${profileText(threads)}\n  In short: ${line}.\n\n`);
      if (options.of === undefined) saveProfile(name, line);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  render();
}
