/** The time ranges of a list, milliseconds; "" is all. */
export const timeRanges = [
  ["", "Any time"],
  ["60000", "Last minute"],
  ["900000", "Last 15 min"],
  ["3600000", "Last hour"],
  ["86400000", "Last 24 h"],
] as const;

/** Whether a text is an expression, which the server evaluates; all others are words, looked for in the rows. */
export function isExpression(text: string): boolean {
  return /[=<>]|[\w\])]\s+(?:not\s+)?(?:in|contains|startsWith|matches|exists|has)(?:\s|\(|\[|$)/.test(text);
}
