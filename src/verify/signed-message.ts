import { chain, type MaybePromise } from "../base/maybe-promise.js";
import type { HttpFacts } from "../model/delivery.js";
import { type Content, crc32, type Parts, type Template, textContent, utf8 } from "./content.js";
import type { RuntimeCrypto } from "./crypto.js";
import { base64Of, decodeText } from "./encoding.js";
import type { JwtVerifier } from "./jwt.js";
import type { SchemeKey } from "./keys.js";
import { unauthorized } from "./outcome.js";
import { isPublicKeyAlgorithm } from "./public-key.js";
import type { RemoteKeys } from "./remote-keys.js";
import {
  checkedId,
  checkWindow,
  everyHeader,
  idHeader,
  oneHeader,
  partlyDecoded,
  queryParameter,
  readTime,
  requestUrl,
  type TimeForm,
} from "./request.js";
import type { Scheme } from "./scheme.js";
import { type Candidate, MOST_CANDIDATES, readSignature, type SignatureHeader } from "./signature.js";
import { sortedForm } from "./sorted-form.js";

/** Standard Webhooks' tolerance, and most senders'. */
export const DEFAULT_TOLERANCE_MS = 300_000;

/** A scheme compiled for one source: no delivery reads, decodes or compiles it again. */
export interface Verifier {
  readonly scheme: Scheme;
  readonly template: Template;
  readonly idSigned: boolean;
  readonly keys: readonly SchemeKey[];
  readonly crypto: RuntimeCrypto;
  /** The public URL, as configured first; empty where it is not signed. */
  readonly publicUrls: readonly string[];
  readonly toleranceMs: number;
  /** Options of the source that are part of what is signed. */
  readonly options: Parts;
  /** Where the sender publishes its keys. */
  readonly remoteKeys: RemoteKeys | undefined;
  readonly jwt: JwtVerifier | undefined;
}

/** The signed content, its signatures and its time. */
export interface SignedMessage {
  /** More than one where a sender may sign the same request in two ways. */
  readonly contents: readonly Content[];
  readonly candidates: readonly Candidate[];
  readonly sentAt?: number | undefined;
  /** The message's id, where it is signed. */
  readonly messageId?: string | undefined;
}

/**
 * Longest content, in bytes, that is hashed again for a second signature or another form of its URL. Longer content
 * is hashed once, so that an unverified request stays cheap.
 */
const RECHECKED_BYTES = 16 * 1024;

/** The scheme with the headers of the request: the first set, unless only the other set is complete. */
export function schemeFor(scheme: Scheme, http: HttpFacts): Scheme {
  const { otherHeaders: other, signature, time, id } = scheme;
  if (other === undefined || !("header" in signature) || time === undefined || !("header" in time)) {
    return scheme;
  }
  const here = (name: string | undefined) => name !== undefined && !isEmpty(http.header(name));
  if (here(signature.header) && here(time.header) && here(id)) return scheme;
  if (!here(other.signature) || !here(other.time) || !here(other.id)) return scheme;
  return {
    ...scheme,
    signature: { ...signature, header: other.signature },
    time: { ...time, header: other.time },
    id: other.id,
  };
}

function isEmpty(value: string | readonly string[] | undefined): boolean {
  return value === undefined || value.length === 0;
}

export function readSignedMessage(
  verifier: Verifier,
  scheme: Scheme,
  http: HttpFacts,
  body: Uint8Array,
  nowMs: number,
): MaybePromise<SignedMessage> {
  const { template, toleranceMs } = verifier;
  const place = scheme.signature;
  if (place.form === "token") {
    const token = "header" in place ? tokenHeader(place, http) : queryParameter(http, place.query);
    if (token !== undefined && token !== "") return { contents: [textContent(token)], candidates: [] };
    throw unauthorized("ERR_SIGNATURE_MISSING", "The query has no parameter with the secret.");
  }
  if (place.form !== "plain" && place.form !== "list" && place.form !== "fields") {
    throw new TypeError("The signature is in no header.");
  }
  const header = signatureHeaderOf(place, http);
  const time = timeText(scheme, http, header.time);
  const sentAt = time === undefined ? undefined : readTime(time.text, time.unit, time.where);
  if (sentAt !== undefined) checkWindow(sentAt, inUnit(nowMs, time?.unit), toleranceMs);
  const signed = signedBody(verifier, scheme, http, body);
  const facts = partsOf(verifier, scheme, http, time?.text, header.id);
  const candidates = affordable(header.candidates, signed.length);
  if (template.hole === "body" || template.hole === "form") {
    const contents = contentsOf(verifier, scheme, http, facts, signed);
    return { contents, candidates, sentAt, messageId: facts.id };
  }
  const digest = template.hole === "crc32" ? crc32(body) : verifier.crypto.digest(body);
  return chain(digest, (text) => {
    const isBase64 = template.hole === "sha256-base64";
    const bytes = utf8(isBase64 ? base64Of(decodeText(text, "hex") ?? noBytes) : text);
    const contents = contentsOf(verifier, scheme, http, facts, bytes);
    return { contents, candidates, sentAt, messageId: facts.id };
  });
}

