import { readFile } from "node:fs/promises";
import { z } from "zod";
import { EarshotError, InvalidError, type Problem } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import { pathText } from "./read-body.js";
import { type ModelRule, type ModelRules, placeholder } from "./rules.js";

const expression = z.string().superRefine((source, issues) => {
  try {
    new RegExp(source, "i");
  } catch (error) {
    issues.addIssue({ code: "custom", message: messageOf(error) });
  }
});
const rule = z
  .strictObject({
    when: z
      .strictObject({
        user: expression,
        system: expression,
        result: expression,
        model: expression,
        tool: expression,
      })
      .partial()
      .optional(),
    reply: z
      .strictObject({
        text: z.string().optional(),
        calls: z
          .array(
            z.strictObject({
              tool: z.string().min(1),
              arguments: z.union([z.record(z.string(), z.unknown()), z.string()]).optional(),
            }),
          )
          .min(1)
          .optional(),
        status: z.int().min(400).max(599).optional(),
        delayMs: z.int().min(0).max(600_000).optional(),
      })
      .refine(
        ({ text, calls, status }) => text !== undefined || calls !== undefined || status !== undefined,
        {
          message: "a reply has `text`, `calls` or `status`",
        },
      ),
    times: z.int().min(1).optional(),
  })
  .superRefine(({ when, reply }, issues) => {
    const known = new Set(["user", "result", ...groupsOf(when?.user), ...groupsOf(when?.result)]);
    for (const [, name = ""] of JSON.stringify([reply.text, reply.calls]).matchAll(placeholder)) {
      if (known.has(name)) continue;
      const message = `{{${name}}} is not known here; there are ${[...known].map((one) => `{{${one}}}`).join(", ")}`;
      issues.addIssue({ code: "custom", path: ["reply"], message });
    }
  });
const rulesSchema = z.strictObject({ rules: z.array(rule) });

/** Names and numbers of an expression's groups. */
function groupsOf(source: string | undefined): string[] {
  if (source === undefined) return [];
  try {
    // An expression that may be empty always matches, and lists its groups.
    const match = new RegExp(`${source}|`, "i").exec("") ?? [];
    return [
      ...[...match.keys()].slice(1).map(String),
      ...Object.keys((match as RegExpExecArray).groups ?? {}),
    ];
  } catch {
    return []; // reported where the expression stands
  }
}

/**
 * Rules as given, or as a JSON file has them.
 *
 * @throws EarshotError ERR_MODEL_RULES: the file cannot be read, or is not JSON
 * @throws InvalidError ERR_MODEL_RULES: with every problem and its path, such as `rules[0].when.user`
 */
export async function loadModelRules(rules: string | ModelRules): Promise<readonly ModelRule[]> {
  const isFile = typeof rules === "string";
  const read = rulesSchema.safeParse(isFile ? await readJson(rules) : rules);
  if (read.success) return read.data.rules;
  const problems: Problem[] = read.error.issues.map(({ path, message }) => ({
    path: path.length === 0 ? "" : pathText(path),
    message,
  }));
  const lines = problems.map(({ path, message }) => `  ${path === "" ? "the file" : path}: ${message}`);
  const where = isFile ? `The file ${rules} of the scripted model's rules` : "`modelRules`";
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  throw new InvalidError("ERR_MODEL_RULES", `${where} has ${count}:\n${lines.join("\n")}`, problems);
}

async function readJson(file: string): Promise<unknown> {
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch (cause) {
    const message = `The file ${file} of the scripted model's rules cannot be read: ${messageOf(cause)}`;
    throw new EarshotError("ERR_MODEL_RULES", message, { cause });
  }
  try {
    // Editors on Windows put a byte order mark first, which JSON does not know.
    return JSON.parse(content.replace(/^\uFEFF/, ""));
  } catch (cause) {
    const message = `The file ${file} of the scripted model's rules is not JSON: ${messageOf(cause)}`;
    throw new EarshotError("ERR_MODEL_RULES", message, { cause });
  }
}
