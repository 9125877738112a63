import { expect, test } from "vitest";
import { knownCycles } from "./known.js";
import { allSources, type Import, importsOf, planted } from "./sources.js";

/** Folders and files of `src`, lowest first. Each may import itself, its own row, and the rows below. */
const rows: readonly (readonly string[])[] = [
  ["base", "model", "generated"],
  ["json-schema"],
  ["protocol", "catalog"],
  ["settings"],
  ["transports", "verify", "providers", "decode", "inbox", "callbacks", "client"],
  ["pipeline", "monitoring", "tools", "dashboard"],
  [
    "listener",
    "listener-close",
    "listener-health",
    "listener-parts",
    "keep-enabled",
    "named-listeners",
    "wait-forever",
    "toolset",
    "testing",
  ],
  ["mcp"],
  ["index", "shared", "sender-types"],
];

/** Folders that must not know one another. `providers` describe senders to `verify`, and are not among them. */
const stages = new Set(["transports", "verify", "decode", "inbox", "callbacks", "client"]);

/** Types by which any folder may name an inbox. */
const contract = "inbox/contract.ts";

/** What the command line may import besides itself: the public entry points, and names of the protocol. */
const forCli = new Set([
  "index.ts",
  "dev/index.ts",
  "dashboard/index.ts",
  "inbox/sqlite/index.ts",
  "inbox/redis/index.ts",
  "verify/index.ts",
  "testing/index.ts",
  "mcp/tools/index.ts",
  "base/clock.ts",
  "base/date-of.ts",
  "base/json-numbers.ts",
  "base/version.ts",
  "base/loopback.ts",
  "base/plain-text.ts",
  "protocol/headers.ts",
  "protocol/shapes.ts",
  "json-schema/quirks.ts",
  "json-schema/ref.ts",
]);

/** What the local platform may import: it is the other end of the protocol, and knows no listener and no client. */
const forDev = new Set(["dev", "protocol", "catalog", "json-schema", "base", "model", "generated"]);
/** The language of expressions, which both sides understand alike. */
const languageForDev = new Set(["callbacks/filter-text.ts", "callbacks/pattern.ts"]);

/** The folder of a file, or the name of a file at the top. */
const folderOf = (path: string) => (path.split("/")[0] as string).replace(/\.tsx?$/, "");
const rowOf = (folder: string) => rows.findIndex((row) => row.includes(folder));
const text = ({ from, to }: Import) => `${from} → ${to}`;

function upwards(imports: readonly Import[]): string[] {
  return imports
    .filter(({ from, to, typeOnly }) => {
      const [low, high] = [folderOf(from), folderOf(to)];
      if (low === "dev" || low === "cli" || (typeOnly && to === contract)) return false;
      return high === "dev" || high === "cli" || rowOf(high) > rowOf(low);
    })
    .map(text);
}

function betweenStages(imports: readonly Import[]): string[] {
  return imports
    .filter(({ from, to, typeOnly }) => {
      const [a, b] = [folderOf(from), folderOf(to)];
      return a !== b && stages.has(a) && stages.has(b) && !(typeOnly && to === contract);
    })
    .map(text);
}

function fromDev(imports: readonly Import[]): string[] {
  return imports
    .filter(
      ({ from, to }) => folderOf(from) === "dev" && !forDev.has(folderOf(to)) && !languageForDev.has(to),
    )
    .map(text);
}

function fromCli(imports: readonly Import[]): string[] {
  return imports
    .filter(({ from, to }) => folderOf(from) === "cli" && folderOf(to) !== "cli" && !forCli.has(to))
    .map(text);
}

/** Groups of files that import one another, whether for a value or a type (Tarjan's algorithm). */
function cycles(imports: readonly Import[]): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const stack: string[] = [];
  const found: string[] = [];
  const visit = (file: string): number => {
    const own = order.size;
    order.set(file, own);
    stack.push(file);
    let lowest = own;
    for (const target of targets.get(file) ?? []) {
      if (!order.has(target)) lowest = Math.min(lowest, visit(target));
      else if (stack.includes(target)) lowest = Math.min(lowest, order.get(target) as number);
    }
    if (lowest === own) {
      const group = stack.splice(stack.indexOf(file));
      const toItself = targets.get(file)?.includes(file);
      if (group.length > 1 || toItself) found.push(group.sort().join(" → "));
    }
    return lowest;
  };
  for (const file of targets.keys()) if (!order.has(file)) visit(file);
  return found.sort();
}

