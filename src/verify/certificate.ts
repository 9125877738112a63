import { decodeText } from "./encoding.js";
import type { Spki } from "./public-key.js";

/** A certificate's public key, and until when it counts. */
export interface Certificate {
  readonly spki: Spki;
  /** Epoch milliseconds. */
  readonly validFrom: number;
  readonly validTo: number;
}

const BEGIN = "-----BEGIN CERTIFICATE-----";
const END = "-----END CERTIFICATE-----";

/**
 * Reads a certificate in PEM; of a chain, the first. It comes from a pinned host over TLS, which is what makes it the
 * sender's.
 *
 * @throws Error where it is none
 */
export async function readCertificate(pem: string): Promise<Certificate> {
  // A regular expression is quadratic in a text of begins without an end.
  const from = pem.indexOf(BEGIN);
  const to = from === -1 ? -1 : pem.indexOf(END, from);
  if (to === -1) throw new Error("it is no certificate");
  const first = pem.slice(from, to + END.length);
  const crypto = globalThis.process?.getBuiltinModule?.("node:crypto");
  if (crypto?.X509Certificate !== undefined) {
    const { publicKey, validFrom, validTo } = new crypto.X509Certificate(first);
    return {
      spki: new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
      validFrom: Date.parse(validFrom),
      validTo: Date.parse(validTo),
    };
  }
  const { exportSPKI, importX509 } = await import("./jose.js");
  const key = await importX509(first, "RS256", { extractable: true });
  const text = (await exportSPKI(key)).replaceAll(/-----[^-]+-----|\s/g, "");
  const spki = decodeText(text, "base64");
  if (spki === undefined) throw new Error("its public key cannot be read");
  // WebCrypto reads no dates.
  return { spki, validFrom: Number.NEGATIVE_INFINITY, validTo: Number.POSITIVE_INFINITY };
}
