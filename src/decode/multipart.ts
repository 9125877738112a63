/** A file of a form, as its event has it. */
export interface FormFile {
  readonly filename: string;
  readonly contentType: string | undefined;
  /** The content in base64. */
  readonly base64: string;
}

/** A true form has some dozens of parts. The rest of a larger one is left out. */
const MAX_PARTS = 1000;

/** The boundary of `multipart/form-data` (RFC 7578); `undefined` for any other content type. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !/^\s*multipart\/form-data\s*;/i.test(contentType)) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType) ?? [];
  return quoted ?? plain;
}

/**
 * Fields and files of a multipart form, in the order sent.
 *
 * @param text the body, one character for each byte
 * @returns `undefined` where the body is no such form
 */
export function multipartFields(
  text: string,
  boundary: string,
): readonly (readonly [name: string, value: string | FormFile])[] | undefined {
  const fields: Array<readonly [string, string | FormFile]> = [];
  const delimiter = `\r\n--${boundary}`;
  // The first delimiter may stand at the very start.
  const whole = text.startsWith(`--${boundary}`) ? `\r\n${text}` : text;
  let at = whole.indexOf(delimiter);
  if (at === -1) return undefined;
  while (fields.length < MAX_PARTS) {
    const from = at + delimiter.length;
    if (whole.startsWith("--", from)) return fields;
    const next = whole.indexOf(delimiter, from);
    if (next === -1) return undefined;
    const head = whole.indexOf("\r\n\r\n", from);
    if (head === -1 || head > next) return undefined;
    const field = fieldOf(whole.slice(from, head), whole.slice(head + 4, next));
    if (field !== undefined) fields.push(field);
    at = next;
  }
  return fields;
}

function fieldOf(head: string, content: string): readonly [string, string | FormFile] | undefined {
  const headers = utf8Of(head);
  const parameters = parametersOf(headers);
  const name = parameters.get("name");
  if (name === undefined) return undefined;
  const filename = parameters.get("filename");
  if (filename === undefined) return [name, utf8Of(content)];
  const contentType = /^content-type:[ \t]*(.+)$/im.exec(headers)?.[1]?.trim();
  return [name, { filename, contentType, base64: btoa(content) }];
}

/** A value in quotes, or a token without: some clients write `name=a` (RFC 2183, 2). */
const parameter = /;\s*([^\s=;"]+)\s*=\s*(?:"([^"]*)"|([^\s;"]+))/g;

/** The parameters of the disposition, by their names in lower case. */
function parametersOf(headers: string): ReadonlyMap<string, string> {
  const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? "";
  const found = new Map<string, string>();
  for (const [, name = "", quoted, token = ""] of disposition.matchAll(parameter)) {
    const key = name.toLowerCase();
    // As browsers write a quote in a name (HTML, 4.10.21.8).
    if (!found.has(key)) found.set(key, quoted?.replaceAll("%22", '"') ?? token);
  }
  return found;
}

/** Text whose characters are bytes, as UTF-8. */
function utf8Of(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}
