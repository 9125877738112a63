import { EarshotError, RejectedError } from "../base/errors.js";
import { badRequest } from "./outcome.js";

const encoder = new TextEncoder();

/** The signed content: the body's exact bytes, with a text before and after it. */
export interface Content {
  readonly before: string;
  readonly body: Uint8Array;
  readonly after: string;
}

/** Content that is text only. */
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

/** The parts of a signed text other than the body. */
export type Part = "id" | "time" | "method" | "url" | "requestUrl";

/** The value of each part of one request. */
export type Parts = Readonly<Record<Part, string>>;

type Piece = { readonly text: string } | { readonly part: Part };

/** A signed text with holes: `{id}.{time}.{body}`. */
export interface Template {
  /** The parts that it needs. */
  readonly parts: ReadonlySet<Part>;
  /** Whether the body is signed as a form, its fields in order, in the place of its bytes as they came. */
  readonly form: boolean;
  /** @param body what is signed of the body */
  fill(parts: Partial<Parts>, body: Uint8Array): Content;
}

const known: ReadonlySet<string> = new Set<Part>(["id", "time", "method", "url", "requestUrl"]);

/** @throws EarshotError ERR_OPTION for a hole that does not exist, or for a body that is signed twice or not at all */
export function compileTemplate(text: string): Template {
  const before: Piece[] = [];
  const after: Piece[] = [];
  let bodies = 0;
  let form = false;
  for (const piece of text.split(/(\{[^{}]*\})/)) {
    const hole = /^\{(.*)\}$/.exec(piece)?.[1];
    if (hole === "body" || hole === "form") {
      bodies += 1;
      form ||= hole === "form";
    } else if (hole === undefined) {
      if (piece !== "") (bodies === 0 ? before : after).push({ text: piece });
    } else if (isPart(hole)) (bodies === 0 ? before : after).push({ part: hole });
    else
      throw new EarshotError(
        "ERR_OPTION",
        `The signed text ${JSON.stringify(text)} has an unknown {${hole}}.`,
      );
  }
  const parts = new Set([...before, ...after].flatMap((piece) => ("part" in piece ? [piece.part] : [])));
  if (bodies !== 1) {
    throw new EarshotError("ERR_OPTION", `The signed text ${JSON.stringify(text)} has to have {body} once.`);
  }
  return {
    parts,
    form,
    fill: (values, body) => ({
      before: fillPieces(before, values),
      body,
      after: fillPieces(after, values),
    }),
  };
}

function isPart(name: string): name is Part {
  return known.has(name);
}

function fillPieces(pieces: readonly Piece[], values: Partial<Parts>): string {
  let text = "";
  for (const piece of pieces) text += "part" in piece ? (values[piece.part] ?? "") : piece.text;
  return text;
}

/** A true form has some dozens of fields and some kilobytes. A larger one would be work chosen by an attacker. */
const MOST_FIELDS = 128;
const LARGEST_BYTES = 64 * 1024;
const LONGEST_NAME = 256;

const [AND, EQUALS, PERCENT, PLUS, SPACE] = [0x26, 0x3d, 0x25, 0x2b, 0x20];

/** The value of each hex digit; 255 for every other byte. */
const hexValues = new Uint8Array(256).fill(255);
for (const digits of ["0123456789abcdef", "0123456789ABCDEF"]) {
  for (let value = 0; value < 16; value += 1) hexValues[digits.charCodeAt(value)] = value;
}
/**
 * The fields of a form body in order of their names, name and value run together: how Twilio signs a form. A
 * name that comes more than once gives its different values in order. Fields are split and decoded in one pass,
 * as the URL Standard says (application/x-www-form-urlencoded).
 *
 * @throws RejectedError ERR_BODY_TOO_LARGE, ERR_SIGNATURE_MALFORMED for a form beyond these limits
 */
export function sortedForm(body: Uint8Array): Uint8Array {
  if (body.length > LARGEST_BYTES) {
    throw new RejectedError(
      "ERR_BODY_TOO_LARGE",
      413,
      `The form has ${body.length} bytes; ${LARGEST_BYTES} is the most that is put in order before its signature is checked.`,
    );
  }
  const decoded = new Uint8Array(body.length);
  const fields = splitFields(body, decoded);
  if (fields.length < 2) return decoded.subarray(0, fields[0]?.end ?? 0);
  return inOrder(decoded, fields);
}

/** Where a field stands in the decoded bytes. */
interface Field {
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

/** One loop without function calls, the commonest bytes first: this runs before the signature is checked. */
function splitFields(body: Uint8Array, decoded: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  const { length } = body;
  let from = 0;
  let start = 0;
  let value = -1;
  let end = 0;
  for (let at = 0; at <= length; at += 1) {
    const byte = at === length ? AND : (body[at] as number);
    if (byte > EQUALS || (byte !== AND && byte !== PERCENT && byte !== PLUS && byte !== EQUALS)) {
      decoded[end] = byte;
      end += 1;
    } else if (byte === AND) {
      // Two "&" beside each other have no field between them.
      if (at > from) {
        if (fields.length === MOST_FIELDS) {
          throw badRequest("ERR_SIGNATURE_MALFORMED", `The form has more than ${MOST_FIELDS} fields.`);
        }
        if (value === -1) value = end;
        if (value - start > LONGEST_NAME) {
          throw badRequest("ERR_SIGNATURE_MALFORMED", `The form has a name of ${value - start} bytes.`);
        }
        fields.push({ start, value, end });
      }
      from = at + 1;
      start = end;
      value = -1;
    } else if (byte === EQUALS && value === -1) {
      value = end;
    } else {
      let code: number = byte === PLUS ? SPACE : byte;
      if (byte === PERCENT && at + 2 < length) {
        const high = hexValues[body[at + 1] as number] as number;
        const low = hexValues[body[at + 2] as number] as number;
        // A "%" without two hex digits after it stands for itself.
        if ((high | low) < 16) {
          code = high * 16 + low;
          at += 2;
        }
      }
      decoded[end] = code;
      end += 1;
    }
  }
  return fields;
}

const notAscii = /[^ -~]/;

function inOrder(decoded: Uint8Array, fields: readonly Field[]): Uint8Array {
  const text = new TextDecoder();
  const byName = new Map<string, Field[]>();
  // Names are ASCII: decoded in one piece and cut, which is many times as fast as one by one.
  const whole = new TextDecoder("latin1").decode(decoded.subarray(0, fields.at(-1)?.end));
  for (const field of fields) {
    let name = whole.slice(field.start, field.value);
    if (notAscii.test(name)) name = text.decode(decoded.subarray(field.start, field.value));
    const same = byName.get(name);
    if (same === undefined) byName.set(name, [field]);
    else same.push(field);
  }
  const ordered = new Uint8Array(decoded.length);
  let end = 0;
  for (const name of [...byName.keys()].sort()) {
    for (const field of valuesInOrder(decoded, byName.get(name) ?? [], text)) {
      const piece = decoded.subarray(field.start, field.end);
      ordered.set(piece, end);
      end += piece.length;
    }
  }
  return ordered.subarray(0, end);
}

function valuesInOrder(
  decoded: Uint8Array,
  fields: readonly Field[],
  text: InstanceType<typeof TextDecoder>,
): readonly Field[] {
  if (fields.length === 1) return fields;
  const byValue = new Map<string, Field>();
  for (const field of fields) byValue.set(text.decode(decoded.subarray(field.value, field.end)), field);
  return [...byValue].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, field]) => field);
}
