import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { contentTypeOf, type Delivery, type HttpFacts } from "../model/delivery.js";
import type { Origin } from "../model/verified.js";
import { verifyBodyTokens } from "./body-token.js";
import { bodyBytes } from "./content.js";
import { verifyInBody } from "./in-body.js";
import { matchingKeyOfAny } from "./keys.js";
import { unauthorized, type VerifiedSignature } from "./outcome.js";
import { checkedId, checkWindow, eventNameHeader, idHeader, memberTime, oneHeader } from "./request.js";
import type { Scheme } from "./scheme.js";
import { type Candidate, readSignature } from "./signature.js";
import {
  bodyDigest,
  neededHeader,
  readSignedMessage,
  type SignedMessage,
  schemeFor,
  type Verifier,
} from "./signed-message.js";

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
  const scheme = schemeFor(verifier.scheme, http);
  const { keys, remoteKeys, toleranceMs } = verifier;
  const body = bodyBytes(delivery.body);
  const place = scheme.signature;
  switch (place.form) {
    case "body-token":
      return verifyBodyTokens(keys, place, body, () => wrongSignature(verifier));
    case "in-body": {
      const unit = scheme.time?.unit;
      const keysFor = ({ certificateUrl, algorithm = place.algorithms[0] }: InBodyKey) =>
        remoteKeys === undefined ? keys : remoteKeys.forCertificate(certificateUrl, algorithm, nowMs);
      const wrong = () => wrongSignature(verifier);
      return verifyInBody(
        place,
        { toleranceMs, unit, contentType: contentTypeOf(http), keysFor, wrong },
        body,
        nowMs,
      );
    }
    case "jwt": {
      const { prefix = "" } = place;
      const text = neededHeader(http, place.header);
      if (verifier.jwt === undefined) throw wrongSignature(verifier);
      if (!text.startsWith(prefix)) {
        throw unauthorized(
          "ERR_SIGNATURE_MISSING",
          `The header ${place.header} does not start with "${prefix}".`,
        );
      }
      return verifier.jwt.verify(text.slice(prefix.length), body, nowMs, toleranceMs, verifier.crypto);
    }
    default: {
      const message = readSignedMessage(verifier, scheme, http, body, nowMs);
      return message instanceof Promise
        ? message.then((read) => verifyMessage(verifier, read, http, body, nowMs))
        : verifyMessage(verifier, message, http, body, nowMs);
    }
  }
}

interface InBodyKey {
  readonly certificateUrl?: string | undefined;
  readonly algorithm?: Candidate["algorithm"] | undefined;
}

function verifyMessage(
  verifier: Verifier,
  message: SignedMessage,
  http: HttpFacts,
  body: Uint8Array,
  nowMs: number,
): MaybePromise<VerifiedSignature> {
  const { contents, candidates } = message;
  const { keys, remoteKeys } = verifier;
  const key =
    remoteKeys === undefined
      ? matchingKeyOfAny(keys, contents, candidates)
      : remoteKeys.matching(http, candidates, nowMs, (published) =>
          matchingKeyOfAny(published, contents, candidates),
        );
  return key instanceof Promise
    ? key.then((found) => checkKey(verifier, message, http, body, nowMs, found))
    : checkKey(verifier, message, http, body, nowMs, key);
}

/** @param key index of the key that matched, or -1 */
function checkKey(
  verifier: Verifier,
  { sentAt, messageId }: SignedMessage,
  http: HttpFacts,
  body: Uint8Array,
  nowMs: number,
  key: number,
): MaybePromise<VerifiedSignature> {
  if (key === -1) throw wrongSignature(verifier);
  return checkBody(verifier, http, body, nowMs, { key, sentAt, messageId });
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
    return { ...signature, sentAt: inBody };
  }
  const digest = bodyDigest(scheme, http);
  if (digest === undefined) return signature;
  return chain(crypto.digest(body), (actual) => {
    if (actual !== digest)
      throw unauthorized("ERR_SIGNATURE_WRONG", "The body is not the one whose digest was signed.");
    return signature;
  });
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

/** @param signature absent where the delivery is accepted unsigned */
export function originOf(
  verifier: Verifier,
  delivery: Delivery,
  http: HttpFacts,
  signature: VerifiedSignature | undefined,
): MaybePromise<Origin> {
  const { idSigned } = verifier;
  const scheme = schemeFor(verifier.scheme, http);
  const messageId = signature?.messageId ?? messageIdOf(scheme, http, idSigned);
  const eventName = scheme.eventName === undefined ? undefined : eventNameHeader(http, scheme.eventName);
  // Made with all members: an object that grows later takes more memory, and each record stores it.
  const origin: Mutable<Origin> = {
    provider: scheme.provider,
    signed: signature !== undefined,
    route: http.route ?? routeOf(http.path),
    messageId,
    eventName,
    sentAt: signature?.sentAt,
    request: delivery.request,
    traceparent: delivery.traceparent,
  };
  if (scheme.format !== undefined) origin.format = scheme.format;
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
