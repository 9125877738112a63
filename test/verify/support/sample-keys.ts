import { generateKeyPairSync } from "node:crypto";
import type { Scheme } from "../../../src/verify/scheme.js";
import { testWhsec } from "./senders.js";

/** Only these senders have the key of their signatures. */
export const onlyTheirs = ["aws-sns", "fal", "gmail", "google-pubsub", "paypal", "plaid"];

const pairs: Readonly<Record<string, ReturnType<typeof generateKeyPairSync>>> = {
  ed25519: generateKeyPairSync("ed25519") as never,
  "ecdsa-p256": generateKeyPairSync("ec", { namedCurve: "P-256" }) as never,
  "rsa-sha256": generateKeyPairSync("rsa", { modulusLength: 2048 }) as never,
};

/** What a sender signs with, and what its route has: a secret in the sender's form, or the two keys of a pair. */
export function sampleKeys({ signature, key }: Scheme): {
  readonly signs: string;
  readonly verifies: string;
  readonly isPair: boolean;
} {
  const pair = pairs["algorithm" in signature ? String(signature.algorithm) : ""];
  if (pair !== undefined) {
    const signs = String(pair.privateKey.export({ type: "pkcs8", format: "pem" } as never));
    return {
      signs,
      verifies: String(pair.publicKey.export({ type: "spki", format: "pem" } as never)),
      isPair: true,
    };
  }
  const secret =
    key === "hex" ? "ab".repeat(32) : key === "base64" ? Buffer.alloc(32, 7).toString("base64") : testWhsec;
  return { signs: secret, verifies: secret, isPair: false };
}
