import { decodeText, type Encoding, encodedLength } from "./encoding.js";
import { hashSize } from "./platform.js";
import { malformed, unproved } from "./refuse.js";
import type { Algorithm, SignaturePlace } from "./scheme.js";

/** A signature to be checked by the keys of its algorithm. */
export interface Candidate {
  readonly algorithm: Algorithm;
  readonly bytes: Uint8Array;
}

/** What a signature header says. */
export interface SignatureHeader {
  readonly candidates: readonly Candidate[];
  /** The time's text, where it stands in the same header. */
  readonly time?: string;
}

type HeaderPlace = Extract<SignaturePlace, { readonly encoding: Encoding }>;

/** More signatures than any sender rotates; a longer list is work that somebody else chose for us. */
const MOST_CANDIDATES = 16;

const fieldName = /^[A-Za-z0-9_]{1,32}$/;

/** Bytes of a signature. */
const sizes: Readonly<Record<Exclude<Algorithm, "token">, number>> = {
  "hmac-sha1": hashSize.sha1,
  "hmac-sha256": hashSize.sha256,
  "hmac-sha512": hashSize.sha512,
  ed25519: 64,
};

/**
 * Splits a signature header.
 *
 * @throws RefusedError ERR_SIGNATURE_MALFORMED; ERR_SIGNATURE_MISSING where there is none of a known version
 */
export function readSignature(place: HeaderPlace, text: string): SignatureHeader {
  switch (place.form) {
    case "plain": {
      const prefix = place.prefix ?? "";
      if (!text.startsWith(prefix)) {
        throw malformed(
          "ERR_SIGNATURE_MALFORMED",
          `The header ${place.header} does not start with "${prefix}".`,
        );
      }
      return { candidates: [candidate(place, place.algorithm, text.slice(prefix.length))] };
    }
    case "list":
      return { candidates: readList(place, text) };
    case "fields":
      return readFields(place, text);
  }
}

function readList(place: Extract<HeaderPlace, { form: "list" }>, text: string): Candidate[] {
  const candidates: Candidate[] = [];
  for (const entry of entriesOf(place, text, " ")) {
    const comma = entry.indexOf(",");
    if (comma < 1)
      throw malformed("ERR_SIGNATURE_MALFORMED", `The header ${place.header} has no "version,signature".`);
    const algorithm = place.versions.get(entry.slice(0, comma));
    if (algorithm !== undefined) candidates.push(candidate(place, algorithm, entry.slice(comma + 1)));
  }
  if (candidates.length === 0) {
    const known = [...place.versions.keys()].join(" or ");
    throw unproved(
      "ERR_SIGNATURE_MISSING",
      `The header ${place.header} has no signature of version ${known}.`,
    );
  }
  return candidates;
}

function readFields(place: Extract<HeaderPlace, { form: "fields" }>, text: string): SignatureHeader {
  const candidates: Candidate[] = [];
  let time: string | undefined;
  for (const entry of entriesOf(place, text, place.separator)) {
    const equals = entry.indexOf("=");
    // A name with a space before it is the seam of two headers that a server has joined.
    if (!fieldName.test(entry.slice(0, Math.max(0, equals)))) {
      throw malformed(
        "ERR_SIGNATURE_MALFORMED",
        `The header ${place.header} has an entry that is no "name=value".`,
      );
    }
    const name = entry.slice(0, equals);
    const value = entry.slice(equals + 1);
    if (name === place.signature) {
      candidates.push(candidate(place, place.algorithm, value));
    } else if (name === place.time) {
      if (time !== undefined) {
        throw malformed(
          "ERR_HEADER_REPEATED",
          `The header ${place.header} has more than one "${place.time}".`,
        );
      }
      time = value;
    }
  }
  if (time === undefined)
    throw malformed("ERR_SIGNATURE_MALFORMED", `The header ${place.header} has no "${place.time}".`);
  if (candidates.length === 0) {
    throw unproved("ERR_SIGNATURE_MISSING", `The header ${place.header} has no "${place.signature}".`);
  }
  return { candidates, time };
}

function entriesOf(place: HeaderPlace, text: string, separator: string): string[] {
  // Nearly always there is one, and to split a text that has nothing to split costs three times the look.
  if (!text.includes(separator)) return [text];
  const entries = text.split(separator, MOST_CANDIDATES + 1);
  if (entries.length > MOST_CANDIDATES) {
    throw malformed(
      "ERR_SIGNATURE_MALFORMED",
      `The header ${place.header} has more than ${MOST_CANDIDATES} entries.`,
    );
  }
  return entries;
}

function candidate(place: HeaderPlace, algorithm: Exclude<Algorithm, "token">, text: string): Candidate {
  const length = encodedLength(sizes[algorithm], place.encoding);
  const bytes = text.length === length ? decodeText(text, place.encoding) : undefined;
  if (bytes === undefined || bytes.length !== sizes[algorithm]) {
    throw malformed(
      "ERR_SIGNATURE_MALFORMED",
      `The signature in ${place.header} is not ${length} characters of ${place.encoding}: it has ${text.length}.`,
    );
  }
  return { algorithm, bytes };
}
