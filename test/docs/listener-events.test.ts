import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/listener-events.md"), "utf8");
const source = join(root, "src/base/listener-events.ts");
const emitter = join(root, "src/base/listener-event-emitter.ts");

interface Described {
  readonly type: string;
  readonly fields: readonly string[];
}

/** Every variant of the type `ListenerEvent`, read from its declaration. */
function declared(): Described[] {
  const program = ts.createProgram([source], { strict: true, module: ts.ModuleKind.NodeNext });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(source);
  const alias = file?.statements.find(
    (node): node is ts.TypeAliasDeclaration =>
      ts.isTypeAliasDeclaration(node) && node.name.text === "ListenerEvent",
  );
  if (alias === undefined) throw new Error("src/base/listener-events.ts declares no type ListenerEvent.");
  const union = checker.getTypeAtLocation(alias);
  return (union.isUnion() ? union.types : [union]).map((variant) => {
    const names = variant.getProperties().map(({ name }) => name);
    const type = checker.getTypeOfSymbol(variant.getProperty("type") as ts.Symbol);
    return { type: (type as ts.StringLiteralType).value, fields: names.filter((name) => name !== "type") };
  });
}

/** What is missing on a page, and what it has too much. */
function problemsOf(text: string, events: readonly Described[]): string[] {
  const rows = new Map(
    [...text.matchAll(/^\| `([\w.-]+)`( ⚠)? \| (.+) \| (.+) \|$/gm)].map(([, type = "", , , fields = ""]) => [
      type,
      fields,
    ]),
  );
  const known = new Set(events.map(({ type }) => type));
  return [
    ...[...rows.keys()].filter((type) => !known.has(type)).map((type) => `${type} does not exist`),
    ...events.flatMap(({ type, fields }) => {
      const row = rows.get(type);
      if (row === undefined) return [`${type} has no row`];
      // A remark in brackets may name other things.
      const documented = [...row.replaceAll(/\([^)]*\)/g, "").matchAll(/`(\w+)`/g)].map(([, name]) => name);
      return [
        ...fields.filter((name) => !documented.includes(name)).map((name) => `${type} lacks ${name}`),
        ...documented
          .filter((name) => !fields.includes(name as string))
          .map((name) => `${type} has no ${name}`),
      ];
    }),
  ];
}

const events = declared();

test("every listener event is on its page, with exactly its fields", () => {
  expect(events.length).toBeGreaterThan(20);
  expect(problemsOf(page, events)).toEqual([]);
});

test("the page marks the events that become process warnings, and no others", () => {
  const problems =
    /const \w+: ReadonlySet<ListenerEventType> = new Set<ListenerEventType>\(\[([^\]]+)\]/.exec(
      readFileSync(emitter, "utf8"),
    );
  const warned = [...(problems?.[1] ?? "").matchAll(/"([^"]+)"/g)].map(([, type]) => type);
  const marked = [...page.matchAll(/^\| `([\w.-]+)` ⚠ \|/gm)].map(([, type]) => type);
  expect(warned.length).toBeGreaterThan(5);
  expect(marked.sort()).toEqual(warned.sort());
});

test("a missing event, a missing field and an invented field are noticed", () => {
  const planted = page
    .replace(/^\| `event\.stored` .+\n/m, "")
    .replace("`socketId`, ", "")
    .replace("| `url`, `replaced`", "| `url`, `address`, `replaced`");
  expect(problemsOf(planted, events)).toEqual([
    "websocket.ready lacks socketId",
    "webhook.registered has no address",
    "event.stored has no row",
  ]);
});
