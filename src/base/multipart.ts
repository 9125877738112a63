import { indexOfBytes, latin1, startsWith } from "./bytes.js";

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
const LONGEST_HEAD = 2048;
/** Bytes in which the end of a part's headers is searched. */
const LONGEST_SEARCH = 8192;
/** Parameters of a disposition that are read. True ones have two or three. */
const MOST_PARAMETERS = 16;

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
 * The parts of a multipart form, in the order sent. Content is searched natively and not decoded.
 *
 * @param most parts; the rest is left out
 * @returns `isWhole`: whether the form has its end. If not, the last part may be cut
 */
export function multipartParts(
  body: Uint8Array,
  boundary: string,
  most = Number.POSITIVE_INFINITY,
): { readonly parts: readonly FormPart[]; readonly isWhole: boolean } {
  const parts: FormPart[] = [];
  const delimiter = bytesOf(`\r\n--${boundary}`);
  // The first delimiter may stand at the very start.
  let at = startsWith(body, delimiter.subarray(2), 0) ? -2 : indexOfBytes(body, delimiter, 0);
  while (at !== -1 && parts.length < most) {
    const from = at + delimiter.length;
    if (startsWith(body, dashes, from)) return { parts, isWhole: true };
    const next = indexOfBytes(body, delimiter, from);
    const within = Math.min(next === -1 ? body.length : next + 2, from + LONGEST_SEARCH);
    const head = indexOfBytes(body.subarray(0, within), headEnd, from);
    if (head === -1) return { parts, isWhole: false };
    const to = next === -1 ? body.length : next;
    parts.push({
      ...headOf(body.subarray(from, Math.min(head, from + LONGEST_HEAD))),
      from: head + headEnd.length,
      to,
    });
    at = next;
  }
  return { parts, isWhole: at !== -1 };
}

/**
 * Fields and files of a multipart form, in the order sent.
 *
 * @param longest bytes of a field; longer ones and files are left out. Default: all are there
 * @returns `undefined` where the body is no such form
 */
export function multipartFields(
  body: Uint8Array,
  boundary: string,
  longest?: number,
): readonly (readonly [name: string, value: string | FormFile])[] | undefined {
  const { parts, isWhole } = multipartParts(body, boundary, MAX_PARTS);
  if (!isWhole) return undefined;
  return parts.flatMap(({ name, filename, contentType, from, to }) => {
    if (name === undefined) return [];
    if (longest !== undefined && (filename !== undefined || to - from > longest)) return [];
    const content = body.subarray(from, to);
    return [
      [
        name,
        filename === undefined ? utf8.decode(content) : { filename, contentType, base64: base64Of(content) },
      ],
    ];
  });
}

function headOf(head: Uint8Array): Pick<FormPart, "name" | "filename" | "contentType"> {
  const headers = utf8.decode(head);
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
  let left = MOST_PARAMETERS;
  for (const [, name = "", quoted, token = ""] of disposition.matchAll(parameter)) {
    if (left-- === 0) break;
    const key = name.toLowerCase();
    // As browsers write a quote in a name (HTML, 4.10.21.8).
    if (!found.has(key)) found.set(key, quoted?.replaceAll("%22", '"') ?? token);
  }
  return found;
}

const utf8 = new TextDecoder();
const dashes = bytesOf("--");
const headEnd = bytesOf("\r\n\r\n");

/** Text of a header, whose characters are bytes. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function base64Of(content: Uint8Array): string {
  return btoa(latin1(content));
}
