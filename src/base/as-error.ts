import { messageOf } from "./message-of.js";

/** What was thrown, as an error. Total: a proxy throws even where it is asked what it is. */
export function asError(thrown: unknown): Error {
  try {
    if (thrown instanceof Error) return thrown;
  } catch {
    // It can be named only.
  }
  return new Error(messageOf(thrown));
}
