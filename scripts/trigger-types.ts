import { execFile } from "node:child_process";
import { printInterface } from "../src/catalog/print-triggers.js";
import type { CatalogTrigger } from "../src/catalog/types.js";

const HEADER = "// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.\n\n";

/**
 * The files of src/generated/trigger-types: one for each app, and an index.
 *
 * @returns file name → content, in the project's own format
 */
export async function triggerTypeFiles(
  catalog: readonly CatalogTrigger[],
): Promise<ReadonlyMap<string, string>> {
  const apps = new Map<string, CatalogTrigger[]>();
  for (const trigger of catalog) apps.set(trigger.appName, [...(apps.get(trigger.appName) ?? []), trigger]);
  const sorted = [...apps].sort(([a], [b]) => (a < b ? -1 : 1));
  const files = sorted.map(([app, triggers]): [string, string] => [
    `${app}.ts`,
    printInterface(interfaceOf(app), triggers),
  ]);
  files.push(["index.ts", indexOf(sorted.map(([app]) => app))]);
  return new Map(
    await Promise.all(
      files.map(async ([name, text]): Promise<[string, string]> => [name, await formatted(HEADER + text)]),
    ),
  );
}

/** TypeScript reads a member's type when somebody asks for it: an app that nobody uses costs its parsing alone. */
function indexOf(apps: readonly string[]): string {
  return `${apps.map((app) => `import type { ${interfaceOf(app)} } from "./${app}.js";\n`).join("")}
/** Trigger name → its config and payload, for the triggers of the built-in catalog. */
export interface CatalogTriggers extends ${apps.map(interfaceOf).join(", ")} {}
`;
}

/** `github` → `GithubTriggers` */
const interfaceOf = (app: string): string => `${app.charAt(0).toUpperCase()}${app.slice(1)}Triggers`;

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
