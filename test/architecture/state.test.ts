import ts from "typescript";
import { expect, test } from "vitest";
import { knownClock, knownSize, knownState } from "./known.js";
import { allSources, place, planted, type Source, walk } from "./sources.js";

type Rule = (source: Source) => string[];

const isDate = (node: ts.Node) => ts.isIdentifier(node) && node.text === "Date";

/** `Date.now` and `new Date()` read the machine's clock, which no test can step. */
const clock: Rule = (source) => {
  if (source.path === "base/clock.ts") return [];
  const found: string[] = [];
  walk(source.ast, (node) => {
    const isNow = ts.isPropertyAccessExpression(node) && isDate(node.expression) && node.name.text === "now";
    const isNew = ts.isNewExpression(node) && isDate(node.expression) && (node.arguments ?? []).length === 0;
    if (isNow || isNew) found.push(place(source, node));
  });
  return found;
};

const weak = new Set(["WeakMap", "WeakSet", "WeakRef", "FinalizationRegistry"]);
const containers = new Set(["Map", "Set", "Array"]);
const mutators = new Set(
  "set add delete clear push pop shift unshift splice sort reverse fill copyWithin".split(" "),
);
const assignments = [ts.SyntaxKind.FirstAssignment, ts.SyntaxKind.LastAssignment] as const;

/** A constant that says it is read-only is filled once, where it is written. */
const readOnly = /^(?:readonly |Readonly(?:Array|Map|Set)?<)/;

/** Empty at the start, so it is there to be filled; a weak collection is always filled later. */
function isToBeFilled(initializer: ts.Expression): boolean {
  if (ts.isArrayLiteralExpression(initializer)) return initializer.elements.length === 0;
  if (ts.isObjectLiteralExpression(initializer)) return initializer.properties.length === 0;
  if (!ts.isNewExpression(initializer) || !ts.isIdentifier(initializer.expression)) return false;
  const { text } = initializer.expression;
  return weak.has(text) || (containers.has(text) && (initializer.arguments ?? []).length === 0);
}

/** The first name of `a.b[c].d`. */
function rootOf(node: ts.Node): string | undefined {
  let at = node;
  while (ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at)) at = at.expression;
  return ts.isIdentifier(at) && at !== node ? at.text : undefined;
}

/** Names whose members a function changes: by assignment, `delete`, `++`, or a method that changes a collection. */
function changedNames({ ast }: Source): Set<string> {
  const names = new Set<string>();
  const add = (name: string | undefined) => name !== undefined && names.add(name);
  const look = (node: ts.Node) => {
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind >= assignments[0] && kind <= assignments[1]) add(rootOf(node.left));
    } else if (ts.isDeleteExpression(node)) {
      add(rootOf(node.expression));
    } else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      const isChange = [ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken].includes(node.operator);
      if (isChange) add(rootOf(node.operand));
    } else if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression;
      if (mutators.has(name.text) && ts.isIdentifier(expression)) add(expression.text);
    }
  };
  // Outside of functions, a module fills its own tables, once.
  walk(ast, (node) => {
    if (ts.isFunctionLike(node)) walk(node, look);
  });
  return names;
}

/** Names that a function declares, or takes, hide the module's: a change of those is a change of something local. */
function localNames({ ast }: Source): Set<string> {
  const names = new Set<string>();
  walk(ast, (node) => {
    const isLocal =
      ts.isParameter(node) || (ts.isVariableDeclaration(node) && node.parent.parent.parent !== ast);
    if (isLocal && ts.isIdentifier(node.name)) names.add(node.name.text);
  });
  return names;
}

/**
 * State that outlives a listener: two listeners of a process would share it, and a test would meet the last one's.
 * Found are variables (`let`), collections that start empty, whatever else of a module is changed by its file, and
 * static members that can be assigned.
 */
const state: Rule = (source) => {
  const found: string[] = [];
  const changed = changedNames(source);
  const local = localNames(source);
  for (const statement of source.ast.statements) {
    if (ts.isClassDeclaration(statement)) {
      for (const member of statement.members) {
        if (!ts.isPropertyDeclaration(member)) continue;
        const has = (kind: ts.SyntaxKind) => member.modifiers?.some((each) => each.kind === kind) === true;
        if (!has(ts.SyntaxKind.StaticKeyword)) continue;
        const isFilled = member.initializer !== undefined && isToBeFilled(member.initializer);
        if (!has(ts.SyntaxKind.ReadonlyKeyword) || isFilled) found.push(place(source, member));
      }
    }
    if (!ts.isVariableStatement(statement)) continue;
    const modifiers = statement.modifiers ?? [];
    if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword)) continue;
    const isConst = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
    for (const declaration of statement.declarationList.declarations) {
      const { name, initializer } = declaration;
      const isChanged = ts.isIdentifier(name) && changed.has(name.text) && !local.has(name.text);
      const isReadOnly = readOnly.test(declaration.type?.getText(source.ast) ?? "");
      const isFilled = initializer !== undefined && !isReadOnly && isToBeFilled(initializer);
      if (!isConst || isChanged || isFilled) found.push(place(source, declaration));
    }
  }
  return found;
};

/** Only the command line writes to the console. */
const output: Rule = (source) => {
  if (source.path.startsWith("cli/")) return [];
  const found: string[] = [];
  walk(source.ast, (node) => {
    const isConsole = ts.isPropertyAccessExpression(node) && rootOf(node) === "console";
    if (isConsole) found.push(place(source, node));
  });
  return found;
};

