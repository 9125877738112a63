import { builtInTools } from "../../catalog/index.js";
import type { CatalogTool } from "../../catalog/types.js";
import { localTools } from "./local-tools.js";

/** The tools of the platform: its own, and the built-in ones of the apps that the catalog has. */
export function toolsFor(apps: () => readonly { readonly name: string }[]): () => readonly CatalogTool[] {
  return () => {
    const names = new Set(apps().map(({ name }) => name));
    return [...localTools(), ...builtInTools().filter(({ appName }) => names.has(appName))];
  };
}
