import { compileTemplate } from "../verify/content.js";
import { neededKeys } from "../verify/keys.js";
import type { Algorithm, Scheme } from "../verify/scheme.js";
import { functionName, optionsOf, type SenderDefinition } from "./sender.js";

/** What a sender is, in words: for the documentation, and for `earshot providers`. */
export interface SenderDescription {
  readonly provider: string;
  readonly title: string;
  /** The function that makes its sources. */
  readonly function: string;
  /** `HMAC-SHA256`, `Ed25519`, `JWT (RS256)`, `token`, … */
  readonly signature: string;
  /** Whether the body is covered: else anyone who knows the secret's holder can only trust the connection. */
  readonly signsBody: boolean;
  /** Tolerance of a signed time, milliseconds; `null` where no time is signed. */
  readonly toleranceMs: number | null;
  /** What two deliveries of one event have in common. */
  readonly deduplication: string;
  /** Its options beside `unsigned` and `toleranceMs`. */
  readonly options: readonly string[];
  /** Whether it answers set-up requests. */
  readonly handshake: boolean;
  readonly setup: string;
  readonly docs: string;
  /** What the facts were checked against; `null`: not checked yet. */
  readonly checked: string | null;
}

const names: Readonly<Record<Algorithm, string>> = {
  "hmac-sha1": "HMAC-SHA1",
  "hmac-sha256": "HMAC-SHA256",
  "hmac-sha512": "HMAC-SHA512",
  ed25519: "Ed25519",
  "ecdsa-p256": "ECDSA P-256",
  "ecdsa-p384": "ECDSA P-384",
  "rsa-sha1": "RSA",
  "rsa-sha256": "RSA",
  "rsa-pss-sha256": "RSA-PSS",
  token: "token",
};

/** Describes a sender. */
export function describeSender(definition: SenderDefinition): SenderDescription {
  const { title, scheme, setup, docs, checked, identity, options = [] } = definition;
  const needed = optionsOf(scheme);
  const isSecret = neededKeys(scheme).secret;
  return {
    provider: scheme.provider,
    title,
    function: functionName(scheme.provider),
    signature: signatureOf(scheme),
    signsBody: signsBody(scheme),
    toleranceMs: hasTime(scheme) ? (scheme.toleranceMs ?? 300_000) : null,
    deduplication: identity ?? identityOf(scheme),
    options: [...(isSecret ? ["secrets"] : []), ...needed, ...options],
    handshake: scheme.handshake !== undefined || options.some((name) => /^on|verifyToken|confirm/.test(name)),
    setup,
    docs,
    checked: checked ?? null,
  };
}

function signatureOf({ signature, signed = "{body}" }: Scheme): string {
  switch (signature.form) {
    case "token":
      return "query" in signature ? "token in the query" : "token";
    case "body-token":
      return "token in the body";
    case "jwt":
      return `JWT (${signature.algorithms.join(", ")})`;
    case "in-body":
      return `${namesOf(signature.algorithms)}, in the body`;
    default: {
      const algorithms = signature.form === "list" ? [...signature.prefixes.values()] : [signature.algorithm];
      return namesOf(algorithms) + (/\{(?:url|requestUrl|target)\}/.test(signed) ? ", with the URL" : "");
    }
  }
}

function namesOf(algorithms: readonly Algorithm[]): string {
  return [...new Set(algorithms.map((each) => names[each]))].join(" or ");
}

function signsBody({ signature, signed = "{body}" }: Scheme): boolean {
  if (signature.form === "jwt") return signature.bodyDigest !== undefined;
  if (signature.form === "token" || signature.form === "body-token") return false;
  return signature.form !== "in-body" && compileTemplate(signed).hole !== undefined;
}

function hasTime({ signature, time }: Scheme): boolean {
  return time !== undefined || signature.form === "jwt";
}

function identityOf({ id, bodyId, signed = "{body}" }: Scheme): string {
  if (id !== undefined) return signed.includes("{id}") ? `\`${id}\`` : `\`${id}\` and digest`;
  return bodyId === true ? "id in the body" : "id in the body, else digest";
}
