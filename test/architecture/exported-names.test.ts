import ts from "typescript";
import { expect, test } from "vitest";
import { knownDuplicates } from "./known.js";
import { allSources, planted, type Source } from "./sources.js";

/** Names that a file itself defines and exports. A re-export is no definition. */
function exportedBy({ ast }: Source): Set<string> {
  const names = new Set<string>();
  const add = (name: ts.Node | undefined) => {
    if (name === undefined) return;
    if (ts.isIdentifier(name)) names.add(name.text);
    else if (ts.isObjectBindingPattern(name) || ts.isArrayBindingPattern(name)) {
      for (const each of name.elements) if (ts.isBindingElement(each)) add(each.name);
    }
  };
  const local = new Set<string>();
  for (const statement of ast.statements) {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    const isExported = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
    const isDefault = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) === true;
    if (isExported && !isDefault) {
      if (ts.isVariableStatement(statement)) {
        for (const { name } of statement.declarationList.declarations) add(name);
      } else if ("name" in statement) {
        add(statement.name as ts.Node);
      }
    }
    if ("name" in statement && statement.name !== undefined)
      local.add((statement.name as ts.Identifier).text);
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name)) local.add(name.text);
      }
    }
  }
  for (const statement of ast.statements) {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier !== undefined) continue;
    if (statement.exportClause === undefined || !ts.isNamedExports(statement.exportClause)) continue;
    for (const { name, propertyName } of statement.exportClause.elements) {
      if (local.has((propertyName ?? name).text)) names.add(name.text);
    }
  }
  return names;
}

/** `name: file, file`, of every name that more than one file defines. */
function definedTwice(sources: readonly Source[]): string[] {
  const files = new Map<string, string[]>();
  for (const source of sources) {
    for (const name of exportedBy(source)) files.set(name, [...(files.get(name) ?? []), source.path]);
  }
  return [...files]
    .filter(([, paths]) => paths.length > 1)
    .map(([name, paths]) => `${name}: ${paths.sort().join(", ")}`)
    .sort();
}

test("one exported name has one definition", () => {
  const twice = definedTwice(allSources());
  expect(twice.filter((each) => !knownDuplicates.includes(each.split(":")[0] as string))).toEqual([]);
});

test("every name that is excused is still defined twice", () => {
  const names = definedTwice(allSources()).map((each) => each.split(":")[0]);
  expect(knownDuplicates.filter((name) => !names.includes(name))).toEqual([]);
});

test("a second definition is found, of a function, a type and a constant, and a re-export is none", () => {
  const files = {
    "base/a.ts":
      "export function size() {}\nexport interface Shape {}\nexport const LIMIT = 1, [FIRST] = [1];",
    "base/b.tsx":
      "function size() {}\nexport { size };\nexport type Shape = 1;\nexport const { LIMIT, FIRST } = x;",
    "base/c.ts": 'export { size } from "./a.js";\nexport * from "./b.js";\nfunction LIMIT() {}',
  };
  expect(definedTwice(planted(files))).toEqual([
    "FIRST: base/a.ts, base/b.tsx",
    "LIMIT: base/a.ts, base/b.tsx",
    "Shape: base/a.ts, base/b.tsx",
    "size: base/a.ts, base/b.tsx",
  ]);
});
