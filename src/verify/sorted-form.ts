import { RejectedError } from "../base/errors.js";
import { badRequest } from "./outcome.js";

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

/** 1 for each byte that stands for something else in a form. */
const special = new Uint8Array(256);
for (const byte of [AND, EQUALS, PERCENT, PLUS]) special[byte] = 1;

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

/** One loop without function calls, the commonest bytes in loops of their own: this runs before the signature is checked. */
function splitFields(body: Uint8Array, decoded: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  const { length } = body;
  let from = 0;
  let start = 0;
  let value = -1;
  let end = 0;
  for (let at = 0; at <= length; at += 1) {
    let byte = at < length ? (body[at] as number) : AND;
    while (special[byte] === 0) {
      decoded[end++] = byte;
      at += 1;
      byte = at < length ? (body[at] as number) : AND;
    }
    while (byte === PERCENT && at + 2 < length) {
      const high = hexValues[body[at + 1] as number] as number;
      const low = hexValues[body[at + 2] as number] as number;
      // A "%" without two hex digits after it stands for itself.
      if ((high | low) > 15) break;
      decoded[end++] = high * 16 + low;
      at += 3;
      byte = at < length ? (body[at] as number) : AND;
    }
    if (byte === AND) {
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
      decoded[end++] = byte === PLUS ? SPACE : byte;
    }
  }
  return fields;
}

function inOrder(decoded: Uint8Array, fields: readonly Field[]): Uint8Array {
  const ordered = new Uint8Array(decoded.length);
  let end = 0;
  for (const field of inOrderOfValue(decoded, inOrderOfName(decoded, fields))) {
    const piece = decoded.subarray(field.start, field.end);
    ordered.set(piece, end);
    end += piece.length;
  }
  return ordered.subarray(0, end);
}

interface NamedField extends Field {
  readonly name: string;
}

function inOrderOfName(decoded: Uint8Array, fields: readonly Field[]): readonly NamedField[] {
  const text = new TextDecoder();
  const bytes = decoded.subarray(0, fields.at(-1)?.end);
  // Decoded in one piece and cut, which is many times as fast as one by one.
  const whole = text.decode(bytes);
  // As many characters as bytes: each byte gave one, so that names stand in both at the same place.
  const samePlaces = whole.length === bytes.length;
  return fields
    .map(({ start, value, end }) => ({
      start,
      value,
      end,
      name: samePlaces ? whole.slice(start, value) : text.decode(bytes.subarray(start, value)),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

/** Of fields with one name, each value once, in order. */
function inOrderOfValue(decoded: Uint8Array, fields: readonly NamedField[]): readonly Field[] {
  const ordered: Field[] = [];
  for (let at = 0; at < fields.length; ) {
    let next = at + 1;
    while (next < fields.length && fields[next]?.name === fields[at]?.name) next += 1;
    ordered.push(...differentValues(decoded, fields.slice(at, next)));
    at = next;
  }
  return ordered;
}

function differentValues(decoded: Uint8Array, fields: readonly Field[]): readonly Field[] {
  if (fields.length === 1) return fields;
  const text = new TextDecoder();
  const byValue = new Map<string, Field>();
  for (const field of fields) byValue.set(text.decode(decoded.subarray(field.value, field.end)), field);
  return [...byValue].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, field]) => field);
}
