import { EarshotError } from "../base/errors.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { knownOptions, numberOption } from "../base/options.js";
import type { Delivery, HttpFacts } from "../model/delivery.js";
import type { Source, WebhookResponse } from "../model/source.js";
import { providerName } from "../settings/provider-name.js";
import { compileTemplate, utf8 } from "./content.js";
import { type RuntimeCrypto, runtimeCrypto } from "./crypto.js";
import { base64Of } from "./encoding.js";
import { handshakeOf, methodsOf } from "./handshake.js";
import { type JwtKeys, type JwtPublicKey, JwtVerifier } from "./jwt.js";
import {
  neededKeys,
  publicKeySpki,
  type SchemeKey,
  type Secrets,
  schemeKeys,
  secretTexts,
  warnOfShort,
} from "./keys.js";
import { markVerified, unauthorized, type VerifiedSignature } from "./outcome.js";
import type { SpkiKind } from "./public-key.js";
import type { FetchKeys } from "./published-keys.js";
import { RemoteKeys } from "./remote-keys.js";
import { portVariants, publicUrlOption } from "./request.js";
import type { JwsAlgorithm, Scheme } from "./scheme.js";
import { DEFAULT_TOLERANCE_MS, type Verifier } from "./signed-message.js";
import { originOf, verifyDelivery } from "./verify-delivery.js";

/** Options that every source has. */
export interface SourceOptions {
  /**
   * The signing secret, or several during a rotation, newest first. An environment variable can be given as it is:
   * if it is not set, this throws.
   */
  readonly secrets?: Secrets | undefined;
  /** Accepts every request without a check: anyone who reaches the route can run your callbacks. Default false. */
  readonly unsigned?: boolean | undefined;
  /** Most difference of a signed timestamp from this machine's clock, both ways, milliseconds. Default: the sender's own. */
  readonly toleranceMs?: number | undefined;
}

/** Further options, which some sources have. */
export interface SpecialOptions extends SourceOptions {
  readonly publicKeys?: Secrets;
  readonly publicUrl?: string | undefined;
  /** Values of `{option:name}` in what is signed. */
  readonly signedOptions?: Readonly<Record<string, string>>;
  /** What `aud` of a token must have. */
  readonly audience?: string | readonly string[] | undefined;
  /** Further claims that a token must have. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  readonly keySet?: JwtKeys["keySet"];
  /** Fetches published keys. Default: the runtime's `fetch`. */
  readonly fetch?: FetchKeys | undefined;
  /** The webhook is being set up: the source may have no secret yet, and then rejects every event. */
  readonly settingUp?: boolean;
}

/** Sources of this package: each of their failures is a rejection already, so they run without a guard. */
const builtIn = new WeakSet<Source>();

/** Whether this copy of the package made the source. */
export function isBuiltIn(source: Source): boolean {
  return builtIn.has(source);
}

/** As long as the hash of HS256: RFC 7518, 3.2. */
const LEAST_JWT_SECRET_BYTES = 32;

const common = ["secrets", "unsigned", "toleranceMs"];

/** Rejects unknown options. @throws EarshotError ERR_OPTION */
export function sourceOptions(name: string, options: object, ...further: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new EarshotError("ERR_OPTION", `${name}() takes its options as an object, such as { secrets }.`);
  }
  knownOptions(`${name}()`, options, new Set([...common, ...further]));
}

