import { EarshotError } from "../base/errors.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { type Content, textContent } from "./content.js";
import type { Hash, Key, MacKey, Platform } from "./platform.js";
import type { Algorithm, Scheme } from "./scheme.js";
import { keyBytes, publicKeyBytes, type Secrets, secretTexts } from "./secrets.js";
import type { Candidate } from "./signature.js";

/** A key and the signatures it can check. */
export interface SchemeKey {
  readonly algorithm: Algorithm;
  readonly key: Key | MacKey;
}

/** What a source was given to check with. */
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

/**
 * Reads every secret and public key once, newest first.
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED
 */
export function schemeKeys(scheme: Scheme, material: KeyMaterial, platform: Platform): readonly SchemeKey[] {
  const { provider, signature } = scheme;
  const algorithms = algorithmsOf(scheme);
  const keys: SchemeKey[] = [];
  const wantsSecret = algorithms.some((algorithm) => algorithm !== "ed25519");
  const wantsPublicKey = algorithms.includes("ed25519");
  // Where a sender may sign either way, one of the two is enough.
  if (
    wantsSecret &&
    (material.secrets !== undefined || !(wantsPublicKey && material.publicKeys !== undefined))
  ) {
    for (const secret of secretTexts(provider, "secrets", material.secrets)) {
      for (const algorithm of algorithms) {
        if (algorithm === "ed25519") continue;
        if (algorithm === "token") {
          keys.push({ algorithm, key: tokenKey(provider, secret, platform) });
          continue;
        }
        for (const bytes of keyBytes(provider, secret, scheme.key ?? "text")) {
          keys.push({ algorithm, key: platform.hmac(hashes[algorithm], bytes) });
        }
      }
    }
  }
  if (wantsPublicKey && (material.publicKeys !== undefined || !wantsSecret)) {
    const encoding = "encoding" in signature && signature.encoding === "hex" ? "hex" : "base64";
    for (const text of secretTexts(provider, "publicKeys", material.publicKeys)) {
      keys.push({ algorithm: "ed25519", key: platform.ed25519(publicKeyBytes(provider, text, encoding)) });
    }
  }
  return keys;
}

function algorithmsOf({ signature }: Scheme): readonly Algorithm[] {
  switch (signature.form) {
    case "token":
    case "body-token":
      return ["token"];
    case "list":
      return [...new Set(signature.prefixes.values())];
    default:
      return [signature.algorithm];
  }
}

/**
 * A token is compared by its HMAC under a key that nobody else has: texts of any two lengths become two digests
 * of one length, and how long the comparison takes says nothing of the token.
 */
export function tokenKey(provider: string, token: string, platform: Platform): Key {
  if (!/^[\x20-\x7e]+$/.test(token)) {
    throw new EarshotError("ERR_SECRET_MALFORMED", `${provider}: a token in a header is plain ASCII.`);
  }
  // At the first delivery: some runtimes give no random numbers before there is a request.
  let made: { readonly mac: MacKey; readonly expected: MaybePromise<Uint8Array> } | undefined;
  const make = () => {
    const mac = platform.hmac("sha256", globalThis.crypto.getRandomValues(new Uint8Array(32)));
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
 * The first key that one of the signatures proves.
 *
 * @returns its place, or -1
 */
export function provingKey(
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
    const proved = one.key.matches(content, signatures);
    if (proved instanceof Promise) {
      return proved.then((yes) => (yes ? at : provingKey(keys, content, candidates, at + 1)));
    }
    if (proved) return at;
  }
  return -1;
}

/** The first key that proves one of the contents; see {@link provingKey}. */
export function provingKeyOfAny(
  keys: readonly SchemeKey[],
  contents: readonly Content[],
  candidates: readonly Candidate[],
): MaybePromise<number> {
  const [content, ...others] = contents;
  if (content === undefined) return -1;
  const found = provingKey(keys, content, candidates);
  if (others.length === 0) return found;
  return chain(found, (key) => (key === -1 ? provingKeyOfAny(keys, others, candidates) : key));
}

/** One loop instead of a filter and a map: this runs for every delivery, and nearly always over one signature. */
function signaturesOf(candidates: readonly Candidate[], algorithm: Algorithm): Uint8Array[] {
  const signatures: Uint8Array[] = [];
  for (const candidate of candidates) {
    if (candidate.algorithm === algorithm) signatures.push(candidate.bytes);
  }
  return signatures;
}
