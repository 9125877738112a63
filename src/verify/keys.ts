import { EarshotError } from "../base/errors.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { warn } from "../base/warning.js";
import { type Content, textContent, utf8 } from "./content.js";
import type { Hash, Key, MacKey, RuntimeCrypto } from "./crypto.js";
import { base64Of, decodeText, whyNotDecoded } from "./encoding.js";
import {
  ed25519Spki,
  isPublicKeyAlgorithm,
  isSpkiFor,
  type PublicKeyAlgorithm,
  type Spki,
  type SpkiKind,
} from "./public-key.js";
import type { Algorithm, KeyForm, Scheme, SignaturePlace } from "./scheme.js";
import type { Candidate } from "./signature.js";

/** Fewest bytes of a generated secret (the forms that are decoded). */
const LEAST_GENERATED_BYTES = 16;
/** A shorter text is likely typed by hand, and can be guessed from one signed body. */
const SHORT_TEXT_BYTES = 16;

/** One secret, or several during a rotation, newest first. `undefined` is an error when the source is made. */
export type Secrets = string | readonly (string | undefined)[] | undefined;

/**
 * The secrets as a list, each of them usable text.
 *
 * @param name the option's name, for the message
 * @throws EarshotError ERR_SECRET_MISSING if there is none or one is empty, as after an environment variable
 *   that is not set; ERR_SECRET_MALFORMED
 */
