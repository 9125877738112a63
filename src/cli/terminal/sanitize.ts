import { plainText } from "../../base/plain-text.js";

/**
 * Makes untrusted text safe for a terminal. Characters that move the cursor, set the title or hide text become
 * replacement characters; line breaks and tabs become spaces.
 */
export function sanitize(text: string): string {
  return plainText(text, Number.POSITIVE_INFINITY);
}
