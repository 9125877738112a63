import { join } from "node:path";
import type ts from "typescript";
import { expect, test } from "vitest";
import { errorsBelow, programOf, projectOptions, root } from "./compile.js";

const fixtures = join(import.meta.dirname, "sender-types");
const declarations = ["github", "slack", "stripe"].map((name) => join(root, `src/sender-types/${name}.d.ts`));
const options: ts.CompilerOptions = { ...projectOptions(), skipLibCheck: false };

/** As `import "stripe"` and its like fail where the package is not installed. */
const withoutPackages: ts.CompilerOptions = {
  ...options,
  skipLibCheck: true,
  paths: Object.fromEntries(
    Object.entries(options.paths ?? {}).filter(([name]) => name.startsWith("earshot")),
  ),
};

test("the payloads of GitHub, Stripe and Slack are those of their packages, and the declarations have no error", () => {
  expect(errorsBelow(root, [join(fixtures, "typed.ts"), ...declarations], options)).toEqual({});
});

test("without the packages a payload is a record of unknown values, not any", () => {
  const files = ["without-packages.ts", "typed.ts"].map((name) => join(fixtures, name));
  // The lines that need the packages do not compile then.
  expect(Object.keys(errorsBelow(fixtures, files, withoutPackages))).toEqual(["typed.ts"]);
});

test("a program that does not import them reads no file of the senders' packages", () => {
  const senders = /node_modules\/(?:@octokit|@slack|stripe)\/|sender-types\/\w+\.d\.ts/;
  const files = (entry: string) =>
    programOf([entry], options)
      .getSourceFiles()
      .filter(({ fileName }) => senders.test(fileName));
  expect(files(join(root, "test/package/compilers/ten-lines.ts"))).toEqual([]);
  expect(declarations.every((name) => senders.test(name))).toBe(true);
});
