import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorCodes, solutionOf } from "../../src/errors.js";

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
    (name) => name.endsWith(".ts") && name !== "errors.ts",
  );
  const code = files.map((name) => readFileSync(join(root, "src", name), "utf8")).join("\n");
  const used = new Set(code.match(/\bERR_[A-Z_0-9]+\b/g));
  // Node's own codes have the same form.
  const ours = [...used].filter(
    (name) =>
      // A name that ends in "_" is a part of several, in a template or a doc comment.
      !name.endsWith("_") &&
      !/^ERR_(MODULE_NOT_FOUND|TLS_|SSL_|STREAM_|HTTP_|SOCKET_|INVALID_|DLOPEN_|ASSERTION|UNHANDLED|WORKER_|SERVER_|STRING_|BUFFER_|HTTP2_)/.test(
        name,
      ),
  );
  expect(errorCodes.filter((name) => !used.has(name))).toEqual([]);
  expect(ours.filter((name) => !(errorCodes as readonly string[]).includes(name))).toEqual([]);
});
