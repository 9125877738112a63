import { chain, type MaybePromise } from "../base/maybe-promise.js";
import type { Delivery, HttpFacts } from "../model/delivery.js";
import type { Origin } from "../model/verified.js";
import { verifyBodyTokens } from "./body-token.js";
import { bodyBytes, type Content, sortedForm, type Template, textContent } from "./content.js";
import type { RuntimeCrypto } from "./crypto.js";
import { matchingKeyOfAny, type SchemeKey } from "./keys.js";
import { unauthorized, type VerifiedSignature } from "./outcome.js";
import {
  checkedId,
  checkWindow,
  eventNameHeader,
  idHeader,
  memberTime,
  oneHeader,
  partlyDecoded,
  queryParameter,
  readTime,
  requestUrl,
  type TimeUnit,
} from "./request.js";
import type { Scheme } from "./scheme.js";
import { type Candidate, readSignature } from "./signature.js";

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
}

/** The signed content, its signatures and its time. */
interface SignedMessage {
  /** More than one where a sender may sign the same request in two ways. */
  readonly contents: readonly Content[];
  readonly candidates: readonly Candidate[];
  readonly sentAt?: number | undefined;
}

/**
 * Longest content, in bytes, that is hashed again for a second signature or another form of its URL. Longer content
 * is hashed once, so that an unverified request stays cheap.
 */
const RECHECKED_BYTES = 16 * 1024;

/**
 * The one check of every scheme. The cheapest step comes first: headers, the timestamp, then the signature over the
 * bytes. The body is parsed only after its signature was verified.
 *
 * @throws RejectedError 400 if a header is not in the scheme's form, 401 if no signature matches
 */
export function verifyDelivery(
  verifier: Verifier,
  delivery: Delivery,
  http: HttpFacts,
  nowMs: number,
): MaybePromise<VerifiedSignature> {
  const { keys } = verifier;
  const scheme = schemeFor(verifier.scheme, http);
  const body = bodyBytes(delivery.body);
  if (scheme.signature.form === "body-token") {
    return verifyBodyTokens(keys, scheme.signature, body, () => wrongSignature(verifier));
  }
  const message = readSignedMessage(verifier, scheme, http, body, nowMs);
  return chain(matchingKeyOfAny(keys, message.contents, message.candidates), (key) => {
    if (key === -1) throw wrongSignature(verifier);
    return checkBody(verifier, http, body, nowMs, { key, sentAt: message.sentAt });
  });
}

/** Checks that need a verified body: a timestamp or a digest of the body. */
function checkBody(
  { scheme, crypto, toleranceMs }: Verifier,
  http: HttpFacts,
  body: Uint8Array,
  nowMs: number,
  signature: VerifiedSignature,
): MaybePromise<VerifiedSignature> {
  if (scheme.time !== undefined && "member" in scheme.time) {
    const inBody = memberTime(new TextDecoder().decode(body), scheme.time.member);
    checkWindow(inBody, nowMs, toleranceMs);
    return { key: signature.key, sentAt: inBody };
  }
  const digest = bodyDigest(scheme, http);
  if (digest === undefined) return signature;
  return chain(crypto.digest(body), (actual) => {
    if (actual !== digest)
      throw unauthorized("ERR_SIGNATURE_WRONG", "The body is not the one whose digest was signed.");
    return signature;
  });
}

