import { hashSize } from "./crypto.js";
import { decodeText, type Encoding, encodedLength, whyNotDecoded } from "./encoding.js";
import { badRequest, unauthorized } from "./outcome.js";
import { isPublicKeyAlgorithm, normalizedSignature, signatureSizes } from "./public-key.js";
import type { Algorithm, MacAlgorithm, SignaturePlace } from "./scheme.js";

/** A signature that the keys of its algorithm check. */
export interface Candidate {
  readonly algorithm: Algorithm;
  readonly bytes: Uint8Array;
}

/** A parsed signature header. */
export interface SignatureHeader {
  readonly candidates: readonly Candidate[];
  /** The time's text, where it stands in the same header. */
  readonly time?: string | undefined;
  /** The message's id, where it stands in the same header. */
  readonly id?: string | undefined;
}

type HeaderPlace = Extract<SignaturePlace, { readonly form: "plain" | "list" | "fields" }>;

/** More signatures than any sender rotates. A longer list would be work chosen by an attacker. */
export const MOST_CANDIDATES = 16;

/** Bytes of a signature. */
const sizes: Readonly<Record<MacAlgorithm, number>> = {
  "hmac-sha1": hashSize.sha1,
  "hmac-sha256": hashSize.sha256,
  "hmac-sha512": hashSize.sha512,
};

/**
 * Splits a signature header. Malformed entries and entries of other versions are skipped. The request is
 * rejected only if no entry is left.
 *
 * @throws RejectedError ERR_SIGNATURE_MALFORMED; ERR_SIGNATURE_MISSING where there is none of a known version
 */
export function readSignature(place: HeaderPlace, text: string): SignatureHeader {
  switch (place.form) {
    case "plain":
      return { candidates: [afterPrefix(place, place.algorithm, place.prefix ?? "", text)] };
    case "list":
      return { candidates: readList(place, text) };
    case "fields":
      return readFields(place, text);
  }
}

function readList(place: Extract<HeaderPlace, { form: "list" }>, text: string): Candidate[] {
  const { separator = " " } = place;
  if (separator === " ") checkSeam(place, text);
  const found = new Candidates();
  let other = 0;
  let foreign = 0;
  for (const part of entriesOf(place, text, separator)) {
    const entry = separator === " " ? part : withoutBlanks(part);
    if (entry === "") continue;
    const known = prefixOf(place, entry);
    if (known === undefined) {
      other += 1;
      // Of a version that is not known here, or of no version at all.
      if (/^[A-Za-z0-9]{1,16},/.test(entry)) foreign += 1;
    } else found.add(place, known[1], known[0], entry);
  }
  if (found.sound.length > 0) return found.sound;
  throw found.problem ?? noneKnown(place, other === foreign && other > 0 && separator === " ");
}

function prefixOf({ prefixes }: Extract<HeaderPlace, { form: "list" }>, entry: string) {
  for (const known of prefixes) if (entry.startsWith(known[0])) return known;
  return undefined;
}

/** @param areVersions whether every entry is of a version that is not known here */
function noneKnown(
  { header, prefixes }: Extract<HeaderPlace, { form: "list" }>,
  areVersions: boolean,
): Error {
  const known = [...prefixes.keys()];
  if (areVersions) {
    const versions = known.map((prefix) => prefix.replace(/,$/, "")).join(" or ");
    return unauthorized(
      "ERR_SIGNATURE_MISSING",
      `The header ${header} has no signature of version ${versions}.`,
    );
  }
  return badRequest(
    "ERR_SIGNATURE_MALFORMED",
    `The header ${header} has no entry that starts with "${known.join('" or "')}".`,
  );
}

function readFields(place: Extract<HeaderPlace, { form: "fields" }>, text: string): SignatureHeader {
  const { separator, equals = "=", spaced = false } = place;
  if (!spaced) checkSeam(place, text);
  const found = new Candidates();
  const once = new Map<string, string>();
  for (const part of entriesOf(place, text, separator)) {
    const entry = spaced ? withoutBlanks(part) : part;
    const at = entry.indexOf(equals);
    if (at < 1) continue;
    const name = entry.slice(0, at);
    const value = entry.slice(at + equals.length);
    if (name === place.signature) {
      found.add(place, place.algorithm, place.prefix ?? "", value);
    } else if (name === place.time || name === place.id) {
      if (once.has(name)) {
        throw badRequest("ERR_HEADER_REPEATED", `The header ${place.header} has more than one "${name}".`);
      }
      once.set(name, value);
    }
  }
  for (const name of [place.time, place.id]) {
    if (name !== undefined && !once.has(name)) {
      throw badRequest("ERR_SIGNATURE_MALFORMED", `The header ${place.header} has no "${name}".`);
    }
  }
  if (found.sound.length === 0) {
    const none = `The header ${place.header} has no "${place.signature}".`;
    throw found.problem ?? unauthorized("ERR_SIGNATURE_MISSING", none);
  }
  const textOf = (name: string | undefined) => (name === undefined ? undefined : once.get(name));
  return { candidates: found.sound, time: textOf(place.time), id: textOf(place.id) };
}

