import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import * as errors from "../../src/base/errors.js";
import { errorCodes, solutionOf } from "../../src/base/errors.js";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/errors.md"), "utf8");
const rows = [...page.matchAll(/^\| `(ERR_[A-Z_0-9]+)` \| (.+) \|$/gm)].map(([, code, solution]) => ({
  code,
  solution,
}));

test("every code has its row in docs/errors.md, in the words of the code", () => {
  expect(rows).toEqual(
    errorCodes.map((code) => ({ code, solution: solutionOf(code).replaceAll("|", "\\|") })),
  );
});

test("every code is thrown or reported somewhere, and nowhere stands a code without a row", () => {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && name !== "errors.ts" && !name.includes("node_modules"),
  );
  // What a comment says is thrown is not thrown.
  const code = files
    .map((name) => readFileSync(join(root, "src", name), "utf8"))
    .join("\n")
    .replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const used = new Set(code.match(/\bERR_[A-Z_0-9]+\b/g));
  // Node's own codes have the same form.
  const ours = [...used].filter(
    (name) =>
      // A name that ends in "_" is a part of several, in a template or a doc comment.
      !name.endsWith("_") &&
      !/^ERR_(MODULE_NOT_FOUND|TLS_|SSL_|STREAM_|HTTP_|SOCKET_|INVALID_|DLOPEN_|ASSERTION|UNHANDLED|WORKER_|SERVER_|STRING_|BUFFER_|HTTP2_|ACCESS_DENIED|SQLITE_ERROR)/.test(
        name,
      ),
  );
  expect(errorCodes.filter((name) => !used.has(name))).toEqual([]);
  expect(ours.filter((name) => !(errorCodes as readonly string[]).includes(name))).toEqual([]);
});

/** Class → what its row says. */
const classRows = new Map(
  [...page.matchAll(/^\| `([A-Z][A-Za-z]+Error)` \| (.+) \|$/gm)].map(([, name = "", text = ""]) => [
    name,
    text,
  ]),
);

test("every class of errors has its row in docs/errors.md, with each member that it adds", () => {
  const { EarshotError } = errors;
  const classes = Object.entries(errors).filter(
    ([, value]) => typeof value === "function" && Object.getPrototypeOf(value) === EarshotError,
  );
  expect([...classRows.keys()].sort()).toEqual(classes.map(([name]) => name).sort());
  const source = readFileSync(join(root, "src/base/errors.ts"), "utf8");
  for (const [name, text] of classRows) {
    const body = new RegExp(`class ${name} [^]*?\\n}`).exec(source)?.[0] ?? "";
    const members = [...body.matchAll(/^ {2}(?:declare )?readonly (\w+):/gm)].map(([, member]) => member);
    for (const member of members) expect(text, name).toContain(`\`${member}\``);
  }
  expect(page).toContain("`Drop`");
  expect(page).toContain("`RetryAfter` (`delayMs`)");
});

test("writing the page again changes neither of its tables", () => {
  const copy = mkdtempSync(join(tmpdir(), "earshot-errors-page-"));
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  for (const place of ["docs/errors.md", "src/base", "scripts/errors-page.mjs"]) {
    cpSync(join(root, place), join(copy, place), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  execFileSync(process.execPath, ["scripts/errors-page.mjs"], { cwd: copy });
  expect(readFileSync(join(copy, "docs/errors.md"), "utf8")).toBe(page);
});
