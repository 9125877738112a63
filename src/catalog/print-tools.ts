import { comment, key, printType } from "../json-schema/typescript.js";
import type { CatalogTool } from "./types.js";

/** What the types of a tool are made from. */
export type PrintableTool = Pick<CatalogTool, "name" | "displayName" | "description" | "input" | "output">;

/** `export interface GithubTools { GITHUB_CREATE_AN_ISSUE: { arguments: …; data: … }; … }` */
export function printToolInterface(name: string, tools: readonly PrintableTool[]): string {
  const members = [...tools]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      (tool) =>
        `${comment([`${tool.displayName}. ${tool.description}`], "  ")}  ${key(tool.name)}: {\n` +
        `    arguments: ${printType(tool.input, "    ")};\n` +
        `    data: ${printType(tool.output, "    ")};\n  };\n`,
    );
  return `export interface ${name} {\n${members.join("")}}\n`;
}
