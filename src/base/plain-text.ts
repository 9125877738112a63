/** Characters of one line. */
const MAX_LENGTH = 2000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression finds them
const unsafe = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/**
 * Text from elsewhere as one line that is safe on a terminal and in a log. Line breaks and tabs become blanks.
 * Control characters, escape codes, direction marks and lone surrogates become a replacement character.
 *
 * @param longest most characters; the number of those cut off is appended. Default: 2,000
 */
export function plainText(text: string, longest: number = MAX_LENGTH): string {
  const cut = text.length > longest ? text.slice(0, longest) : text;
  const plain = cut.replaceAll(/[\t\r\n\u2028\u2029]+/g, " ").replaceAll(unsafe, "\ufffd");
  const rest = text.length - cut.length;
  return rest === 0 ? plain : `${plain}… (${rest} more characters)`;
}

/** JSON whose texts from elsewhere are safe on a terminal: the same characters are written as `\u` escapes. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
