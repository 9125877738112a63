import { comment, key, printType } from "../json-schema/typescript.js";
import type { CatalogTrigger } from "./types.js";

/** What the types of a trigger are made from. */
export type PrintableTrigger = Pick<
  CatalogTrigger,
  "name" | "displayName" | "description" | "config" | "payload"
>;

/** `export interface GithubTriggers { GITHUB_STAR_ADDED_EVENT: { config: …; payload: … }; … }` */
export function printInterface(name: string, triggers: readonly PrintableTrigger[]): string {
  return `export interface ${name} {\n${printMembers(triggers, "  ")}}\n`;
}

/**
 * A module that tells TypeScript about triggers of your own: put it anywhere in your sources. Where a name is
 * known already, these types win.
 *
 * @param origin where the triggers come from, for the first line
 */
export function printTriggerTypes(triggers: readonly PrintableTrigger[], origin: string): string {
  return `${comment([`The triggers of ${origin}. Written by \`earshot types\`.`], "")}
declare module "earshot" {
  interface PlatformTriggers {
${printMembers(triggers, "    ")}  }
}

// Makes this file a module: only a module adds to another one's types.
export {};
`;
}

function printMembers(triggers: readonly PrintableTrigger[], indent: string): string {
  const inner = `${indent}  `;
  return [...triggers]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      ({ name, displayName, description, config, payload }) =>
        `${comment([`${displayName}. ${description}`], indent)}${indent}${key(name)}: {\n` +
        `${inner}config: ${printType(config, inner)};\n` +
        `${inner}payload: ${printType(payload, inner)};\n${indent}};\n`,
    )
    .join("");
}
