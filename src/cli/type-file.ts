import { compile } from "json-schema-to-typescript";
import type { JsonSchema, Trigger } from "../index.js";
import { untitled } from "./untitled.js";

/** Longest part of a reason that the file repeats, characters. */
const LONGEST_REASON = 200;

/** What the types of a trigger are made from. */
export type TypedTrigger = Pick<Trigger, "name" | "displayName" | "description" | "config" | "payload">;

/**
 * A module that tells TypeScript about a platform's triggers. Each schema has a namespace of its own, so that what
 * it defines for itself cannot meet what another defines under the same name.
 *
 * @param origin where the triggers come from, for the first line
 */
export async function typeFile(triggers: readonly TypedTrigger[], origin: string): Promise<string> {
  const sorted = [...triggers].sort((a, b) => (a.name < b.name ? -1 : 1));
  const parts: string[] = [];
  const members: string[] = [];
  for (const [number, trigger] of sorted.entries()) {
    const space = `${identifier(trigger.name)}_${number + 1}`;
    parts.push(await namespaceOf(`${space}_config`, "Config", trigger.config));
    parts.push(await namespaceOf(`${space}_payload`, "Payload", trigger.payload));
    members.push(`${comment(`${trigger.displayName}. ${trigger.description}`, "    ")}    ${JSON.stringify(trigger.name)}: {
      config: ${space}_config.Config;
      payload: ${space}_payload.Payload;
    };
`);
  }
  return `/* eslint-disable */
/* biome-ignore-all lint: generated */
${comment(`The triggers of ${origin}. Written by \`earshot types\`.`, "")}
declare module "earshot" {
  interface PlatformTriggers {
${members.join("")}  }
}

${parts.join("\n")}
// Makes this file a module: only a module adds to another one's types.
export {};
`;
}

async function namespaceOf(space: string, name: string, schema: JsonSchema): Promise<string> {
  const text = await compiled(name, schema);
  return `declare namespace ${space} {\n${indented(text)}}\n`;
}

/** A schema that stands for no type, such as a circle of references, does not keep the others from being written. */
async function compiled(name: string, schema: JsonSchema): Promise<string> {
  try {
    return await compileSchema(name, schema);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message.slice(0, LONGEST_REASON) : "it is no schema";
    const said = comment(`Its schema cannot be written as a type: ${why}`, "");
    return `${said}export interface ${name} {\n[k: string]: unknown\n}\n`;
  }
}

function compileSchema(name: string, schema: JsonSchema): Promise<string> {
  return compile({ type: "object", ...untitled(schema) }, name, {
    bannerComment: "",
    // A field that the schema does not name is a mistake, unless it says that there may be others.
    additionalProperties: false,
    strictIndexSignatures: true,
    unknownAny: true,
    // Prettier is larger than everything else together; the indentation is put right here.
    format: false,
    // A schema is data of others: it is not to have files read or URLs fetched.
    $refOptions: { resolve: { external: false } },
  });
}

/** Lines indented after their brackets; those of comments are left as they are between them. */
function indented(text: string): string {
  let depth = 1;
  let inComment = false;
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      if (line.startsWith("/*")) inComment = true;
      const closes = !inComment && /^[}\])]/.test(line);
      const shown = `${"  ".repeat(closes ? depth - 1 : depth)}${line.startsWith("*") ? ` ${line}` : line}\n`;
      if (!inComment) depth += balance(line);
      if (line.endsWith("*/")) inComment = false;
      return shown;
    })
    .join("");
}

/** How many brackets of a line stay open; those in texts do not count. Each character is looked at once. */
export function balance(line: string): number {
  let open = 0;
  let inText = false;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (inText && char === "\\") at += 1;
    else if (char === '"') inText = !inText;
    else if (!inText && "{[(".includes(char)) open += 1;
    else if (!inText && "}])".includes(char)) open -= 1;
  }
  return open;
}

/** A text of others cannot end the comment early. */
function comment(text: string, indent: string): string {
  return `${indent}/** ${text.replaceAll("*/", "*\\/").replace(/\s+/g, " ").trim()} */\n`;
}

const identifier = (name: string): string => name.replace(/^(?=\d)|[^A-Za-z0-9_]/g, "_");