/** Only settings and the command line read the environment. */
const environment: Rule = (source) => {
  if (/^(?:settings|cli)\//.test(source.path)) return [];
  const found: string[] = [];
  walk(source.ast, (node) => {
    const isEnv =
      (ts.isPropertyAccessExpression(node) &&
        node.name.text === "env" &&
        /\bprocess$/.test(node.expression.getText(source.ast))) ||
      (ts.isBindingElement(node) &&
        (node.propertyName ?? node.name).getText(source.ast) === "env" &&
        /\bprocess$/.test(
          (node.parent.parent as ts.VariableDeclaration).initializer?.getText(source.ast) ?? "",
        ));
    if (isEnv) found.push(place(source, node));
  });
  return found;
};

const LONGEST = 400;
const size: Rule = ({ path, text }) => {
  // Written by a script from a catalog, and read by compilers.
  if (path.startsWith("generated/")) return [];
  const lines = text.replace(/\n$/, "").split("\n").length;
  return lines > LONGEST ? [`${path}: ${lines} lines`] : [];
};

const fileOf = (found: string) => found.replace(/:.*/, "");
const rules: readonly (readonly [title: string, rule: Rule, known: readonly string[]])[] = [
  ["only base/clock.ts reads the machine's time", clock, knownClock],
  ["no module has state that can change", state, knownState],
  ["only the command line writes to the console", output, []],
  ["only settings and the command line read the environment", environment, []],
  [`no file is longer than ${LONGEST} lines`, size, knownSize],
];

test.each(rules)("%s", (_title, rule, excused) => {
  const found = allSources().flatMap(rule);
  expect(found.filter((each) => !excused.includes(fileOf(each)))).toEqual([]);
  const files = new Set(found.map(fileOf));
  expect(excused.filter((file) => !files.has(file))).toEqual([]);
});

const violations: readonly (readonly [what: string, rule: Rule, path: string, text: string])[] = [
  ["Date.now()", clock, "base/a.ts", "const at = Date.now();"],
  ["Date.now as a value", clock, "base/a.ts", "const options = { now: Date.now };"],
  ["new Date()", clock, "dev/a.tsx", "const a = () => <p>{new Date().toISOString()}</p>;"],
  ["new Date without parentheses", clock, "base/a.ts", "const a = new Date;"],
  ["let", state, "base/a.ts", "export let count = 0;"],
  ["an empty map", state, "base/a.ts", "const cache = new Map<string, number>();"],
  ["an empty set", state, "base/a.ts", "const names: Set<string> = new Set();"],
  ["an empty array", state, "base/a.ts", "const list: string[] = [];"],
  ["a weak map", state, "base/a.ts", "const seen = new WeakMap<object, string>();"],
  [
    "a filled set that is changed",
    state,
    "base/a.ts",
    'const a = new Set(["x"]);\nexport const f = () => a.add("y");',
  ],
  ["a member that is assigned", state, "base/a.ts", "const a = { n: 1 };\nexport function f() { a.n = 2; }"],
  ["a member that is counted", state, "base/a.ts", "const a = { n: 1 };\nexport function f() { a.n += 2; }"],
  [
    "an element that is deleted",
    state,
    "base/a.ts",
    "const a = { n: 1 };\nexport function f() { delete a.n; }",
  ],
  ["a static counter", state, "base/a.ts", "class A { static count = 0; }"],
  ["a static map", state, "base/a.ts", "class A { static readonly all = new Map(); }"],
  ["console", output, "dev/a.tsx", 'console.error("x");'],
  ["console in a list", output, "base/a.ts", "const a = [console.log(1)];"],
  ["process.env", environment, "client/a.ts", "const key = process.env.KEY;"],
  ["globalThis.process.env", environment, "client/a.ts", "const { KEY } = globalThis.process.env;"],
  ["env taken out of process", environment, "client/a.ts", "const { env } = process;"],
  ["401 lines", size, "base/a.ts", "a;\n".repeat(401)],
];

test.each(violations)("found is: %s", (_what, rule, path, text) => {
  expect(planted({ [path]: text }).flatMap(rule)).toHaveLength(1);
});

const allowed: readonly (readonly [what: string, rule: Rule, path: string, text: string])[] = [
  ["a date of a number", clock, "base/a.ts", "const a = new Date(5);"],
  ["Date.now in a comment or text", clock, "base/a.ts", '// Date.now()\nconst a = "new Date()";'],
  ["the clock itself", clock, "base/clock.ts", "const now = () => Date.now();"],
  [
    "a constant set",
    state,
    "base/a.ts",
    'const names = new Set(["a"]);\nexport const f = () => names.has("b");',
  ],
  [
    "a local variable",
    state,
    "base/a.ts",
    "export function f() { let n = 0; const a = []; a.push(n++); return a; }",
  ],
  [
    "a table filled at import",
    state,
    "base/a.ts",
    "const a = new Uint8Array(9);\nfor (const n of [1]) a[n] = n;",
  ],
  ["a declared variable", state, "base/a.ts", "declare let Bun: unknown;"],
  ["console in the command line", output, "cli/a.ts", 'console.log("x");'],
  ["the environment in settings", environment, "settings/a.ts", "const key = process.env.KEY;"],
  ["400 lines", size, "base/a.ts", "a;\n".repeat(400)],
];

test.each(allowed)("allowed is: %s", (_what, rule, path, text) => {
  expect(planted({ [path]: text }).flatMap(rule)).toEqual([]);
});
