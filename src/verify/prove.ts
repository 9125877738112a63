import { chain, type MaybePromise } from "../maybe-promise.js";
import type { Delivery, HttpFacts } from "../model/delivery.js";
import type { Origin } from "../model/verified.js";
import { bodyBytes, type Content, textContent } from "./content.js";
import { sortedForm } from "./form.js";
import { eventNameHeader, idHeader, oneHeader } from "./headers.js";
import { provingKey, type SchemeKey } from "./keys.js";
import type { Platform } from "./platform.js";
import { queryParameter, requestUrl } from "./public-url.js";
import { unproved } from "./refuse.js";
import type { Scheme } from "./scheme.js";
import { type Candidate, readSignature } from "./signature.js";
import type { Template } from "./template.js";
import { checkWindow, memberTime, readTime } from "./time.js";

/** Standard Webhooks' tolerance, and most senders'. */
export const DEFAULT_TOLERANCE_MS = 300_000;

/** A scheme made ready: nothing is read, decoded or compiled again for a delivery. */
export interface Verifier {
  readonly scheme: Scheme;
  readonly template: Template;
  readonly idSigned: boolean;
  readonly keys: readonly SchemeKey[];
  readonly platform: Platform;
  readonly publicUrl: string | undefined;
  readonly toleranceMs: number;
}

/** How a delivery was proved. */
export interface Proof {
  /** The place of the key that proved it. */
  readonly key: number;
  /** The time that was signed, epoch milliseconds. */
  readonly sentAt?: number;
}

/** What is signed, by what, and when. */
interface Claim {
  readonly content: Content;
  readonly candidates: readonly Candidate[];
  readonly sentAt?: number;
}

/**
 * The one check that every scheme goes through. What costs least comes first: headers, the time, then the
 * signature over the bytes; what stands in the body is looked at only when the body is proved.
 *
 * @throws RefusedError 400 where a header is not in the scheme's form, 401 where nothing is proved
 */
export function proveDelivery(
  verifier: Verifier,
  delivery: Delivery,
  http: HttpFacts,
  nowMs: number,
): MaybePromise<Proof> {
  const { scheme, keys, platform } = verifier;
  const body = bodyBytes(delivery.body);
  if (scheme.signature.form === "body-token") return proveBodyTokens(verifier, scheme.signature, body);
  const claim = readClaim(verifier, http, body, nowMs);
  return chain(provingKey(keys, claim.content, claim.candidates), (key) => {
    if (key === -1) throw wrong(verifier);
    const proof: Proof = claim.sentAt === undefined ? { key } : { key, sentAt: claim.sentAt };
    if (scheme.time !== undefined && "member" in scheme.time) {
      const sentAt = memberTime(new TextDecoder().decode(body), scheme.time.member);
      checkWindow(sentAt, nowMs, verifier.toleranceMs);
      return { key, sentAt };
    }
    const digest = bodyDigest(scheme, http);
    if (digest === undefined) return proof;
    return chain(platform.digest(body), (actual) => {
      if (actual !== digest)
        throw unproved("ERR_SIGNATURE_WRONG", "The body is not the one whose digest was signed.");
      return proof;
    });
  });
}

function readClaim(verifier: Verifier, http: HttpFacts, body: Uint8Array, nowMs: number): Claim {
  const { scheme, template, toleranceMs } = verifier;
  const place = scheme.signature;
  if (place.form === "body-token") throw new TypeError("A token in the body is no header.");
  const text = oneHeader(http, place.header);
  if (text === undefined) throw unproved("ERR_SIGNATURE_MISSING", `The header ${place.header} did not come.`);
  if (place.form === "token") return { content: textContent(text), candidates: [] };
  const header = readSignature(place, text);
  const time = timeText(scheme, http, header.time);
  const sentAt = time === undefined ? undefined : readTime(time.text, time.unit, time.where);
  if (sentAt !== undefined) checkWindow(sentAt, nowMs, toleranceMs);
  return {
    content: template.fill(partsOf(verifier, http, time?.text, body), body),
    candidates: header.candidates,
    ...(sentAt === undefined ? {} : { sentAt }),
  };
}

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

function partsOf(verifier: Verifier, http: HttpFacts, time: string | undefined, body: Uint8Array) {
  const { scheme, template, publicUrl = "" } = verifier;
  const parts: {
    id?: string;
    time?: string;
    method?: string;
    url?: string;
    requestUrl?: string;
    form?: string;
  } = {};
  if (time !== undefined) parts.time = time;
  if (template.parts.has("id") && scheme.id !== undefined) {
    const id = idHeader(http, scheme.id, true);
    if (id === undefined) throw unproved("ERR_SIGNATURE_MISSING", `The header ${scheme.id} did not come.`);
    parts.id = id;
  }
  if (template.parts.has("method")) parts.method = http.method;
  if (template.parts.has("url")) parts.url = publicUrl;
  if (template.parts.has("requestUrl")) parts.requestUrl = requestUrl(publicUrl, http);
  if (template.parts.has("form") && bodyDigest(scheme, http) === undefined) {
    parts.form = sortedForm(new TextDecoder().decode(body));
  }
  return parts;
}

function bodyDigest(scheme: Scheme, http: HttpFacts): string | undefined {
  return scheme.bodyDigestQuery === undefined ? undefined : queryParameter(http, scheme.bodyDigestQuery);
}

/** Every element has to carry the token: one that does not would come along with those that do. */
function proveBodyTokens(
  verifier: Verifier,
  place: { readonly list: string; readonly member: string },
  body: Uint8Array,
): MaybePromise<Proof> {
  let list: unknown;
  try {
    list = (JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown> | null)?.[place.list];
  } catch {
    list = undefined;
  }
  if (!Array.isArray(list) || list.length === 0) {
    throw unproved("ERR_SIGNATURE_MISSING", `The body has no list \`${place.list}\` with a ${place.member}.`);
  }
  const tokens = new Set<unknown>(
    list.map((element) => (element as Record<string, unknown> | null)?.[place.member]),
  );
  const [token] = tokens;
  if (tokens.size !== 1 || typeof token !== "string" || token === "") {
    throw unproved(
      "ERR_SIGNATURE_MISSING",
      `Not every element of \`${place.list}\` has one and the same ${place.member}.`,
    );
  }
  return chain(provingKey(verifier.keys, textContent(token), []), (key) => {
    if (key === -1) throw wrong(verifier);
    return { key };
  });
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
  const { scheme, idSigned } = verifier;
  const messageId = scheme.id === undefined ? undefined : idHeader(http, scheme.id, idSigned);
  const eventName = scheme.eventName === undefined ? undefined : eventNameHeader(http, scheme.eventName);
  // In one piece: an object that grows takes a second one for what did not fit, and each record keeps both.
  const origin: Mutable<Origin> = {
    provider: scheme.provider,
    signed: facts.signed,
    route: http.path,
    messageId,
    eventName,
    sentAt: facts.sentAt,
  };
  if ((idSigned && messageId !== undefined) || scheme.bodyId === true) return origin;
  return chain(verifier.platform.digest(bodyBytes(delivery.body)), (digest) => {
    origin.digest = digest;
    return origin;
  });
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