/** The scheme with the headers of the request: the first set, unless only the other set is complete. */
function schemeFor(scheme: Scheme, http: HttpFacts): Scheme {
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

function readSignedMessage(
  verifier: Verifier,
  scheme: Scheme,
  http: HttpFacts,
  body: Uint8Array,
  nowMs: number,
): SignedMessage {
  const { template, toleranceMs, publicUrls } = verifier;
  const place = scheme.signature;
  if (place.form === "body-token") throw new TypeError("A token in the body is no header.");
  const text = oneHeader(http, place.header);
  if (text === undefined)
    throw unauthorized("ERR_SIGNATURE_MISSING", `The header ${place.header} did not come.`);
  if (place.form === "token") return { contents: [textContent(text)], candidates: [] };
  const header = readSignature(place, text);
  const time = timeText(scheme, http, header.time);
  const sentAt = time === undefined ? undefined : readTime(time.text, time.unit, time.where);
  if (sentAt !== undefined) checkWindow(sentAt, inUnit(nowMs, time?.unit), toleranceMs);
  const signed = signedBody(verifier, scheme, http, body);
  const facts = partsOf(verifier, scheme, http, time?.text, header.id);
  const candidates = affordable(header.candidates, signed.length);
  // Few schemes sign a URL. Making one for every delivery would cost a tenth of the check.
  if (publicUrls.length === 0) return { contents: [template.fill(facts, signed)], candidates, sentAt };
  const isShort = signed.length <= RECHECKED_BYTES;
  if (scheme.decodesUrl === true) {
    const urls = decodedAndNot(requestUrl(publicUrls[0] ?? "", http), isShort);
    return {
      contents: urls.map((url) => template.fill({ ...facts, requestUrl: url }, signed)),
      candidates,
      sentAt,
    };
  }
  const contents = (isShort ? publicUrls : publicUrls.slice(0, 1)).map((url) =>
    template.fill({ ...facts, url, requestUrl: requestUrl(url, http) }, signed),
  );
  return { contents, candidates, sentAt };
}

/** A time in seconds is compared with the current second, as senders' own packages do. */
function inUnit(nowMs: number, unit: TimeUnit | undefined): number {
  return unit === "s" ? nowMs - (nowMs % 1000) : nowMs;
}

/** The URL as the sender documents it; as it was sent only where a second check is cheap. */
function decodedAndNot(url: string, both: boolean): readonly string[] {
  const decoded = partlyDecoded(url);
  return both && decoded !== url ? [decoded, url] : [decoded];
}

/** One HMAC is compared with every signature; an Ed25519 signature costs a hash of the whole content each. */
function affordable(candidates: readonly Candidate[], bytes: number): readonly Candidate[] {
  if (candidates.length === 1 || candidates.every(({ algorithm }) => algorithm !== "ed25519"))
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
  { template }: Verifier,
  scheme: Scheme,
  http: HttpFacts,
  time: string | undefined,
  idField: string | undefined,
): { id?: string; time?: string; method?: string } {
  const parts: { id?: string; time?: string; method?: string } = {};
  if (time !== undefined) parts.time = time;
  if (template.parts.has("method")) parts.method = http.method;
  if (!template.parts.has("id")) return parts;
  const { id: header, signature } = scheme;
  const id = header === undefined ? idField : idHeader(http, header, true);
  if (id === undefined) throw unauthorized("ERR_SIGNATURE_MISSING", `The header ${header} did not come.`);
  const where = `The id in ${"header" in signature ? signature.header : "the signature"}`;
  parts.id = header === undefined ? checkedId(where, id, true) : id;
  return parts;
}

const noBytes = new Uint8Array(0);

/** A form is signed with its fields in order. If the URL has its digest, the form itself is not signed. */
function signedBody({ template }: Verifier, scheme: Scheme, http: HttpFacts, body: Uint8Array): Uint8Array {
  if (!template.form) return body;
  return bodyDigest(scheme, http) === undefined ? sortedForm(body) : noBytes;
}

function bodyDigest(scheme: Scheme, http: HttpFacts): string | undefined {
  return scheme.bodyDigestQuery === undefined ? undefined : queryParameter(http, scheme.bodyDigestQuery);
}

function wrongSignature({ keys }: Verifier) {
  if (keys.length === 0) {
    return unauthorized(
      "ERR_SIGNATURE_WRONG",
      "The source has no secret yet: finish its set-up, then give it `secrets`.",
    );
  }
  return unauthorized(
    "ERR_SIGNATURE_WRONG",
    keys.length === 1
      ? "The signature is not this secret's."
      : `The signature is of none of the ${keys.length} keys.`,
  );
}

/** The origin of a delivery, verified or accepted unsigned. */
export function originOf(
  verifier: Verifier,
  delivery: Delivery,
  http: HttpFacts,
  facts: { readonly signed: boolean; readonly sentAt?: number | undefined },
): MaybePromise<Origin> {
  const { idSigned } = verifier;
  const scheme = schemeFor(verifier.scheme, http);
  const messageId = messageIdOf(scheme, http, idSigned);
  const eventName = scheme.eventName === undefined ? undefined : eventNameHeader(http, scheme.eventName);
  // Made with all members: an object that grows later takes more memory, and each record stores it.
  const origin: Mutable<Origin> = {
    provider: scheme.provider,
    signed: facts.signed,
    route: http.route ?? routeOf(http.path),
    messageId,
    eventName,
    sentAt: facts.sentAt,
    request: delivery.request,
  };
  if ((idSigned && messageId !== undefined) || scheme.bodyId === true) return origin;
  return chain(verifier.crypto.digest(bodyBytes(delivery.body)), (digest) => {
    origin.digest = digest;
    return origin;
  });
}

/** Routes have no slash at their end; a request's path may. */
function routeOf(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** The id from its header, or from the signature's header, which is then read twice: rare and cheap. */
function messageIdOf(scheme: Scheme, http: HttpFacts, idSigned: boolean): string | undefined {
  if (scheme.id !== undefined) return idHeader(http, scheme.id, idSigned);
  const place = scheme.signature;
  if (place.form !== "fields" || place.id === undefined) return undefined;
  const text = oneHeader(http, place.header);
  const id = text === undefined ? undefined : readSignature(place, text).id;
  return id === undefined ? undefined : checkedId(`The id in ${place.header}`, id, idSigned);
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
