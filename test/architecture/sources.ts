import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import ts from "typescript";

/** One file of `src`, parsed when a rule first looks at its syntax. */
export interface Source {
  /** Relative to `src`, with `/` and the extension. */
  readonly path: string;
  readonly text: string;
  readonly ast: ts.SourceFile;
}

export interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const isSource = (name: string) => /\.tsx?$/.test(name);

function parsed(path: string, text: string): Source {
  const kind = path.endsWith(".tsx") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  let ast: ts.SourceFile | undefined;
  return {
    path,
    text,
    get ast() {
      ast ??= ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
      return ast;
    },
  };
}

/** A small tree of files, for a violation that a rule must find. */
export function planted(files: Readonly<Record<string, string>>): Source[] {
  return Object.entries(files).map(([path, text]) => parsed(path, text));
}

/** Every source below a folder. Installed packages are skipped: the dashboard has its own `node_modules`. */
export function readSources(folder: string): Source[] {
  const found: Source[] = [];
  const visit = (below: string) => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = posix.join(below, entry.name);
      if (entry.isDirectory() && entry.name !== "node_modules") visit(path);
      if (entry.isFile() && isSource(entry.name)) {
        found.push(parsed(path, readFileSync(join(folder, path), "utf8")));
      }
    }
  };
  visit("");
  return found;
}

let read: readonly Source[] | undefined;

/** The sources of the package and of the dashboard. */
export function allSources(): readonly Source[] {
  read ??= readSources(join(import.meta.dirname, "../../src"));
  return read;
}

/** Calls `visit` for every node of a file. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** `path:line`, where an editor finds the node. */
export function place({ path, ast }: Source, node: ts.Node): string {
  return `${path}:${ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1}`;
}

/** Every import between two of the sources: static, dynamic, re-exports, and types. */
export function importsOf(sources: readonly Source[]): Import[] {
  const paths = new Set(sources.map(({ path }) => path));
  const imports: Import[] = [];
  for (const { path: from, ast } of sources) {
    const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
      if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
      if (!specifier.text.startsWith(".")) return;
      const stem = posix.join(dirname(from), specifier.text).replace(/\.(?:[jt]sx?)$/, "");
      const to = [`${stem}.ts`, `${stem}.tsx`, `${stem}/index.ts`].find((path) => paths.has(path));
      if (to !== undefined) imports.push({ from, to, typeOnly });
    };
    walk(ast, (node) => {
      if (ts.isImportDeclaration(node)) {
        add(node.moduleSpecifier, node.importClause?.isTypeOnly === true);
      } else if (ts.isExportDeclaration(node)) {
        add(node.moduleSpecifier, node.isTypeOnly);
      } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
        add(node.argument.literal, true);
      } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
        add(node.arguments[0], false);
      }
    });
  }
  return imports;
}
