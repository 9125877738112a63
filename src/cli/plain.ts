/**
 * Text from elsewhere, for a terminal: control characters, which could move the cursor, retitle the window or hide
 * what follows, are shown as a replacement character. Line breaks and tabs become blanks.
 */
export function plain(text: string): string {
  return (
    text
      .replace(/[\t\r\n\u2028\u2029]+/g, " ")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd")
  );
}