type TokenHeaderPlace = Extract<Scheme["signature"], { readonly form: "token"; readonly header: string }>;

/** The token as it would stand in the first header, whichever of the headers has it. */
function tokenHeader({ header, prefix = "", alsoIn = [] }: TokenHeaderPlace, http: HttpFacts): string {
  const other = alsoIn.find((one) => oneHeader(http, one.header) !== undefined);
  if (other === undefined || oneHeader(http, header) !== undefined) return neededHeader(http, header);
  const text = neededHeader(http, other.header);
  const { prefix: own = "" } = other;
  if (text.startsWith(own)) return prefix + text.slice(own.length);
  throw unauthorized("ERR_SIGNATURE_WRONG", `The header ${other.header} does not start with "${own}".`);
}

/** The signature's header, or several that may have one, with the signatures of all. */
function signatureHeaderOf(place: HeaderPlace, http: HttpFacts): SignatureHeader {
  if (place.form !== "plain" || (place.alsoIn === undefined && place.repeats === undefined)) {
    return readSignature(place, neededHeader(http, place.header));
  }
  const { header, alsoIn = [], repeats = false } = place;
  const texts = [header, ...alsoIn].flatMap((name) =>
    repeats ? everyHeader(http, name, MOST_CANDIDATES) : (oneHeader(http, name) ?? []),
  );
  if (texts.length === 0) throw missing(header);
  let problem: unknown;
  const candidates = texts.flatMap((text) => {
    try {
      return readSignature(place, text).candidates;
    } catch (error) {
      problem ??= error;
      return [];
    }
  });
  if (candidates.length === 0) throw problem;
  return { candidates };
}

type HeaderPlace = Parameters<typeof readSignature>[0];

export function neededHeader(http: HttpFacts, name: string): string {
  const text = oneHeader(http, name);
  if (text !== undefined) return text;
  throw missing(name);
}

function missing(header: string): Error {
  return unauthorized("ERR_SIGNATURE_MISSING", `The header ${header} did not come.`);
}

function contentsOf(
  { template, publicUrls }: Verifier,
  scheme: Scheme,
  http: HttpFacts,
  facts: Parts,
  signed: Uint8Array,
): readonly Content[] {
  // Few schemes sign a URL. Making one for every delivery would cost a tenth of the check.
  if (publicUrls.length === 0) return [template.fill(facts, signed)];
  const isShort = signed.length <= RECHECKED_BYTES;
  if (scheme.decodesUrl === true) {
    const urls = decodedAndNot(requestUrl(publicUrls[0] ?? "", http), isShort);
    return urls.map((url) => template.fill({ ...facts, requestUrl: url }, signed));
  }
  return (isShort ? publicUrls : publicUrls.slice(0, 1)).map((url) =>
    template.fill({ ...facts, url, requestUrl: requestUrl(url, http) }, signed),
  );
}

/** A time in seconds is compared with the current second, as senders' own packages do. */
function inUnit(nowMs: number, unit: TimeForm | undefined): number {
  return unit === "s" ? nowMs - (nowMs % 1000) : nowMs;
}

/** The URL as the sender documents it; as it was sent only where a second check is cheap. */
function decodedAndNot(url: string, both: boolean): readonly string[] {
  const decoded = partlyDecoded(url);
  return both && decoded !== url ? [decoded, url] : [decoded];
}

