import { EarshotError } from "../base/errors.js";
import type { JsonObject } from "../model/json.js";
import { bodyBytes, utf8 } from "./content.js";
import type { RuntimeCrypto } from "./crypto.js";
import { base64Of, decodeText } from "./encoding.js";
import { badRequest, unauthorized, type VerifiedSignature } from "./outcome.js";
import { type FetchKeys, PublishedDocuments, readKeySet } from "./published-keys.js";
import type { JwsAlgorithm, JwtPlace } from "./scheme.js";

/** The keys of a token's source, and what the token must say to this source. */
export interface JwtKeys {
  readonly secrets: readonly string[];
  readonly publicKeys: readonly JwtPublicKey[];
  /** The URL of a JSON Web Key Set, or a function that requests one key by its id. */
  readonly keySet: string | KeyRequest | undefined;
  readonly fetch: FetchKeys | undefined;
  readonly audience: readonly string[];
  readonly claims: JsonObject;
}

/** A key that the source was given, and the accepted algorithms that take it. */
export interface JwtPublicKey {
  /** SubjectPublicKeyInfo. */
  readonly pem: string;
  readonly algorithms: readonly JwsAlgorithm[];
}

/** A request for the key of an id, where a sender has no public key set. Its response is `{ key: JWK }`. */
export type KeyRequest = (kid: string) => { readonly url: string; readonly init: RequestInit };

/** Asymmetric algorithms, and the type and curve of their keys (RFC 7518, 3.1 and 6.1; RFC 8037). */
const keyTypes: ReadonlyMap<string, readonly [type: string, curve?: string]> = new Map([
  ["RS256", ["RSA"]],
  ["RS384", ["RSA"]],
  ["RS512", ["RSA"]],
  ["PS256", ["RSA"]],
  ["ES256", ["EC", "P-256"]],
  ["ES384", ["EC", "P-384"]],
  ["ES512", ["EC", "P-521"]],
  ["EdDSA", ["OKP", "Ed25519"]],
]);

type Jose = typeof import("./jose.js");
type JoseKey = Awaited<ReturnType<Jose["importJWK"]>>;

/**
 * Verifies JSON Web Tokens with `jose`, which is loaded for the first one. The algorithm is one that the scheme lists; a
 * key is never taken from the token, nor from a URL in it.
 */
export class JwtVerifier {
  readonly #provider: string;
  readonly #place: JwtPlace;
  readonly #keys: JwtKeys;
  readonly #documents: PublishedDocuments<readonly JsonObject[]>;
  /** Keys, imported once for each algorithm: an imported key is for one. */
  readonly #imported = new WeakMap<object, Map<JwsAlgorithm, Promise<JoseKey>>>();
  #jose: Promise<Jose> | undefined;

