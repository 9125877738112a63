import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const fixtures = join(root, "test/package/compilers");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earshot-types-"));
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const { dependencies } = JSON.parse(await readFile(join(fixtures, "package.json"), "utf8"));
  const manifest = { private: true, dependencies: { ...dependencies, earshot: `file:${filename}` } };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: folder });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A compiler that says nothing found nothing. */
async function compiled(
  version: string,
  options: object,
  file = "ten-lines.ts",
  fixture = "ten-lines.ts",
): Promise<string> {
  const project = await mkdtemp(join(folder, "project-"));
  await cp(join(fixtures, fixture), join(project, file));
  const compilerOptions = { target: "es2022", noEmit: true, types: ["node"], ...options };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [file] }));
  const compiler = join(folder, "node_modules", `typescript-${version}`, "bin/tsc");
  const failed = await run(process.execPath, [compiler, "-p", "."], { cwd: project }).then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
  return failed;
}

const nodeNext = { module: "nodenext", moduleResolution: "nodenext" };
const exact = {
  ...nodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  isolatedModules: true,
};
const settings: readonly (readonly [string, object, string?])[] = [
  ["strict", { ...nodeNext, strict: true, skipLibCheck: true }],
  ["strict off, as Next.js writes it", { ...nodeNext, strict: false, skipLibCheck: true }],
  [
    "strict on, strictNullChecks off",
    { ...nodeNext, strict: true, strictNullChecks: false, skipLibCheck: true },
  ],
  ["exact optional properties", { ...exact, skipLibCheck: true }, "main.mts"],
  ["verbatim modules", { ...exact, verbatimModuleSyntax: true, skipLibCheck: true }, "main.mts"],
  ["no skipLibCheck", { ...exact, skipLibCheck: false }, "main.mts"],
  ["no skipLibCheck and strict off", { ...nodeNext, strict: false, skipLibCheck: false }],
  ["no types by name", { ...nodeNext, strict: true, types: [], lib: ["es2022", "dom"], skipLibCheck: true }],
  [
    "node16, CommonJS",
    { module: "node16", moduleResolution: "node16", strict: true, skipLibCheck: true },
    "main.cts",
  ],
  ["a bundler", { module: "esnext", moduleResolution: "bundler", strict: true, skipLibCheck: true }],
];

/** The oldest and the newest compiler decide. Those between have the strictest settings, and all in the long form. */
const strictest = ["exact optional properties", "no skipLibCheck"];
const settingsOf = (version: string) =>
  process.env.COMPILER_SETTINGS === "all" || ["5.4", "7"].includes(version)
    ? settings
    : settings.filter(([name]) => strictest.includes(name));

for (const version of ["5.4", "5.9", "6", "7"]) {
  test(`the ten lines compile with a typed payload under TypeScript ${version}, whatever its settings`, {
    timeout: 300_000,
  }, async () => {
    const common = /^5/.test(version) ? { moduleResolution: "node10" } : { moduleResolution: "bundler" };
    const commonjs = [
      "CommonJS",
      { module: "commonjs", ...common, strict: true, skipLibCheck: true },
    ] as const;
    const errors: Record<string, string> = {};
    for (const [name, options, file] of [...settingsOf(version), commonjs]) {
      const found = await compiled(version, options, file);
      if (found !== "") errors[name] = found;
    }
    expect(errors).toEqual({});
  });
}

const sendersPackages = ["@octokit/webhooks-types", "@slack/types", "stripe"];
const resolutions: readonly (readonly [string, object, string])[] = [
  ["a module", nodeNext, "main.mts"],
  ["CommonJS", { module: "node16", moduleResolution: "node16" }, "main.cts"],
  ["a bundler", { module: "esnext", moduleResolution: "bundler" }, "main.ts"],
];

for (const version of ["7"]) {
  test(`the payloads of senders are typed with their packages, and unknown without, under TypeScript ${version}`, {
    timeout: 300_000,
  }, async () => {
    const errors: Record<string, string> = {};
    const compileAll = async (fixture: string) => {
      for (const [name, options, file] of resolutions) {
        const found = await compiled(
          version,
          { ...options, strict: true, skipLibCheck: true },
          file,
          fixture,
        );
        if (found !== "") errors[`${fixture}, ${name}`] = found;
      }
    };
    const place = (name: string) => join(folder, "node_modules", name);
    await compileAll("sender-types.ts");
    for (const name of sendersPackages) await rename(place(name), join(folder, name.replace("/", "+")));
    try {
      await compileAll("sender-types-missing.ts");
      // Without an import of these types, their absence is no error even where declarations are checked.
      const checked = { ...exact, skipLibCheck: false };
      const found = await compiled(version, checked, "main.mts");
      if (found !== "") errors["declarations checked"] = found;
    } finally {
      for (const name of sendersPackages) await rename(join(folder, name.replace("/", "+")), place(name));
    }
    expect(errors).toEqual({});
  });
}

/** Optional members of a declaration file whose type does not say `undefined`. */
function withoutUndefined(file: string, text: string): string[] {
  const found: string[] = [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const says = (type: ts.TypeNode | undefined): boolean =>
    type === undefined ||
    [ts.SyntaxKind.UnknownKeyword, ts.SyntaxKind.AnyKeyword, ts.SyntaxKind.UndefinedKeyword].includes(
      type.kind,
    ) ||
    (ts.isUnionTypeNode(type) && type.types.some(({ kind }) => kind === ts.SyntaxKind.UndefinedKeyword));
  const visit = (node: ts.Node): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    const at = `${file}:${line + 1} ${node.getText().slice(0, 80)}`;
    if (ts.isMethodSignature(node) && node.questionToken) found.push(at);
    if ((ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) && node.questionToken) {
      if (!says(node.type)) found.push(at);
      // Its members are optional, and reject `undefined`.
      if (node.type !== undefined && /\bPartial</.test(node.type.getText())) found.push(at);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

test("every optional member of the public types takes undefined", async () => {
  const dist = join(root, "dist");
  const files = (await readdir(dist)).filter((name) => /\.d\.c?ts$/.test(name));
  expect(files.length).toBeGreaterThan(6);
  const found = await Promise.all(
    files.map(async (name) => withoutUndefined(name, await readFile(join(dist, name), "utf8"))),
  );
  expect(found.flat()).toEqual([]);
  const planted =
    "interface A { a?: string; b?(): void; c?: Partial<A> | undefined; d?: string | undefined }";
  expect(withoutUndefined("planted.d.ts", planted)).toHaveLength(3);
});
