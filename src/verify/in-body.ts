import type { MaybePromise } from "../base/maybe-promise.js";
import type { JsonObject } from "../model/json.js";
import { textContent } from "./content.js";
import { matchingKey, type SchemeKey } from "./keys.js";
import { badRequest, unauthorized, type VerifiedSignature } from "./outcome.js";
import { checkWindow, readTime, type TimeForm } from "./request.js";
import type { InBodySignature, SignaturePlace } from "./scheme.js";
import { readCandidate } from "./signature.js";
import { readUnverified } from "./unverified-body.js";

const MAX_SIGNATURES = 100;

type InBodyPlace = Extract<SignaturePlace, { form: "in-body" }>;

/** What the check needs of its source. */
export interface InBodyContext {
  readonly toleranceMs: number;
  readonly unit: TimeForm | undefined;
  readonly contentType: string | undefined;
  keysFor(signature: InBodySignature): MaybePromise<readonly SchemeKey[]>;
  wrong(): Error;
}

/**
 * Verifies signatures that stand in the body itself: every one of them, and at least one.
 *
 * @throws RejectedError
 */
export function verifyInBody(
  place: InBodyPlace,
  context: InBodyContext,
  body: Uint8Array,
  nowMs: number,
): MaybePromise<VerifiedSignature> {
  const signatures = signaturesIn(place, body, context.contentType);
  let first: VerifiedSignature | undefined;
  const from = (at: number): MaybePromise<VerifiedSignature> => {
    const signature = signatures[at];
    if (signature === undefined) return first ?? { key: 0 };
    const checked = verifyOne(place, context, signature, nowMs);
    const next = (result: VerifiedSignature) => {
      first ??= result;
      return from(at + 1);
    };
    return checked instanceof Promise ? checked.then(next) : next(checked);
  };
  return from(0);
}

function signaturesIn(
  place: InBodyPlace,
  body: Uint8Array,
  contentType: string | undefined,
): readonly InBodySignature[] {
  const value = readUnverified(body, contentType);
  const signatures = value === undefined ? undefined : readSafely(place, value);
  if (signatures === undefined || signatures.length === 0) {
    throw unauthorized("ERR_SIGNATURE_MISSING", "The body has no signature in the form of this sender.");
  }
  if (signatures.length > MAX_SIGNATURES) {
    throw badRequest("ERR_SIGNATURE_MALFORMED", `The body has more than ${MAX_SIGNATURES} signatures.`);
  }
  return signatures;
}

/** The body is anybody's: a member may be of any type. */
function readSafely(place: InBodyPlace, value: JsonObject): readonly InBodySignature[] | undefined {
  try {
    const found = place.read(value);
    return found?.every(
      ({ signed, signature }) => typeof signed === "string" && typeof signature === "string",
    )
      ? found
      : undefined;
  } catch {
    return undefined;
  }
}

function verifyOne(
  place: InBodyPlace,
  { toleranceMs, unit, keysFor, wrong }: InBodyContext,
  signature: InBodySignature,
  nowMs: number,
): MaybePromise<VerifiedSignature> {
  const [first] = place.algorithms;
  const algorithm = signature.algorithm ?? first;
  if (algorithm === undefined) throw wrong();
  const candidates = [signature.signature, signature.orSignature ?? []]
    .flat()
    .map((text) => readCandidate("the body", place.encoding, algorithm, text));
  const sentAt =
    signature.time === undefined ? undefined : readTime(signature.time, unit ?? "s", "The time in the body");
  if (sentAt !== undefined) checkWindow(sentAt, unit === "s" ? nowMs - (nowMs % 1000) : nowMs, toleranceMs);
  const check = (keys: readonly SchemeKey[]) => {
    const found = matchingKey(keys, textContent(signature.signed), candidates);
    const accept = (key: number): VerifiedSignature => {
      if (key === -1) throw wrong();
      return { key, sentAt };
    };
    return found instanceof Promise ? found.then(accept) : accept(found);
  };
  const keys = keysFor(signature);
  return keys instanceof Promise ? keys.then(check) : check(keys);
}