/**
 * Makes a source of a scheme and its options.
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function sourceOf(
  scheme: Scheme,
  options: SpecialOptions,
  crypto: RuntimeCrypto = runtimeCrypto(),
): Source {
  const { provider } = scheme;
  const template = compileTemplate(scheme.signed ?? "{body}");
  const wantsUrl = template.parts.has("url") || template.parts.has("requestUrl");
  const keys = keysOf(scheme, options, crypto);
  const unsigned = options.unsigned === true;
  const verifier: Verifier = {
    scheme,
    template,
    idSigned: template.parts.has("id"),
    keys,
    crypto,
    publicUrls: wantsUrl && !unsigned ? urlsOf(scheme, publicUrlOption(provider, options.publicUrl)) : [],
    toleranceMs: numberOption(
      "toleranceMs",
      options.toleranceMs,
      scheme.toleranceMs ?? DEFAULT_TOLERANCE_MS,
      0,
    ),
    options: options.signedOptions ?? {},
    remoteKeys:
      scheme.keysFrom === undefined || unsigned || scheme.signature.form === "jwt"
        ? undefined
        : new RemoteKeys(provider, scheme.keysFrom, options.fetch, crypto),
    jwt: unsigned ? undefined : jwtOf(scheme, options),
  };
  const verifiedSignatures = new WeakMap<Delivery, VerifiedSignature>();
  const checkSignature = (delivery: Delivery, http: HttpFacts, nowMs: number) =>
    verifyDelivery(verifier, delivery, http, nowMs);
  const verifiedBy = (signature: VerifiedSignature | undefined, delivery: Delivery, http: HttpFacts) => {
    const origin = originOf(verifier, delivery, http, signature);
    return origin instanceof Promise
      ? origin.then((one) => markVerified(delivery, one))
      : markVerified(delivery, origin);
  };
  const source: Source = {
    provider,
    toleranceMs: verifier.toleranceMs,
    ...(scheme.maxBodyBytes === undefined ? {} : { maxBodyBytes: scheme.maxBodyBytes }),
    ...(scheme.acknowledgement === undefined ? {} : { acknowledgement: scheme.acknowledgement }),
    ...credentialsOf(scheme),
    verify(delivery, nowMs) {
      if (delivery.http === undefined) {
        throw unauthorized(
          "ERR_SIGNATURE_MISSING",
          "The delivery did not come over HTTP: it has no headers.",
        );
      }
      const { http } = delivery;
      if (unsigned) return verifiedBy(undefined, delivery, http);
      const signature = verifiedSignatures.get(delivery) ?? checkSignature(delivery, http, nowMs);
      return signature instanceof Promise
        ? signature.then((one) => verifiedBy(one, delivery, http))
        : verifiedBy(signature, delivery, http);
    },
  };
  const { handshake: given } = scheme;
  if (given === undefined) return asBuiltIn(source);
  const handshake = typeof given === "function" ? given : handshakeOf(given);
  return asBuiltIn({
    ...source,
    ...(typeof given === "function" ? {} : { handshakeMethods: methodsOf(given) }),
    handshake(delivery, nowMs): MaybePromise<WebhookResponse | undefined> {
      const { http } = delivery;
      if (http === undefined) return undefined;
      return handshake({
        delivery,
        http,
        verify: () =>
          unsigned
            ? undefined
            : chain(checkSignature(delivery, http, nowMs), (signature) => {
                // If it is an event, its signature is not checked a second time.
                verifiedSignatures.set(delivery, signature);
                return keys[signature.key]?.key;
              }),
      });
    },
  });
}

/** The headers, the query parameters and the members of the body that no event shows. */
function credentialsOf({ signature, credentialMembers }: Scheme): Partial<Source> {
  const members = credentialMembers === undefined ? {} : { credentialMembers };
  if (signature.form === "body-token") {
    const { list, member } = signature;
    return {
      credentialMembers: [list === undefined ? member : [list, member], ...(credentialMembers ?? [])],
    };
  }
  if ("query" in signature) return { ...members, credentialHeaders: [signature.query] };
  if (!("header" in signature)) return members;
  const others = "alsoIn" in signature ? (signature.alsoIn ?? []) : [];
  const names = others.map((other) => (typeof other === "string" ? other : other.header));
  return { ...members, credentialHeaders: [signature.header, ...names] };
}

