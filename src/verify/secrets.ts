import { EarshotError } from "../base/errors.js";
import { warn } from "../base/warning.js";
import { utf8 } from "./content.js";
import { decodeText, whyNotDecoded } from "./encoding.js";
import type { KeyForm } from "./scheme.js";

/** Least bytes of a secret that a generator made (the forms that are decoded). */
const LEAST_GENERATED_BYTES = 16;
/** A text below this is likely typed by hand, and can be guessed from one signed body. */
const SHORT_TEXT_BYTES = 16;

/** One secret, or several while one is being rotated, newest first. `undefined` is refused when the source is made. */
export type Secrets = string | readonly (string | undefined)[] | undefined;

/**
 * The secrets as a list, each of them usable text.
 *
 * @param name the option's name, for the message
 * @throws EarshotError ERR_SECRET_MISSING where there is none or one is empty, as after an environment variable
 *   that nobody set; ERR_SECRET_MALFORMED
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
    if (/[\p{Cc}]/u.test(text)) {
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

/**
 * A raw Ed25519 public key: 32 bytes in hex, or in base64 with or without `whpk_` before it.
 *
 * @throws EarshotError ERR_SECRET_MALFORMED
 */
export function publicKeyBytes(provider: string, text: string, encoding: "hex" | "base64"): Uint8Array {
  const bare = text.startsWith("v1a,whpk_") ? text.slice(4) : text;
  const encoded = encoding === "base64" && bare.startsWith("whpk_") ? bare.slice(5) : bare;
  const bytes = decodeText(encoding === "hex" ? encoded.toLowerCase() : padded(encoded), encoding);
  if (bytes?.length !== 32) {
    throw new EarshotError("ERR_SECRET_MALFORMED", `${provider}: a public key is 32 bytes in ${encoding}.`);
  }
  return bytes;
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
  if (bytes.length < SHORT_TEXT_BYTES) {
    // A source has no reports of its own; this is where reports go too when nobody listens.
    warn(
      `${provider}: a secret of ${bytes.length} bytes can be guessed; take a generated one of ${SHORT_TEXT_BYTES} or more.`,
    );
  }
  return bytes;
}