/** One HMAC is compared with every signature; one of a private key costs a hash of the whole content each. */
function affordable(candidates: readonly Candidate[], bytes: number): readonly Candidate[] {
  if (candidates.length === 1 || !candidates.some(({ algorithm }) => isPublicKeyAlgorithm(algorithm)))
    return candidates;
  return candidates.slice(0, bytes > RECHECKED_BYTES ? 1 : MOST_PUBLIC_KEY_CHECKS);
}

/** A sender that rotates its key signs with the old one and the new one. */
const MOST_PUBLIC_KEY_CHECKS = 2;

function timeText(scheme: Scheme, http: HttpFacts, field: string | undefined) {
  const { time } = scheme;
  if (time === undefined || "member" in time) return undefined;
  const { unit } = time;
  const place = scheme.signature;
  const name = "header" in time ? time.header : "header" in place ? place.header : "";
  const where = `The time in ${name}`;
  const text = "header" in time ? oneHeader(http, time.header) : field;
  if (text === undefined) throw unauthorized("ERR_SIGNATURE_MISSING", `The header ${name} did not come.`);
  return { text, unit, where };
}

function partsOf(
  { template, options }: Verifier,
  scheme: Scheme,
  http: HttpFacts,
  time: string | undefined,
  idField: string | undefined,
): Parts {
  if (template.parts.size === 0) return noParts;
  // What most senders sign; a member whose name is not known here costs ten times as much.
  if (template.parts.size === 1 && template.parts.has("time")) return { time };
  if (template.parts.size === 2 && template.parts.has("time") && template.parts.has("id")) {
    return { id: signedId(scheme, http, idField), time };
  }
  const parts: Record<string, string | undefined> = {};
  for (const part of template.parts) {
    const at = part.indexOf(":");
    if (at === -1) parts[part] = plainPart(part, scheme, http, time, idField);
    else {
      const name = part.slice(at + 1);
      if (part.startsWith("header:")) parts[part] = oneHeader(http, name);
      else parts[part] = part.startsWith("query:") ? queryParameter(http, name) : options[name];
    }
  }
  return parts;
}

function plainPart(
  part: string,
  scheme: Scheme,
  http: HttpFacts,
  time: string | undefined,
  idField: string | undefined,
): string | undefined {
  switch (part) {
    case "time":
      return time;
    case "method":
      return http.method;
    case "target":
      return http.target;
    case "id":
      return signedId(scheme, http, idField);
    case "signedHeaders":
      return signedHeaders(scheme, http);
    default:
      return undefined;
  }
}

function signedId({ id: header, signature }: Scheme, http: HttpFacts, idField: string | undefined): string {
  const id = header === undefined ? idField : idHeader(http, header, true);
  if (id === undefined) throw unauthorized("ERR_SIGNATURE_MISSING", `The header ${header} did not come.`);
  const where = `The id in ${"header" in signature ? signature.header : "the signature"}`;
  return header === undefined ? checkedId(where, id, true) : id;
}

/** More headers than a sender lists would be work chosen by an attacker. */
const MAX_SIGNED_HEADERS = 32;

function signedHeaders({ signedHeaders: header = "", time }: Scheme, http: HttpFacts): string {
  const names = neededHeader(http, header)
    .split(",", MAX_SIGNED_HEADERS)
    .map((name) => name.trim().toLowerCase());
  // A captured text of all headers, sent as the value of one, would leave the time to the request.
  if (time !== undefined && "header" in time && !names.includes(time.header)) {
    throw unauthorized("ERR_SIGNATURE_WRONG", `The header ${header} does not list ${time.header}.`);
  }
  return names
    .sort()
    .map((name) => `${name}:${(oneHeader(http, name) ?? "").trim()}`)
    .join(";");
}

const noParts: Parts = Object.freeze({});
const noBytes = new Uint8Array(0);

/** A form is signed with its fields in order. If the URL has its digest, the form itself is not signed. */
function signedBody({ template }: Verifier, scheme: Scheme, http: HttpFacts, body: Uint8Array): Uint8Array {
  if (template.hole !== "form") return body;
  return bodyDigest(scheme, http) === undefined ? sortedForm(body) : noBytes;
}

export function bodyDigest(scheme: Scheme, http: HttpFacts): string | undefined {
  return scheme.bodyDigestQuery === undefined ? undefined : queryParameter(http, scheme.bodyDigestQuery);
}
