import { plainText } from "../../base/plain-text.js";

/**
 * Text from elsewhere, for a terminal: what could move the cursor, retitle the window or hide what follows is shown
 * as a replacement character. Line breaks and tabs become blanks.
 */
export function plain(text: string): string {
  return plainText(text, Number.POSITIVE_INFINITY);
}