/** @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION */
function jwtOf(scheme: Scheme, options: SpecialOptions): JwtVerifier | undefined {
  const { provider, signature: place, keysFrom } = scheme;
  if (place.form !== "jwt") return undefined;
  const wants = neededKeys(scheme);
  const audience = [options.audience ?? []].flat();
  const claims = options.claims ?? {};
  if (place.needsAudience === true && audience.every((each) => !each)) {
    throw new EarshotError(
      "ERR_OPTION",
      `${provider}: \`audience\` is missing: what the token is for, as it was given to the sender. Without it, a token that the sender makes for another receiver would be accepted.`,
    );
  }
  givenTexts(provider, "audience", options.audience);
  givenTexts(provider, "issuer", place.issuers);
  const unset = Object.keys(claims).find((name) => claims[name] === undefined);
  if (unset !== undefined) {
    throw new EarshotError("ERR_OPTION", `${provider}: the claim \`${unset}\` is given without a value.`);
  }
  const secrets = wants.secret ? secretTexts(provider, "secrets", options.secrets) : [];
  for (const secret of secrets) warnOfShort(provider, utf8(secret), LEAST_JWT_SECRET_BYTES);
  const keySet = options.keySet ?? (keysFrom?.form === "jwks" ? keysFrom.url : undefined);
  return new JwtVerifier(provider, place, {
    secrets,
    publicKeys:
      wants.publicKey && keySet === undefined
        ? secretTexts(provider, "publicKeys", options.publicKeys).map((text) =>
            jwtPublicKey(provider, text, place.algorithms),
          )
        : [],
    keySet,
    fetch: options.fetch,
    audience,
    claims,
  });
}

/** An empty list, or an environment variable that is not set, would be a check that is not made. */
function givenTexts(provider: string, name: string, given: string | readonly string[] | undefined): void {
  if (given === undefined) return;
  const texts = [given].flat();
  if (texts.length > 0 && texts.every((text) => typeof text === "string" && text !== "")) return;
  throw new EarshotError(
    "ERR_OPTION",
    `${provider}: \`${name}\` is a string, or several; none of them is empty.`,
  );
}

/** The kind of key that each algorithm of a token takes. */
function kindOfKey(algorithm: JwsAlgorithm): SpkiKind {
  switch (algorithm) {
    case "ES256":
      return "ecdsa-p256";
    case "ES384":
      return "ecdsa-p384";
    case "ES512":
      return "ecdsa-p521";
    case "EdDSA":
      return "ed25519";
    default:
      return "rsa-sha256";
  }
}

function jwtPublicKey(provider: string, text: string, algorithms: readonly JwsAlgorithm[]): JwtPublicKey {
  const { spki, kinds } = publicKeySpki(provider, text, ...algorithms.map(kindOfKey));
  return {
    pem: `-----BEGIN PUBLIC KEY-----\n${base64Of(spki)}\n-----END PUBLIC KEY-----`,
    algorithms: algorithms.filter((name) => kinds.includes(kindOfKey(name))),
  };
}

/** Marks a source whose failures are all rejections. */
export function asBuiltIn(source: Source): Source {
  builtIn.add(source);
  return Object.freeze(source);
}

function urlsOf(scheme: Scheme, publicUrl: string): readonly string[] {
  return scheme.anyPort === true ? portVariants(publicUrl) : [publicUrl];
}

function keysOf(scheme: Scheme, options: SpecialOptions, crypto: RuntimeCrypto): readonly SchemeKey[] {
  const { secrets, publicKeys, unsigned = false, settingUp = false } = options;
  if (typeof unsigned !== "boolean") {
    throw new EarshotError("ERR_OPTION", `${scheme.provider}: \`unsigned\` is true or false.`);
  }
  const given = [secrets, publicKeys].some((value) => typeof value === "string" || (value?.length ?? 0) > 0);
  if (unsigned) {
    if (!given) return [];
    throw new EarshotError(
      "ERR_OPTION",
      `${scheme.provider}: \`unsigned\` and a secret exclude each other: take one of them away.`,
    );
  }
  if (settingUp && secrets === undefined) return [];
  return schemeKeys(scheme, { secrets, publicKeys }, crypto);
}

/**
 * The `provider` option of the generic sources.
 *
 * @throws EarshotError ERR_OPTION
 */
export function ownName(source: string, given: string | undefined, byDefault: string): string {
  if (given === undefined) return byDefault;
  const name = providerName(`${source}()`, given);
  // Events of this name are decoded as the platform's, and match callbacks for its triggers.
  if (name.toLowerCase() !== "composio") return name;
  throw new EarshotError(
    "ERR_OPTION",
    `${source}(): \`provider\` cannot be "${name}", the platform's own name: use composio(), or another name.`,
  );
}
