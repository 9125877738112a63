import { readFile } from "node:fs/promises";
import { EarshotError, InvalidError } from "../base/errors.js";
import { messageOf } from "../base/message-of.js";
import { checkCatalog, problemLines } from "./check.js";
import type { CatalogTrigger } from "./types.js";

/**
 * Reads a catalog of one's own: a JSON file with an array of triggers, or with the platform's list of trigger types
 * as its API answers it: `{"items": […]}`, the bare list, or several such pages, in an array or one after the other.
 *
 * `name`, `appName` and `payload` have to be there. Without `config` a trigger takes none; names for people
 * default to the names, texts to nothing, `type` to `webhook`, `version` to `00000000_00`.
 *
 * @param file its path
 * @returns the triggers of the file, in its order, every default filled in
 * @throws EarshotError ERR_CATALOG: the file cannot be read, or is not JSON
 * @throws InvalidError ERR_CATALOG: with every problem and its path, such as `[3].payload.properties.id.type`
 */
export async function loadCatalog(file: string): Promise<readonly CatalogTrigger[]> {
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch (error) {
    throw new EarshotError("ERR_CATALOG", `The catalog ${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    // Editors on Windows put a byte order mark first, which JSON does not know.
    value = parsed(content.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new EarshotError("ERR_CATALOG", `The catalog ${file} is not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const { triggers, problems } = checkCatalog(value);
  if (problems.length > 0) {
    const lines = problemLines(problems, (path) => (path === "" ? "the file" : path));
    throw new InvalidError(
      "ERR_CATALOG",
      `The catalog ${file} has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${lines}`,
      problems,
    );
  }
  return triggers;
}

/** @throws SyntaxError */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    const texts = jsonTexts(content);
    if (texts.length < 2) throw error;
    return texts.flatMap((text): unknown => JSON.parse(text));
  }
}

/**
 * Splits JSON texts that stand one after the other, as `cat page-1.json page-2.json` writes them. Takes time in
 * proportion to the length.
 *
 * @returns a part for each object or array at the top; what is between them stays with the next part
 */
export function jsonTexts(content: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  let inText = false;
  for (let at = 0; at < content.length; at += 1) {
    const char = content[at];
    if (inText) {
      if (char === "\\") at += 1;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") {
      depth -= 1;
      if (depth !== 0) continue;
      parts.push(content.slice(start, at + 1));
      start = at + 1;
    }
  }
  const rest = content.slice(start);
  return rest.trim() === "" ? parts : [...parts, rest];
}
