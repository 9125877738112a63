import { chain } from "../../base/maybe-promise.js";
import { type Handshake, handshakeBody, mayBeHandshake } from "../../verify/handshake.js";
import { firstOnly } from "./first-only.js";

const tokenPattern = /^[\x21-\x7e]{16,256}$/;

/**
 * Notion sends `{verification_token}` once, unsigned: the token is the key of all later signatures. The first is
 * handed to `onToken` and nowhere else. It is never taken as a secret by itself: anybody can send one.
 */
export function notionHandshake(onToken: (token: string) => unknown): Handshake {
  const handOver = firstOnly("notion", "onToken", onToken);
  return ({ delivery }) => {
    if (!mayBeHandshake(delivery, "verification_token")) return undefined;
    const body = handshakeBody(delivery);
    const token = body?.verification_token;
    // An event has members of its own; the set-up request has this one alone.
    if (typeof token !== "string" || !tokenPattern.test(token) || Object.keys(body ?? {}).length !== 1) {
      return undefined;
    }
    return chain(handOver(token), () => ({ status: 200 }));
  };
}