const all = importsOf(allSources());

test("every folder has its row, and the imports are found", () => {
  const folders = new Set(allSources().map(({ path }) => folderOf(path)));
  expect([...folders].filter((folder) => !["dev", "cli"].includes(folder) && rowOf(folder) === -1)).toEqual(
    [],
  );
  expect(all.length).toBeGreaterThan(1000);
  expect(allSources().filter(({ path }) => path.includes("node_modules"))).toEqual([]);
  expect(all.some(({ from }) => from.endsWith(".tsx"))).toBe(true);
});

test("imports run downwards only", () => {
  expect(upwards(all)).toEqual([]);
});

test("an import upwards is found: as a value, a type, a re-export, a dynamic import, and in .tsx", () => {
  const files = {
    "listener.ts": "export class Listener {}",
    "base/a.ts": 'import { Listener } from "../listener.js";',
    "base/b.ts": 'import type { Listener } from "../listener.js";',
    "base/c.ts": 'export * from "../listener.js";',
    "base/d.ts": 'const late = () => import("../listener.js");',
    "base/e.ts": 'type Late = import("../listener.js").Listener;',
    "base/f.tsx": 'import {\n  Listener,\n} from "../listener.js";',
    "pipeline/ok.ts": 'import type { A } from "../base/a.js";',
  };
  const found = ["a.ts", "b.ts", "c.ts", "d.ts", "e.ts", "f.tsx"].map((name) => `base/${name} → listener.ts`);
  expect(upwards(importsOf(planted(files)))).toEqual(found);
});

test("stages do not import one another: they share types of the model and the inbox's contract", () => {
  expect(betweenStages(all)).toEqual([]);
});

test("an import of one stage by another is found, also of a value in the inbox's contract", () => {
  const files = {
    "inbox/contract.ts": "export interface Inbox {}",
    "decode/a.ts": 'import type { Filter } from "../callbacks/filter.js";',
    "decode/b.ts": 'import { Inbox } from "../inbox/contract.js";',
    "decode/ok.ts": 'import type { Inbox } from "../inbox/contract.js";',
    "callbacks/filter.ts": "export interface Filter {}",
  };
  expect(betweenStages(importsOf(planted(files)))).toEqual([
    "decode/a.ts → callbacks/filter.ts",
    "decode/b.ts → inbox/contract.ts",
  ]);
});

test("the local platform knows the protocol, and nothing of listener or client", () => {
  expect(fromDev(all)).toEqual([]);
});

test("an import of the client by the local platform or its dashboard is found", () => {
  const files = {
    "client/request.ts": "export const request = 1;",
    "dev/a.ts": 'import { request } from "../client/request.js";',
    "dev/dashboard/app/b.tsx": 'import { request } from "../../../client/request.js";',
  };
  expect(fromDev(importsOf(planted(files)))).toEqual([
    "dev/a.ts → client/request.ts",
    "dev/dashboard/app/b.tsx → client/request.ts",
  ]);
});

test("the command line imports only what a user can import, and names of the protocol", () => {
  expect(fromCli(all)).toEqual([]);
});

test("an import of an inner file by the command line is found", () => {
  const files = {
    "pipeline/receive.ts": "export const receive = 1;",
    "cli/a.ts": 'import { receive } from "../pipeline/receive.js";',
  };
  expect(fromCli(importsOf(planted(files)))).toEqual(["cli/a.ts → pipeline/receive.ts"]);
});

test("no two files import one another, in a circle of any length, types included", () => {
  expect(cycles(all)).toEqual([...knownCycles].sort());
});

test("a cycle is found, also of types only and of three files", () => {
  const files = {
    "base/a.ts": 'import type { B } from "./b.js";',
    "base/b.tsx": 'import { C } from "./c.js";',
    "base/c.ts": 'export const late = () => import("./a.js");',
    "base/d.ts": 'import { A } from "./a.js";',
  };
  expect(cycles(importsOf(planted(files)))).toEqual(["base/a.ts → base/b.tsx → base/c.ts"]);
});
