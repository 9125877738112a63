import { readFile } from "node:fs/promises";
import { EarshotError, InvalidError, messageOf } from "../base/errors.js";
import { checkCatalog, problemLines } from "./check.js";
import { jsonTexts } from "./json-texts.js";
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
