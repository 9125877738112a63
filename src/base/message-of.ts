import { handleThrown } from "./foreign-promise.js";

/** A failure's message is stored up to this length, and its stack up to the next, in characters. */
const MOST_MESSAGE = 4096;
const MOST_STACK = 16_384;

/**
 * What was thrown, as a message. Total: whatever a program throws, reading it throws nothing.
 *
 * @returns at most 4,096 characters
 */
export function messageOf(thrown: unknown): string {
  // The rejection of a promise in it would be unhandled.
  handleThrown(thrown);
  const message = memberText(thrown, "message") ?? textOf(thrown);
  return shortened(message, MOST_MESSAGE);
}

/** The stack of what was thrown, at most 16,384 characters; `undefined` where there is none. */
export function stackOf(thrown: unknown): string | undefined {
  const stack = memberText(thrown, "stack");
  return stack === undefined ? undefined : shortened(stack, MOST_STACK);
}

/** A member that is a text. */
function memberText(value: unknown, name: string): string | undefined {
  try {
    if (typeof value !== "object" || value === null) return undefined;
    const member: unknown = (value as Record<string, unknown>)[name];
    return typeof member === "string" ? member : undefined;
  } catch {
    return undefined;
  }
}

function textOf(thrown: unknown): string {
  try {
    const text = typeof thrown === "string" ? thrown : String(thrown);
    return text === "[object Object]" ? (JSON.stringify(thrown) ?? text) : text;
  } catch {
    return `a value of type ${typeof thrown} that cannot be read`;
  }
}

/** Half a surrogate pair cannot be stored as UTF-8. */
function shortened(text: string, most: number): string {
  const short = text.length <= most ? text : `${text.slice(0, most - 1)}…`;
  return short.isWellFormed() ? short : short.toWellFormed();
}
