import { chain, type MaybePromise } from "../base/maybe-promise.js";
import type { Delivery, HttpFacts } from "../model/delivery.js";
import type { Origin } from "../model/verified.js";
import { proveBodyTokens } from "./body-token.js";
import { bodyBytes, type Content, textContent } from "./content.js";
import { sortedForm } from "./form.js";
import { checkedId, eventNameHeader, idHeader, oneHeader } from "./headers.js";
import { provingKeyOfAny, type SchemeKey } from "./keys.js";
import type { Platform } from "./platform.js";
import { partlyDecoded, queryParameter, requestUrl } from "./public-url.js";
import { unproved } from "./refuse.js";
import type { Scheme } from "./scheme.js";
import { type Candidate, readSignature } from "./signature.js";
import type { Template } from "./template.js";
import { checkWindow, memberTime, readTime, type TimeUnit } from "./time.js";

/** Standard Webhooks' tolerance, and most senders'. */
export const DEFAULT_TOLERANCE_MS = 300_000;

/** A scheme made ready: nothing is read, decoded or compiled again for a delivery. */
export interface Verifier {
  readonly scheme: Scheme;
  readonly template: Template;
  readonly idSigned: boolean;
  readonly keys: readonly SchemeKey[];
  readonly platform: Platform;
  /** The public URL, as configured first; empty where it is not signed. */
  readonly publicUrls: readonly string[];
  readonly toleranceMs: number;
}

/** How a delivery was proved. */
export interface Proof {
  /** The place of the key that proved it. */
  readonly key: number;
  /** The time that was signed, epoch milliseconds. */
  readonly sentAt?: number | undefined;
}

/** What is signed, by what, and when. */
interface Claim {
  /** More than one where a sender may have signed the same request in two ways. */
  readonly contents: readonly Content[];
  readonly candidates: readonly Candidate[];
  readonly sentAt?: number | undefined;
}

/**
 * The longest content, in bytes, that is hashed again for a second signature or another form of its URL. Beyond
 * it one check is all that a request may cost before it is verified.
 */
const RECHECKED_BYTES = 16 * 1024;

/**
 * The one check that every scheme goes through. What costs least comes first: headers, the time, then the
 * signature over the bytes; what stands in the body is looked at only when the body is proved.
 *
 * @throws RejectedError 400 where a header is not in the scheme's form, 401 where nothing is proved
 */
export function proveDelivery(
  verifier: Verifier,
  delivery: Delivery,
  http: HttpFacts,
  nowMs: number,
): MaybePromise<Proof> {
  const { keys } = verifier;
  const scheme = schemeFor(verifier.scheme, http);
  const body = bodyBytes(delivery.body);
  if (scheme.signature.form === "body-token") {
    return proveBodyTokens(keys, scheme.signature, body, () => wrong(verifier));
  }
  const claim = readClaim(verifier, scheme, http, body, nowMs);
  return chain(provingKeyOfAny(keys, claim.contents, claim.candidates), (key) => {
    if (key === -1) throw wrong(verifier);
    return proofOf(verifier, http, body, nowMs, { key, sentAt: claim.sentAt });
  });
}

/** What can only be looked at once the signature is right. */
function proofOf(
  { scheme, platform, toleranceMs }: Verifier,
  http: HttpFacts,
  body: Uint8Array,
  nowMs: number,
  proof: Proof,
): MaybePromise<Proof> {
  if (scheme.time !== undefined && "member" in scheme.time) {
    const inBody = memberTime(new TextDecoder().decode(body), scheme.time.member);
    checkWindow(inBody, nowMs, toleranceMs);
    return { key: proof.key, sentAt: inBody };
  }
  const digest = bodyDigest(scheme, http);
  if (digest === undefined) return proof;
  return chain(platform.digest(body), (actual) => {
    if (actual !== digest)
      throw unproved("ERR_SIGNATURE_WRONG", "The body is not the one whose digest was signed.");
    return proof;
  });
}

/** The scheme with the set of headers that the request has: the first set, unless only the other one is whole. */
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

function readClaim(
  verifier: Verifier,
  scheme: Scheme,
  http: HttpFacts,
  body: Uint8Array,
  nowMs: number,
): Claim {
  const { template, toleranceMs, publicUrls } = verifier;
  const place = scheme.signature;
  if (place.form === "body-token") throw new TypeError("A token in the body is no header.");
  const text = oneHeader(http, place.header);
  if (text === undefined) throw unproved("ERR_SIGNATURE_MISSING", `The header ${place.header} did not come.`);
  if (place.form === "token") return { contents: [textContent(text)], candidates: [] };
  const header = readSignature(place, text);
  const time = timeText(scheme, http, header.time);
  const sentAt = time === undefined ? undefined : readTime(time.text, time.unit, time.where);
  if (sentAt !== undefined) checkWindow(sentAt, inUnit(nowMs, time?.unit), toleranceMs);
  const signed = signedBody(verifier, scheme, http, body);
  const facts = partsOf(verifier, scheme, http, time?.text, header.id);
  const candidates = affordable(header.candidates, signed.length);
  // Few schemes sign a URL, and to make one for the others would be a tenth of the check.
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

/** A time in seconds is compared with the second that it is now, as senders' own packages do. */
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
  if (text === undefined) throw unproved("ERR_SIGNATURE_MISSING", `The header ${name} did not come.`);
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
  if (id === undefined) throw unproved("ERR_SIGNATURE_MISSING", `The header ${header} did not come.`);
  const where = `The id in ${"header" in signature ? signature.header : "the signature"}`;
  parts.id = header === undefined ? checkedId(where, id, true) : id;
  return parts;
}

const noBytes = new Uint8Array(0);

/** A form is signed in another order than it came; where its digest is signed with the URL, not at all. */
function signedBody({ template }: Verifier, scheme: Scheme, http: HttpFacts, body: Uint8Array): Uint8Array {
  if (!template.form) return body;
  return bodyDigest(scheme, http) === undefined ? sortedForm(body) : noBytes;
}

function bodyDigest(scheme: Scheme, http: HttpFacts): string | undefined {
  return scheme.bodyDigestQuery === undefined ? undefined : queryParameter(http, scheme.bodyDigestQuery);
}

function wrong({ keys }: Verifier) {
  if (keys.length === 0) {
    return unproved(
      "ERR_SIGNATURE_WRONG",
      "The source has no secret yet: finish its set-up, then give it `secrets`.",
    );
  }
  return unproved(
    "ERR_SIGNATURE_WRONG",
    keys.length === 1
      ? "The signature is not this secret's."
      : `The signature is of none of the ${keys.length} keys.`,
  );
}

/** What the decoder is told of a delivery, proved or believed. */
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
  // In one piece: an object that grows takes a second one for what did not fit, and each record keeps both.
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
  return chain(verifier.platform.digest(bodyBytes(delivery.body)), (digest) => {
    origin.digest = digest;
    return origin;
  });
}

/** Routes have no slash at their end; a request's path may. */
function routeOf(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** The id's header, or its field in the signature's header, which is read once more: that is seldom and cheap. */
function messageIdOf(scheme: Scheme, http: HttpFacts, idSigned: boolean): string | undefined {
  if (scheme.id !== undefined) return idHeader(http, scheme.id, idSigned);
  const place = scheme.signature;
  if (place.form !== "fields" || place.id === undefined) return undefined;
  const text = oneHeader(http, place.header);
  const id = text === undefined ? undefined : readSignature(place, text).id;
  return id === undefined ? undefined : checkedId(`The id in ${place.header}`, id, idSigned);
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
