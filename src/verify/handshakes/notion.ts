import { chain } from "../../maybe-promise.js";
import { type Handshake, handshakeBody, settled } from "../handshake.js";

const tokenPattern = /^[\x21-\x7e]{16,256}$/;

/**
 * Notion sends `{verification_token}` once, unsigned: the token is the key of all later signatures. It is
 * handed to `onToken` and nowhere else. It is never taken as a secret by itself: anybody can send one.
 */
export function notionHandshake(onToken: (token: string) => unknown): Handshake {
  return ({ delivery }) => {
    const body = handshakeBody(delivery, "verification_token");
    const token = body?.verification_token;
    // An event has members of its own; the set-up request has this one alone.
    if (typeof token !== "string" || !tokenPattern.test(token) || Object.keys(body ?? {}).length !== 1) {
      return undefined;
    }
    return chain(settled(onToken(token)), () => ({ status: 200 }));
  };
}