/** Without spaces and tabs around it. Loops: a regular expression for the end is quadratic in blanks within the text. */
function withoutBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text[from])) from += 1;
  while (to > from && isBlank(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

/** Other white space is no part of a header. */
function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

/** Some servers join two headers of one name with ", ": a proxy might use another of them than we do. */
function checkSeam(place: HeaderPlace, text: string): void {
  if (!text.includes(", ")) return;
  throw badRequest(
    "ERR_SIGNATURE_MALFORMED",
    `The header ${place.header} has ", " in it: it came twice and was joined, or was rewritten.`,
  );
}

/** The well-formed signatures, and the error of the first other one. */
class Candidates {
  readonly sound: Candidate[] = [];
  problem: unknown;

  add(place: HeaderPlace, algorithm: Exclude<Algorithm, "token">, prefix: string, text: string): void {
    try {
      this.sound.push(afterPrefix(place, algorithm, prefix, text));
    } catch (error) {
      this.problem ??= error;
    }
  }
}

function entriesOf(place: HeaderPlace, text: string, separator: string): string[] {
  // Nearly always there is one, and to split a text that has nothing to split costs three times the look.
  if (!text.includes(separator)) return [text];
  const entries = text.split(separator, MOST_CANDIDATES + 1);
  if (entries.length > MOST_CANDIDATES) {
    throw badRequest(
      "ERR_SIGNATURE_MALFORMED",
      `The header ${place.header} has more than ${MOST_CANDIDATES} entries.`,
    );
  }
  return entries;
}

function afterPrefix(
  place: HeaderPlace,
  algorithm: Exclude<Algorithm, "token">,
  prefix: string,
  text: string,
): Candidate {
  if (text.startsWith(prefix)) return candidate(place, algorithm, text.slice(prefix.length));
  throw badRequest(
    "ERR_SIGNATURE_MALFORMED",
    `The signature in ${place.header} does not start with "${prefix}".`,
  );
}

function candidate(place: HeaderPlace, algorithm: Exclude<Algorithm, "token">, text: string): Candidate {
  return readCandidate(place.header, place.encoding, algorithm, text);
}

/**
 * One signature's bytes.
 *
 * @param where the header or member that it stands in, for the message
 * @throws RejectedError ERR_SIGNATURE_MALFORMED
 */
export function readCandidate(
  where: string,
  encoding: Encoding,
  algorithm: Exclude<Algorithm, "token">,
  text: string,
): Candidate {
  // Nearly every signature: an HMAC, of one size. What follows makes lists, and takes a tenth of a check.
  const size = (sizes as Readonly<Record<string, number | undefined>>)[algorithm];
  if (size !== undefined && text.length === encodedLength(size, encoding)) {
    const mac = decodeText(text, encoding);
    if (mac?.length === size) return { algorithm, bytes: mac };
  }
  const [least, most] = isPublicKeyAlgorithm(algorithm)
    ? signatureSizes(algorithm)
    : [sizes[algorithm], sizes[algorithm]];
  const [fewest, longest] = [encodedLength(least, encoding), encodedLength(most, encoding)];
  const isLength = text.length >= fewest && text.length <= longest;
  const bytes = isLength ? decodeText(text, encoding) : undefined;
  if (bytes !== undefined && bytes.length >= least && bytes.length <= most) {
    const sound = isPublicKeyAlgorithm(algorithm) ? normalizedSignature(algorithm, bytes) : bytes;
    if (sound !== undefined) return { algorithm, bytes: sound };
    throw badRequest("ERR_SIGNATURE_MALFORMED", `The signature in ${where} is not ${algorithm}'s.`);
  }
  const name = encoding.startsWith("hex") ? "hex" : encoding;
  const length = fewest === longest ? String(fewest) : `${fewest} to ${longest}`;
  throw badRequest(
    "ERR_SIGNATURE_MALFORMED",
    isLength
      ? `The signature in ${where} is not ${name}: it ${whyNotDecoded(text, encoding)}.`
      : `The signature in ${where} is not ${length} characters of ${name}: it has ${text.length}.`,
  );
}