  /** @throws EarshotError ERR_OPTION */
  constructor(provider: string, place: JwtPlace, keys: JwtKeys) {
    const macs = place.algorithms.filter((name) => name.startsWith("HS"));
    if (place.algorithms.length === 0 || (macs.length > 0 && macs.length < place.algorithms.length)) {
      throw new EarshotError(
        "ERR_OPTION",
        `${provider}: \`algorithms\` are all with a secret (HS256, …), or all with a public key (RS256, ES256, …).`,
      );
    }
    this.#provider = provider;
    this.#place = place;
    this.#keys = keys;
    this.#documents = new PublishedDocuments(provider, keys.fetch, (text) =>
      typeof keys.keySet === "function" ? readOneKey(text) : readKeySet(text),
    );
  }

  /**
   * @param token the token, without what stands before it
   * @throws RejectedError
   */
  async verify(
    token: string,
    body: Uint8Array | string,
    nowMs: number,
    toleranceMs: number,
    crypto: RuntimeCrypto,
  ): Promise<VerifiedSignature> {
    // One token has one text: jose ignores spare bits of its last characters.
    const parts = token.split(".", 4);
    if (parts.length !== 3 || parts.some((part) => !decodeText(part, "base64url")?.length)) {
      throw badRequest("ERR_SIGNATURE_MALFORMED", "The token is no signed JSON Web Token.");
    }
    this.#jose ??= import("./jose.js");
    const jose = await this.#jose;
    let header: JsonObject;
    try {
      header = jose.decodeProtectedHeader(token);
    } catch {
      throw badRequest("ERR_SIGNATURE_MALFORMED", "The token is no signed JSON Web Token.");
    }
    const algorithm = this.#place.algorithms.find((name) => name === header.alg);
    if (algorithm === undefined) {
      throw unauthorized(
        "ERR_SIGNATURE_WRONG",
        `The token's algorithm is not one of ${this.#place.algorithms.join(", ")}.`,
      );
    }
    const keys = await this.#keysFor(jose, algorithm, header.kid, nowMs);
    const { claims, key } = await this.#firstMatching(jose, token, algorithm, keys, nowMs, toleranceMs);
    const sentAt = this.#checkTime(claims, nowMs, toleranceMs);
    this.#checkClaims(claims);
    await this.#checkBody(claims, body, crypto);
    return { key, sentAt };
  }

  async #firstMatching(
    jose: Jose,
    token: string,
    algorithm: JwsAlgorithm,
    keys: readonly (JoseKey | Uint8Array)[],
    nowMs: number,
    toleranceMs: number,
  ): Promise<{ readonly claims: JsonObject; readonly key: number }> {
    const { issuers, maxAgeMs } = this.#place;
    const { audience } = this.#keys;
    const options = {
      algorithms: [algorithm],
      currentDate: new Date(nowMs),
      clockTolerance: toleranceMs / 1000,
      requiredClaims: [maxAgeMs === undefined ? "exp" : "iat"],
      ...(issuers !== undefined && { issuer: [...issuers] }),
      ...(audience.length > 0 && { audience: [...audience] }),
    };
    for (const [at, key] of keys.entries()) {
      try {
        const { payload } = await jose.jwtVerify(token, key as JoseKey, options);
        return { claims: payload, key: at };
      } catch (error) {
        if (error instanceof jose.errors.JWSSignatureVerificationFailed) continue;
        throw rejectionOf(jose, error);
      }
    }
    throw unauthorized("ERR_SIGNATURE_WRONG", "The token's signature is of none of the keys.");
  }

  async #keysFor(
    jose: Jose,
    algorithm: JwsAlgorithm,
    kid: unknown,
    nowMs: number,
  ): Promise<readonly (JoseKey | Uint8Array)[]> {
    const { secrets, publicKeys, keySet } = this.#keys;
    if (algorithm.startsWith("HS")) return secrets.map(utf8);
    if (keySet === undefined) {
      const given = publicKeys.filter(({ algorithms }) => algorithms.includes(algorithm));
      return Promise.all(
        given.map((key) => this.#import(key, algorithm, () => jose.importSPKI(key.pem, algorithm))),
      );
    }
    const set = await this.#keySet(keySet, kid, nowMs);
    const found = set.filter((key) => isKeyFor(key, algorithm, kid)).slice(0, 4);
    if (found.length === 0) {
      throw unauthorized("ERR_SIGNATURE_WRONG", `${this.#provider} publishes no key for this token.`);
    }
    return Promise.all(
      found.map((key) => this.#import(key, algorithm, () => jose.importJWK(key, algorithm))),
    );
  }

  #import(key: object, algorithm: JwsAlgorithm, make: () => Promise<JoseKey>): Promise<JoseKey> {
    const made = this.#imported.get(key) ?? new Map<JwsAlgorithm, Promise<JoseKey>>();
    const imported =
      made.get(algorithm) ??
      make().catch(() => {
        throw unauthorized("ERR_SIGNATURE_WRONG", `A key of ${this.#provider} cannot be read.`);
      });
    this.#imported.set(key, made.set(algorithm, imported));
    return imported;
  }

  #keySet(keySet: string | KeyRequest, kid: unknown, nowMs: number) {
    if (typeof keySet === "string") {
      const isEnough = (keys: readonly JsonObject[]) =>
        typeof kid !== "string" || keys.some((key) => key.kid === kid);
      return this.#documents.get(keySet, nowMs, isEnough);
    }
    if (typeof kid !== "string" || !/^[\x21-\x7e]{1,256}$/.test(kid)) {
      throw badRequest("ERR_SIGNATURE_MALFORMED", "The token names no key (`kid`).");
    }
    const { url, init } = keySet(kid);
    return this.#documents.get(url, nowMs, undefined, init, `${url} ${kid}`);
  }

  #checkTime({ iat, exp }: JsonObject, nowMs: number, toleranceMs: number): number | undefined {
    if (typeof iat !== "number") return undefined;
    const { maxAgeMs } = this.#place;
    const sentAt = iat * 1000;
    if (sentAt - nowMs > toleranceMs) {
      throw unauthorized("ERR_TIMESTAMP_FUTURE", `The token is from ${sentAt - nowMs} ms ahead.`);
    }
    if (maxAgeMs !== undefined && exp === undefined && nowMs - sentAt > maxAgeMs) {
      throw unauthorized(
        "ERR_TIMESTAMP_STALE",
        `The token is ${nowMs - sentAt} ms old; ${maxAgeMs} ms are allowed.`,
      );
    }
    return sentAt;
  }

  #checkClaims(claims: JsonObject): void {
    for (const [name, wanted] of Object.entries({ ...this.#place.claims, ...this.#keys.claims })) {
      if (claims[name] === wanted) continue;
      throw unauthorized("ERR_SIGNATURE_WRONG", `The token's claim \`${name}\` is not the wanted one.`);
    }
  }

  async #checkBody(claims: JsonObject, body: Uint8Array | string, crypto: RuntimeCrypto): Promise<void> {
    const { bodyDigest } = this.#place;
    if (bodyDigest === undefined) return;
    const hex = await crypto.digest(bodyBytes(body));
    const wanted = bodyDigest.encoding === "hex" ? hex : base64Of(decodeText(hex, "hex") ?? new Uint8Array());
    if (claims[bodyDigest.claim] !== wanted) {
      throw unauthorized("ERR_SIGNATURE_WRONG", "The body is not the one whose digest the token has.");
    }
  }
}

