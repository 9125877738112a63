import type { Context } from "../context.js";
import { plain } from "./sanitize.js";
import type { SchemaField } from "../schema-fields.js";

/** Asks on stderr, so that stdout keeps what was asked for. Whoever gives up ends the command as Ctrl-C does. */
export type Asking = Pick<Context, "interrupt" | "ending">;

/** Asks for a field of a schema: a list to choose from where its values are known, a line of text otherwise. */
export async function askField(asking: Asking, field: SchemaField): Promise<unknown> {
  const { select, text } = await import("@clack/prompts");
  const message = titleOf(field);
  const { choices } = field;
  if (choices !== undefined) {
    const options = choices.map((value, at) => ({ value: at, label: plain(textOf(value)) }));
    if (!field.required) options.push({ value: -1, label: "leave it out" });
    const initialValue = choices.indexOf(field.default);
    const fallback = field.required ? 0 : -1;
    const chosen = await answered(
      select({
        message,
        options,
        initialValue: initialValue === -1 ? fallback : initialValue,
        output: process.stderr,
        signal: asking.ending,
      }),
      asking,
    );
    return chosen === -1 ? undefined : choices[chosen];
  }
  const answer = await answered(
    text({
      message,
      ...(field.default !== undefined && field.default !== null && { initialValue: textOf(field.default) }),
      ...(field.example !== undefined && { placeholder: plain(textOf(field.example)) }),
      validate: (value) => (field.required && (value ?? "") === "" ? "It is required." : undefined),
      output: process.stderr,
      signal: asking.ending,
    }),
    asking,
  );
  return answer === undefined || answer === "" ? undefined : answer;
}

export async function askYes(asking: Asking, message: string): Promise<boolean> {
  const { confirm } = await import("@clack/prompts");
  const { ending: signal } = asking;
  return answered(confirm({ message, initialValue: false, output: process.stderr, signal }), asking);
}

/** Asks for a text that is not to be seen. */
export async function askSecret(asking: Asking, message: string): Promise<string> {
  const { password } = await import("@clack/prompts");
  const validate = (value: string | undefined) => ((value ?? "").trim() === "" ? "It is empty." : undefined);
  return answered(password({ message, validate, output: process.stderr, signal: asking.ending }), asking);
}

async function answered<Answer>(prompt: Promise<Answer>, asking: Asking): Promise<Exclude<Answer, symbol>> {
  const answer = await prompt;
  if (!isSymbol(answer)) return answer as Exclude<Answer, symbol>;
  // The terminal was in raw mode: its Ctrl-C was a key, not a signal.
  if (!asking.ending.aborted) asking.interrupt.raise();
  throw asking.ending.reason;
}

/** What the library answers with where somebody gave up. */
const isSymbol = (answer: unknown): answer is symbol => typeof answer === "symbol";

function titleOf({ path, type, description, required }: SchemaField): string {
  const kind = required ? type : `${type}, optional`;
  return `${plain(path)} (${plain(kind)})${description === "" ? "" : `: ${plain(description)}`}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
