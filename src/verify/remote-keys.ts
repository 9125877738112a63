import { chain, type MaybePromise } from "../base/maybe-promise.js";
import type { HttpFacts } from "../model/delivery.js";
import { type Certificate, readCertificate } from "./certificate.js";
import type { RuntimeCrypto } from "./crypto.js";
import { decodeText } from "./encoding.js";
import { type SchemeKey, schemeKey } from "./keys.js";
import { unauthorized } from "./outcome.js";
import { ed25519Spki, isPublicKeyAlgorithm } from "./public-key.js";
import { certificateUrl, type FetchKeys, PublishedDocuments, readKeySet } from "./published-keys.js";
import { oneHeader } from "./request.js";
import type { Algorithm, PublishedKeys } from "./scheme.js";
import type { Candidate } from "./signature.js";

type Matching = (keys: readonly SchemeKey[]) => MaybePromise<number>;

/** Keys that a sender publishes for signatures which are no tokens. */
export class RemoteKeys {
  readonly #from: PublishedKeys;
  readonly #crypto: RuntimeCrypto;
  readonly #certificates: PublishedDocuments<Certificate>;
  readonly #keySets: PublishedDocuments<readonly SchemeKey[]>;

  constructor(provider: string, from: PublishedKeys, fetch: FetchKeys | undefined, crypto: RuntimeCrypto) {
    this.#from = from;
    this.#crypto = crypto;
    this.#certificates = new PublishedDocuments(provider, fetch, readCertificate);
    this.#keySets = new PublishedDocuments(provider, fetch, (text) => ed25519Keys(text, crypto));
  }

  /** The index of the first key that matches, or -1. A key set without one is read again, if that is not too soon. */
  matching(
    http: HttpFacts,
    candidates: readonly Candidate[],
    nowMs: number,
    match: Matching,
  ): MaybePromise<number> {
    const from = this.#from;
    if (from.form === "certificate") {
      const url = from.header === undefined ? undefined : oneHeader(http, from.header);
      return chain(this.forCertificate(url, candidates[0]?.algorithm, nowMs), match);
    }
    return chain(this.#keySets.get(from.url, nowMs), (keys) =>
      chain(match(keys), (found) => {
        if (found !== -1) return found;
        return chain(
          this.#keySets.get(from.url, nowMs, () => false),
          (newer) => (newer === keys ? -1 : match(newer)),
        );
      }),
    );
  }

  /** The key of a certificate. @throws RejectedError */
  forCertificate(
    given: string | undefined,
    algorithm: Algorithm | undefined,
    nowMs: number,
  ): MaybePromise<readonly SchemeKey[]> {
    const from = this.#from;
    if (given === undefined || from.form !== "certificate" || !isPublicKeyAlgorithm(algorithm ?? "")) {
      throw unauthorized("ERR_SIGNATURE_MISSING", "The request names no certificate.");
    }
    return chain(
      this.#certificates.get(certificateUrl(given, from.hosts), nowMs),
      ({ spki, validFrom, validTo }) => {
        if (nowMs < validFrom || nowMs > validTo) {
          throw unauthorized("ERR_SIGNATURE_WRONG", "The sender's certificate is not valid at this time.");
        }
        return [schemeKey(algorithm as Parameters<typeof schemeKey>[0], spki, this.#crypto)];
      },
    );
  }
}

/** The Ed25519 keys of a JSON Web Key Set (RFC 8037). @throws Error where there is none */
function ed25519Keys(text: string, crypto: RuntimeCrypto): readonly SchemeKey[] {
  const keys = readKeySet(text).flatMap(({ kty, crv, x }) => {
    const raw =
      kty === "OKP" && crv === "Ed25519" && typeof x === "string" ? decodeText(x, "base64url") : undefined;
    return raw?.length === 32 ? [schemeKey("ed25519", ed25519Spki(raw), crypto)] : [];
  });
  if (keys.length === 0) throw new Error("it has no Ed25519 key");
  // Each key costs a check of the whole content.
  return keys.slice(0, 4);
}
