import type { Context } from "../context.js";
import type { SchemaField } from "../schema-fields.js";
import { sanitize } from "./sanitize.js";

/** Prompts are on stderr; stdout has only results. A canceled prompt ends the command like Ctrl-C. */
export type PromptContext = Pick<Context, "io" | "interrupt" | "ending">;

/** Prompts for a field of a schema: a list if the schema lists its values, otherwise a line of text. */
export async function promptField(context: PromptContext, field: SchemaField): Promise<unknown> {
  const { select, text } = await import("@clack/prompts");
  const message = titleOf(field);
  const { choices } = field;
  if (choices !== undefined) {
    const options = choices.map((value, at) => ({ value: at, label: sanitize(textOf(value)) }));
    if (!field.required) options.push({ value: -1, label: "skip" });
    const initialValue = choices.indexOf(field.default);
    const fallback = field.required ? 0 : -1;
    const chosen = await result(
      select({
        message,
        options,
        initialValue: initialValue === -1 ? fallback : initialValue,
        output: context.io.stderr,
        signal: context.ending,
      }),
      context,
    );
    return chosen === -1 ? undefined : choices[chosen];
  }
  const typed = await result(
    text({
      message,
      ...(field.default !== undefined && field.default !== null && { initialValue: textOf(field.default) }),
      ...(field.example !== undefined && { placeholder: sanitize(textOf(field.example)) }),
      validate: (value) => (field.required && (value ?? "") === "" ? "Required." : undefined),
      output: context.io.stderr,
      signal: context.ending,
    }),
    context,
  );
  return typed === undefined || typed === "" ? undefined : typed;
}

export async function promptYesNo(context: PromptContext, message: string): Promise<boolean> {
  const { confirm } = await import("@clack/prompts");
  const { ending: signal } = context;
  return result(confirm({ message, initialValue: false, output: context.io.stderr, signal }), context);
}

/** Prompts for text that is not displayed. */
export async function promptSecret(context: PromptContext, message: string): Promise<string> {
  const { password } = await import("@clack/prompts");
  const validate = (value: string | undefined) => ((value ?? "").trim() === "" ? "Required." : undefined);
  return result(password({ message, validate, output: context.io.stderr, signal: context.ending }), context);
}

async function result<Value>(
  prompt: Promise<Value>,
  context: PromptContext,
): Promise<Exclude<Value, symbol>> {
  const value = await prompt;
  if (!isSymbol(value)) return value as Exclude<Value, symbol>;
  // The terminal was in raw mode: Ctrl-C was a key, not a signal.
  if (!context.ending.aborted) context.interrupt.raise();
  throw context.ending.reason;
}

/** The library returns a symbol if the prompt was canceled. */
const isSymbol = (value: unknown): value is symbol => typeof value === "symbol";

function titleOf({ path, type, description, required }: SchemaField): string {
  const kind = required ? type : `${type}, optional`;
  return `${sanitize(path)} (${sanitize(kind)})${description === "" ? "" : `: ${sanitize(description)}`}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
