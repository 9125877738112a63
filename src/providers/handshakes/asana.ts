import { chain } from "../../base/maybe-promise.js";
import type { Handshake } from "../../verify/handshake.js";
import { oneHeader } from "../../verify/headers.js";
import { firstOnly } from "./first-only.js";

const secretPattern = /^[\x21-\x7e]{16,256}$/;

/**
 * While a webhook is being made, Asana sends `X-Hook-Secret`, unsigned, and wants it back in the same header:
 * the secret is the key of all later signatures. The first is handed to `onSecret`, and never taken as a secret
 * by itself: anybody can send one.
 */
export function asanaHandshake(onSecret: (secret: string) => unknown): Handshake {
  const handOver = firstOnly("asana", "onSecret", onSecret);
  return ({ http }) => {
    const secret = oneHeader(http, "x-hook-secret");
    if (secret === undefined || !secretPattern.test(secret)) return undefined;
    return chain(handOver(secret), () => ({ status: 200, headers: { "x-hook-secret": secret } }));
  };
}