export function secretTexts(provider: string, name: string, secrets: Secrets): readonly string[] {
  const list: readonly (string | undefined)[] = Array.isArray(secrets) ? secrets : [secrets];
  if (list.length === 0)
    throw new EarshotError("ERR_SECRET_MISSING", `${provider}: \`${name}\` is an empty list.`);
  return list.map((secret, index) => {
    const which = list.length === 1 ? `\`${name}\`` : `\`${name}\` number ${index + 1} of ${list.length}`;
    if (secret === undefined || secret === null) {
      throw new EarshotError("ERR_SECRET_MISSING", `${provider}: ${which} is not given.`);
    }
    if (typeof secret !== "string")
      throw new EarshotError("ERR_OPTION", `${provider}: ${which} is not a string.`);
    if (secret.trim() === "") throw new EarshotError("ERR_SECRET_MISSING", `${provider}: ${which} is empty.`);
    // White space around it comes with copying: no sender has a secret that begins or ends with it.
    const text = secret.trim();
    const isPem = name === "publicKeys" && text.startsWith("-----BEGIN ");
    if (!isPem && /[\p{Cc}]/u.test(text)) {
      throw new EarshotError(
        "ERR_SECRET_MALFORMED",
        `${provider}: ${which} has a line break or another control character in it: give one secret in one line.`,
      );
    }
    if (text.length > 1 && /^(["'`]).*\1$/.test(text)) {
      throw new EarshotError("ERR_SECRET_MALFORMED", `${provider}: ${which} stands in quotes: remove them.`);
    }
    return text;
  });
}

/** A secret as dashboards show it, `v1,whsec_{base64}` or `whsec_{base64}`, without the version. */
function withoutVersion(secret: string): string {
  return secret.startsWith("v1,whsec_") ? secret.slice(3) : secret;
}

/**
 * The key bytes of one secret; two where a form can be read in two ways.
 *
 * @throws EarshotError ERR_SECRET_MALFORMED
 */
export function keyBytes(provider: string, secret: string, form: KeyForm): readonly Uint8Array[] {
  switch (form) {
    case "text":
      return [textKey(provider, secret)];
    case "text-or-whsec": {
      const text = withoutVersion(secret);
      const decoded = text.startsWith("whsec_") ? decodeText(padded(text.slice(6)), "base64") : undefined;
      const usable = decoded !== undefined && decoded.length >= LEAST_GENERATED_BYTES;
      return usable ? [textKey(provider, text), decoded] : [textKey(provider, text)];
    }
    case "whsec": {
      const text = withoutVersion(secret);
      return [generatedKey(provider, text.startsWith("whsec_") ? text.slice(6) : text, "base64")];
    }
    case "hex":
    case "base64":
      return [generatedKey(provider, secret, form)];
  }
}

const keyForms: Readonly<Record<SpkiKind, string>> = {
  ed25519: "an Ed25519 key: 32 bytes in hex or base64, or PEM",
  "ecdsa-p256": "an ECDSA key of the curve P-256, as PEM or base64",
  "ecdsa-p384": "an ECDSA key of the curve P-384, as PEM or base64",
  "ecdsa-p521": "an ECDSA key of the curve P-521, as PEM or base64",
  "rsa-sha1": "an RSA key of 2,048 bits or more, as PEM or base64",
  "rsa-sha256": "an RSA key of 2,048 bits or more, as PEM or base64",
  "rsa-pss-sha256": "an RSA key of 2,048 bits or more, as PEM or base64",
};

/**
 * A public key, of the first kind that it is: PEM, the same in base64, or for Ed25519 the raw 32 bytes in hex or base64,
 * with `whpk_` or without.
 *
 * @returns the key, and which of the kinds it is
 * @throws EarshotError ERR_SECRET_MALFORMED where it is none of them
 */
export function publicKeySpki<Kind extends SpkiKind>(
  provider: string,
  text: string,
  ...kinds: readonly Kind[]
): { readonly spki: Spki; readonly kinds: readonly Kind[] } {
  for (const kind of kinds) {
    const spki = text.startsWith("-----BEGIN ") ? pemBytes(text) : bareKeyBytes(text, kind);
    if (spki === undefined) continue;
    const fitting = kinds.filter((each) => isSpkiFor(each, spki));
    if (fitting.length > 0) return { spki, kinds: fitting };
  }
  const forms = [...new Set(kinds.map((kind) => keyForms[kind]))].join(", or ");
  throw new EarshotError("ERR_SECRET_MALFORMED", `${provider}: a public key is ${forms}; this one is not.`);
}

/** The bytes of a PEM. An environment variable often has `\n` in the place of its line breaks. */
function pemBytes(text: string): Uint8Array | undefined {
  const body = /^-----BEGIN PUBLIC KEY-----(.*)-----END PUBLIC KEY-----(?:\\n|\s)*$/s.exec(text)?.[1];
  return body === undefined ? undefined : decodeText(body.replaceAll(/\\n|\s/g, ""), "base64");
}

function bareKeyBytes(text: string, kind: SpkiKind): Spki | undefined {
  const bare = text.startsWith("v1a,whpk_") ? text.slice(4) : text;
  const encoded = bare.startsWith("whpk_") ? bare.slice(5) : bare;
  if (kind !== "ed25519") return decodeText(padded(encoded), "base64");
  const isHex = /^[0-9a-fA-F]{64}$/.test(encoded);
  const bytes = decodeText(isHex ? encoded.toLowerCase() : padded(encoded), isHex ? "hex" : "base64");
  return bytes?.length === 32 ? ed25519Spki(bytes) : bytes;
}

/** Some dashboards leave the padding out; without it the bytes are the same. */
function padded(text: string): string {
  return text.endsWith("=") ? text : text + "=".repeat((4 - (text.length % 4)) % 4);
}

function generatedKey(provider: string, text: string, encoding: "hex" | "base64"): Uint8Array {
  const whole = encoding === "hex" ? text.toLowerCase() : padded(text);
  const bytes = decodeText(whole, encoding);
  if (bytes === undefined) {
    throw new EarshotError(
      "ERR_SECRET_MALFORMED",
      `${provider}: the secret is not valid ${encoding}: it ${whyNotDecoded(whole, encoding)}.`,
    );
  }
  if (bytes.length < LEAST_GENERATED_BYTES) {
    throw new EarshotError(
      "ERR_SECRET_MALFORMED",
      `${provider}: the secret decodes to ${bytes.length} bytes; ${LEAST_GENERATED_BYTES} is the least.`,
    );
  }
  return bytes;
}

function textKey(provider: string, secret: string): Uint8Array {
  const bytes = utf8(secret);
  warnOfShort(provider, bytes, SHORT_TEXT_BYTES);
  return bytes;
}

/** Warns of a secret that can be guessed from one signed message. */
export function warnOfShort(provider: string, bytes: Uint8Array, leastBytes: number): void {
  if (bytes.length >= leastBytes) return;
  // A source has no listener: a process warning, as for unhandled listener errors.
  warn(
    `${provider}: a secret of ${bytes.length} bytes can be guessed; use a generated one of ${leastBytes} or more.`,
  );
}

/** A key and the signatures it can check. */
export interface SchemeKey {
  readonly algorithm: Algorithm;
  readonly key: Key | MacKey;
}

/** The secrets and public keys of a source. */
export interface KeyMaterial {
  readonly secrets: Secrets;
  /** Raw Ed25519 public keys, in hex or base64 as the scheme's signatures are. */
  readonly publicKeys: Secrets;
}

const hashes: Readonly<Record<"hmac-sha1" | "hmac-sha256" | "hmac-sha512", Hash>> = {
  "hmac-sha1": "sha1",
  "hmac-sha256": "sha256",
  "hmac-sha512": "sha512",
};

/** Where the raw key of an Ed25519 SubjectPublicKeyInfo begins. */
const RAW_AT = 12;

/** A key of an algorithm with public keys. */
export function schemeKey(algorithm: PublicKeyAlgorithm, spki: Spki, crypto: RuntimeCrypto): SchemeKey {
  const key =
    algorithm === "ed25519" ? crypto.ed25519(spki.slice(RAW_AT)) : crypto.publicKey(algorithm, spki);
  return { algorithm, key };
}

/** What kinds of keys a scheme needs. A sender that publishes its keys needs none. */
export function neededKeys(scheme: Scheme): { readonly secret: boolean; readonly publicKey: boolean } {
  const algorithms = algorithmsOf(scheme);
  if (scheme.keysFrom !== undefined) return { secret: false, publicKey: false };
  if (scheme.signature.form === "jwt") {
    const isMac = scheme.signature.algorithms.some((name) => name.startsWith("HS"));
    return { secret: isMac, publicKey: !isMac };
  }
  return {
    secret: algorithms.some((algorithm) => !isPublicKeyAlgorithm(algorithm)),
    publicKey: algorithms.some(isPublicKeyAlgorithm),
  };
}

/**
 * Reads every secret and public key once, newest first.
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED
 */
export function schemeKeys(
  scheme: Scheme,
  material: KeyMaterial,
  crypto: RuntimeCrypto,
): readonly SchemeKey[] {
  const { provider, signature } = scheme;
  const algorithms = algorithmsOf(scheme);
  const wants = neededKeys(scheme);
  const keys: SchemeKey[] = [];
  // Where a sender may sign either way, one of the two is enough.
  if (
    wants.secret &&
    (material.secrets !== undefined || !(wants.publicKey && material.publicKeys !== undefined))
  ) {
    for (const secret of secretTexts(provider, "secrets", material.secrets)) {
      for (const algorithm of algorithms) {
        if (isPublicKeyAlgorithm(algorithm)) continue;
        if (algorithm === "token") {
          keys.push({ algorithm, key: tokenKey(provider, tokenText(signature, secret), crypto) });
          continue;
        }
        for (const bytes of keyBytes(provider, secret, scheme.key ?? "text")) {
          keys.push({ algorithm, key: crypto.hmac(hashes[algorithm], bytes) });
        }
      }
    }
  }
  if (wants.publicKey && (material.publicKeys !== undefined || !wants.secret)) {
    for (const text of secretTexts(provider, "publicKeys", material.publicKeys)) {
      for (const algorithm of algorithms) {
        if (!isPublicKeyAlgorithm(algorithm)) continue;
        keys.push(schemeKey(algorithm, publicKeySpki(provider, text, algorithm).spki, crypto));
      }
    }
  }
  return keys;
}

/** The token as it stands in its header. */
function tokenText(place: SignaturePlace, secret: string): string {
  if (place.form !== "token" || !("header" in place)) return secret;
  const { prefix = "", encoding } = place;
  return prefix + (encoding === "basic" ? base64Of(utf8(secret)) : secret);
}

function algorithmsOf({ signature }: Scheme): readonly Algorithm[] {
  switch (signature.form) {
    case "token":
    case "body-token":
      return ["token"];
    case "list":
      return [...new Set(signature.prefixes.values())];
    case "in-body":
      return signature.algorithms;
    case "jwt":
      return [];
    default:
      return [signature.algorithm];
  }
}

/**
 * Compares tokens by their HMAC under a random key: all digests have one length, and the time of a comparison reveals
 * nothing about the token.
 */
export function tokenKey(provider: string, token: string, crypto: RuntimeCrypto): Key {
  if (!/^[\x20-\x7e]+$/.test(token)) {
    throw new EarshotError("ERR_SECRET_MALFORMED", `${provider}: a token in a header is plain ASCII.`);
  }
  // At the first delivery: some runtimes give no random numbers before there is a request.
  let made: { readonly mac: MacKey; readonly expected: MaybePromise<Uint8Array> } | undefined;
  const make = () => {
    const mac = crypto.hmac("sha256", globalThis.crypto.getRandomValues(new Uint8Array(32)));
    return { mac, expected: mac.sign(textContent(token)) };
  };
  return {
    matches(content) {
      made ??= make();
      const { mac, expected } = made;
      return chain(expected, (digest) => mac.matches(content, [digest]));
    },
  };
}

/**
 * The first key that matches one of the signatures.
 *
 * @returns its index, or -1
 */
export function matchingKey(
  keys: readonly SchemeKey[],
  content: Content,
  candidates: readonly Candidate[],
  from = 0,
): MaybePromise<number> {
  for (let at = from; at < keys.length; at += 1) {
    const one = keys[at];
    if (one === undefined) continue;
    const signatures = signaturesOf(candidates, one.algorithm);
    if (signatures.length === 0 && one.algorithm !== "token") continue;
    const matches = one.key.matches(content, signatures);
    if (matches instanceof Promise) {
      return matches.then((yes) => (yes ? at : matchingKey(keys, content, candidates, at + 1)));
    }
    if (matches) return at;
  }
  return -1;
}

/** The first key that matches one of the contents; see {@link matchingKey}. */
export function matchingKeyOfAny(
  keys: readonly SchemeKey[],
  contents: readonly Content[],
  candidates: readonly Candidate[],
  from = 0,
): MaybePromise<number> {
  const content = contents[from];
  if (content === undefined) return -1;
  const found = matchingKey(keys, content, candidates);
  if (from + 1 === contents.length) return found;
  return chain(found, (key) => (key === -1 ? matchingKeyOfAny(keys, contents, candidates, from + 1) : key));
}

/** One loop instead of a filter and a map: this runs for every delivery, and nearly always over one signature. */
function signaturesOf(candidates: readonly Candidate[], algorithm: Algorithm): Uint8Array[] {
  const signatures: Uint8Array[] = [];
  for (const candidate of candidates) {
    if (candidate.algorithm === algorithm) signatures.push(candidate.bytes);
  }
  return signatures;
}
