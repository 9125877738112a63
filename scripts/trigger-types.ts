import { execFile } from "node:child_process";
import { printToolInterface } from "../src/catalog/print-tools.js";
import { printInterface } from "../src/catalog/print-triggers.js";
import type { CatalogTool, CatalogTrigger } from "../src/catalog/types.js";

const HEADER = "// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.\n\n";

/** A folder of generated types: what it has, and how an app's part of it is written. */
interface Kind<Entry> {
  /** `Triggers`: the end of each interface's name. */
  readonly suffix: string;
  /** What the index says of its interface. */
  readonly meaning: string;
  readonly print: (name: string, entries: readonly Entry[]) => string;
}

const triggers: Kind<CatalogTrigger> = {
  suffix: "Triggers",
  meaning: "Trigger name → its config and payload, for the triggers of the built-in catalog.",
  print: printInterface,
};

const tools: Kind<CatalogTool> = {
  suffix: "Tools",
  meaning: "Tool name → its arguments and the data of its result, for the tools of the built-in catalog.",
  print: printToolInterface,
};

/** The files of src/generated/trigger-types. @returns file name → content, in the project's own format */
export const triggerTypeFiles = (catalog: readonly CatalogTrigger[]) => typeFiles(catalog, triggers);

/** The files of src/generated/tool-types, in the same way. */
export const toolTypeFiles = (catalog: readonly CatalogTool[]) => typeFiles(catalog, tools);

/** One file for each app, and an index. */
async function typeFiles<Entry extends { readonly appName: string }>(
  catalog: readonly Entry[],
  { suffix, meaning, print }: Kind<Entry>,
): Promise<ReadonlyMap<string, string>> {
  const apps = new Map<string, Entry[]>();
  for (const entry of catalog) apps.set(entry.appName, [...(apps.get(entry.appName) ?? []), entry]);
  const sorted = [...apps].sort(([a], [b]) => (a < b ? -1 : 1));
  /** `github` → `GithubTriggers` */
  const interfaceOf = (app: string) => `${app.charAt(0).toUpperCase()}${app.slice(1)}${suffix}`;
  const files = sorted.map(([app, entries]): [string, string] => [
    `${app}.ts`,
    print(interfaceOf(app), entries),
  ]);
  const names = sorted.map(([app]) => app);
  // TypeScript reads a member's type when it is used: an app that is not used costs only its parsing.
  files.push([
    "index.ts",
    `${names.map((app) => `import type { ${interfaceOf(app)} } from "./${app}.js";\n`).join("")}
/** ${meaning} */
export interface Catalog${suffix} extends ${names.map(interfaceOf).join(", ")} {}
`,
  ]);
  return new Map(
    await Promise.all(
      files.map(async ([name, text]): Promise<[string, string]> => [name, await formatted(HEADER + text)]),
    ),
  );
}

/** As the linter wants the sources, so that it need not know which of them are generated. */
function formatted(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "node_modules/.bin/biome",
      ["format", "--stdin-file-path=src/generated/trigger-types/generated.ts"],
      { shell: process.platform === "win32" },
      (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
    );
    child.stdin?.end(text);
  });
}
