import { EarshotError } from "../base/errors.js";
import { knownOptions, numberOption } from "../base/options.js";
import { isJsonObject } from "../model/json.js";
import type { Source } from "../model/source.js";
import type { Secrets } from "../verify/keys.js";
import type { FetchKeys } from "../verify/published-keys.js";
import type { JwsAlgorithm, JwtPlace, Scheme } from "../verify/scheme.js";
import { ownName, type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { headerOption } from "./hmac.js";

/** Options of {@link jwt}. One of `secrets`, `publicKeys` and `keySetUrl` has its keys. */
export interface JwtOptions extends SourceOptions {
  /** The name of the sender, in listener events and events. Default `"webhook"`. */
  readonly provider?: string | undefined;
  /** The header that has the token. Default `"Authorization"`. */
  readonly header?: string | undefined;
  /** What stands before the token. Default `"Bearer "` in `Authorization`, else nothing. */
  readonly prefix?: string | undefined;
  /** The accepted algorithms: all with a secret (`HS256`), or all with a public key. The token's own choice counts not. */
  readonly algorithms: readonly JwsAlgorithm[];
  /** Public keys, newest first: PEM or base64. */
  readonly publicKeys?: Secrets | undefined;
  /** The HTTPS URL of the sender's JSON Web Key Set. It is read for the first token, and hourly. */
  readonly keySetUrl?: string | undefined;
  /** What `aud` must have: one of these. Left out: it is not looked at; `undefined` throws. */
  readonly audience?: string | readonly string[] | undefined;
  /** Accepted `iss`. Left out: any; `undefined` throws. */
  readonly issuer?: string | readonly string[] | undefined;
  /** Claims that must have these values. */
  readonly claims?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** The claim that has the SHA-256 of the body. Default: the token covers no body. */
  readonly bodyDigest?: JwtPlace["bodyDigest"] | undefined;
  /** The longest age by `iat`, milliseconds, for tokens without `exp`. Default: `exp` is required. */
  readonly maxAgeMs?: number | undefined;
  /** The header with the message's id. */
  readonly id?: string | undefined;
  /** The header with the name of the event. */
  readonly eventName?: string | undefined;
  /** Fetches the key set. Default: the runtime's `fetch`. */
  readonly fetch?: FetchKeys | undefined;
}

const further = [
  "provider",
  "header",
  "prefix",
  "algorithms",
  "publicKeys",
  "keySetUrl",
  "audience",
  "issuer",
  "claims",
  "bodyDigest",
  "maxAgeMs",
  "id",
  "eventName",
  "fetch",
] as const;

const supported: readonly JwsAlgorithm[] = [
  "HS256",
  "HS384",
  "HS512",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
];

/** Rejects what would not be read: a second kind of keys, or claims that no token has. @throws EarshotError ERR_OPTION */
function checkKeys({ secrets, publicKeys, keySetUrl, prefix, claims }: JwtOptions): void {
  if ([secrets, publicKeys, keySetUrl].filter((one) => one !== undefined).length > 1) {
    throw new EarshotError(
      "ERR_OPTION",
      "jwt: one of `secrets`, `publicKeys` and `keySetUrl` has the keys; leave the others out.",
    );
  }
  if (prefix !== undefined && (typeof prefix !== "string" || !/^[\x20-\x7e]{0,64}$/.test(prefix))) {
    throw new EarshotError("ERR_OPTION", 'jwt: `prefix` is plain ASCII, such as "Bearer ".');
  }
  if (claims !== undefined && !isJsonObject(claims)) {
    throw new EarshotError("ERR_OPTION", 'jwt: `claims` is an object: { tenant: "acme" }.');
  }
}

/**
 * Any sender that authenticates with a JSON Web Token, or with OpenID Connect.
 *
 * @example
 * jwt({ provider: "acme", algorithms: ["RS256"], keySetUrl: "https://acme.example/.well-known/jwks.json", audience: "my-app" })
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function jwt(options: JwtOptions): Source {
  sourceOptions("jwt", options, ...further);
  for (const name of ["audience", "issuer"] as const) {
    // A key with the value undefined is an environment variable that is not set.
    if (!(name in options) || options[name] !== undefined) continue;
    throw new EarshotError("ERR_OPTION", `jwt: \`${name}\` is undefined: give it, or leave it out.`);
  }
  const { provider, algorithms, keySetUrl, issuer, bodyDigest, maxAgeMs, id, eventName, ...rest } = options;
  if (
    !Array.isArray(algorithms) ||
    algorithms.length === 0 ||
    !algorithms.every((name) => supported.includes(name))
  ) {
    throw new EarshotError("ERR_OPTION", `jwt: \`algorithms\` is a list of ${supported.join(", ")}.`);
  }
  checkKeys(options);
  if (bodyDigest !== undefined) {
    knownOptions("jwt() `bodyDigest`", bodyDigest, new Set(["claim", "encoding"]));
    const { claim, encoding } = bodyDigest;
    if (typeof claim !== "string" || !["hex", "base64"].includes(encoding)) {
      throw new EarshotError("ERR_OPTION", 'jwt: `bodyDigest` is { claim, encoding: "hex" or "base64" }.');
    }
  }
  if (keySetUrl !== undefined && !(URL.canParse(keySetUrl) && new URL(keySetUrl).protocol === "https:")) {
    throw new EarshotError("ERR_OPTION", "jwt: `keySetUrl` is an HTTPS URL.");
  }
  const header = headerOption("header", options.header ?? "Authorization");
  const scheme: Scheme = {
    provider: ownName("jwt", provider, "webhook"),
    signature: {
      form: "jwt",
      header,
      prefix: options.prefix ?? (header === "authorization" ? "Bearer " : ""),
      algorithms,
      ...(issuer !== undefined && { issuers: [issuer].flat() }),
      ...(bodyDigest !== undefined && { bodyDigest }),
      ...(maxAgeMs !== undefined && { maxAgeMs: numberOption("maxAgeMs", maxAgeMs, 0, 0) }),
    },
    toleranceMs: 60_000,
    ...(keySetUrl !== undefined && { keysFrom: { form: "jwks", url: keySetUrl } }),
    ...(id !== undefined && { id: headerOption("id", id) }),
    ...(eventName !== undefined && { eventName: headerOption("eventName", eventName) }),
  };
  return sourceOf(scheme, { ...rest, claims: rest.claims ?? {} });
}
