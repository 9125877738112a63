import { EarshotError } from "../base/errors.js";

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

/** The value of each part of one request, by its name in the template. */
export type Parts = Readonly<Record<string, string | undefined>>;

/** What may stand for the body: its bytes, its fields in order, or a digest of it. */
export type BodyHole = "body" | "form" | "sha256" | "sha256-base64" | "crc32";

type Piece = { readonly text: string } | { readonly part: string };

/** A signed text with holes: `{id}.{time}.{body}`. */
export interface Template {
  /** The parts that it needs. */
  readonly parts: ReadonlySet<string>;
  /** What of the body is signed. */
  readonly hole: BodyHole;
  /** @param body what is signed of the body */
  fill(parts: Parts, body: Uint8Array): Content;
}

const known: ReadonlySet<string> = new Set([
  "id",
  "time",
  "method",
  "url",
  "requestUrl",
  "target",
  "signedHeaders",
]);
const bodyHoles: ReadonlySet<string> = new Set<BodyHole>([
  "body",
  "form",
  "sha256",
  "sha256-base64",
  "crc32",
]);

/** `{header:x-name}`, `{query:name}`, `{option:name}`. */
const namedPart = /^(?:header|query|option):[\w.$-]+$/;

/** @throws EarshotError ERR_OPTION for a hole that does not exist, or for a body that is signed twice or not at all */
export function compileTemplate(text: string): Template {
  const before: Piece[] = [];
  const after: Piece[] = [];
  const holes: BodyHole[] = [];
  for (const piece of text.split(/(\{[^{}]*\})/)) {
    const hole = /^\{(.*)\}$/.exec(piece)?.[1];
    const side = holes.length === 0 ? before : after;
    if (hole === undefined) {
      if (piece !== "") side.push({ text: piece });
    } else if (bodyHoles.has(hole)) {
      holes.push(hole as BodyHole);
    } else if (known.has(hole) || namedPart.test(hole)) {
      side.push({ part: hole });
    } else {
      throw new EarshotError(
        "ERR_OPTION",
        `The signed text ${JSON.stringify(text)} has an unknown {${hole}}.`,
      );
    }
  }
  const [hole, second] = holes;
  if (hole === undefined || second !== undefined) {
    throw new EarshotError("ERR_OPTION", `The signed text ${JSON.stringify(text)} has to have {body} once.`);
  }
  const parts = new Set([...before, ...after].flatMap((piece) => ("part" in piece ? [piece.part] : [])));
  return {
    parts,
    hole,
    fill: (values, body) => ({
      before: fillPieces(before, values),
      body,
      after: fillPieces(after, values),
    }),
  };
}

function fillPieces(pieces: readonly Piece[], values: Parts): string {
  let text = "";
  for (const piece of pieces) text += "part" in piece ? (values[piece.part] ?? "") : piece.text;
  return text;
}

const crcTable = Uint32Array.from({ length: 256 }, (_none, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of zip and PNG, in decimal: it finds transmission errors; what makes it safe is the signature over it. */
export function crc32(body: Uint8Array): string {
  // Node's own is many times as fast; it has it since 20.15.
  const native = globalThis.process?.getBuiltinModule?.("node:zlib")?.crc32;
  if (typeof native === "function") return String(native(body));
  let value = 0xffffffff;
  for (const byte of body) value = (crcTable[(value ^ byte) & 255] as number) ^ (value >>> 8);
  return String((value ^ 0xffffffff) >>> 0);
}
