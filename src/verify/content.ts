const encoder = new TextEncoder();

/** What is signed: the body's exact bytes, with a text before and after it. */
export interface Content {
  readonly before: string;
  readonly body: Uint8Array;
  readonly after: string;
}

/** A text alone, as something to be signed. */
export function textContent(text: string): Content {
  return { before: text, body: empty, after: "" };
}

const empty = new Uint8Array(0);

/** Text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The body's bytes. */
export function bodyBytes(body: Uint8Array | string): Uint8Array {
  return typeof body === "string" ? encoder.encode(body) : body;
}

/** The content in one piece. */
export function joined(content: Content): Uint8Array<ArrayBuffer> {
  const before = encoder.encode(content.before);
  const after = encoder.encode(content.after);
  const whole = new Uint8Array(before.length + content.body.length + after.length);
  whole.set(before, 0);
  whole.set(content.body, before.length);
  whole.set(after, before.length + content.body.length);
  return whole;
}
