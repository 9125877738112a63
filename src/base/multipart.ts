/** A file of a form, as its event has it. */
export interface FormFile {
  readonly filename: string;
  readonly contentType: string | undefined;
  /** The content in base64. */
  readonly base64: string;
}

/** A true form has some dozens of parts. The rest of a larger one is left out. */
const MAX_PARTS = 1000;
/** Characters of a part's headers that are read. True ones have some hundreds. */
const LONGEST_HEAD = 4096;

/** The boundary of `multipart/form-data` (RFC 7578); `undefined` for any other content type. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !/^\s*multipart\/form-data\s*;/i.test(contentType)) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType) ?? [];
  return quoted ?? plain;
}

/** One part of a multipart form. */
export interface FormPart {
  /** Its name, where it has one. */
  readonly name: string | undefined;
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  /** Where its content begins and ends in the text. */
  readonly from: number;
  readonly to: number;
}

/**
 * The parts of a multipart form, in the order sent.
 *
 * @param text the body, one character for each byte
 * @param most parts; the rest is left out
 * @returns `isWhole`: whether the form has its end. If not, the last part may be cut
 */
export function multipartParts(
  text: string,
  boundary: string,
  most = Number.POSITIVE_INFINITY,
): { readonly parts: readonly FormPart[]; readonly isWhole: boolean } {
  const parts: FormPart[] = [];
  const delimiter = `\r\n--${boundary}`;
  // The first delimiter may stand at the very start.
  const added = text.startsWith(`--${boundary}`) ? 2 : 0;
  const whole = added === 0 ? text : `\r\n${text}`;
  let at = whole.indexOf(delimiter);
  while (at !== -1 && parts.length < most) {
    const from = at + delimiter.length;
    if (whole.startsWith("--", from)) return { parts, isWhole: true };
    const next = whole.indexOf(delimiter, from);
    const head = whole.indexOf("\r\n\r\n", from);
    if (head === -1 || (next !== -1 && head > next)) return { parts, isWhole: false };
    const to = next === -1 ? whole.length : next;
    parts.push({
      ...headOf(whole.slice(from, Math.min(head, from + LONGEST_HEAD))),
      from: head + 4 - added,
      to: to - added,
    });
    at = next;
  }
  return { parts, isWhole: at !== -1 };
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
  const { parts, isWhole } = multipartParts(text, boundary, MAX_PARTS);
  if (!isWhole) return undefined;
  return parts.flatMap(({ name, filename, contentType, from, to }) => {
    if (name === undefined) return [];
    const content = text.slice(from, to);
    return [
      [name, filename === undefined ? utf8Of(content) : { filename, contentType, base64: btoa(content) }],
    ];
  });
}

function headOf(head: string): Pick<FormPart, "name" | "filename" | "contentType"> {
  const headers = utf8Of(head);
  const parameters = parametersOf(headers);
  const contentType = /^content-type:[ \t]*(.+)$/im.exec(headers)?.[1]?.trim();
  return { name: parameters.get("name"), filename: parameters.get("filename"), contentType };
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
  if (ascii.test(text)) return text;
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at);
  return new TextDecoder().decode(bytes);
}

const ascii = /^[\0-\x7f]*$/;

const CHUNK = 8192;

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return text;
}