function readOneKey(text: string): readonly JsonObject[] {
  const { key } = JSON.parse(text) as { key?: JsonObject };
  if (typeof key !== "object" || key === null) throw new Error("it has no key");
  return [key];
}

/** A key is for one type of algorithm, and where the token names one, it is that one. */
function isKeyFor(key: JsonObject, algorithm: JwsAlgorithm, kid: unknown): boolean {
  const [type, curve] = keyTypes.get(algorithm) ?? [];
  if (key.kty !== type || key.crv !== curve) return false;
  if (key.alg !== undefined && key.alg !== algorithm) return false;
  if (key.use !== undefined && key.use !== "sig") return false;
  return kid === undefined || key.kid === kid;
}

function rejectionOf(jose: Jose, error: unknown): unknown {
  const { errors } = jose;
  if (error instanceof errors.JWTExpired) {
    return unauthorized("ERR_TIMESTAMP_STALE", "The token has expired.");
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const isEarly = error.claim === "nbf";
    return unauthorized(
      isEarly ? "ERR_TIMESTAMP_FUTURE" : "ERR_SIGNATURE_WRONG",
      `The token's claim \`${error.claim}\` is ${error.reason === "missing" ? "missing" : "not the wanted one"}.`,
    );
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return badRequest("ERR_SIGNATURE_MALFORMED", "The token is malformed.");
  }
  return unauthorized("ERR_SIGNATURE_WRONG", "The token cannot be verified.");
}
