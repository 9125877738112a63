import { chain } from "../../base/maybe-promise.js";
import { textContent } from "../../verify/content.js";
import { type Handshake, textAnswer } from "../../verify/handshake.js";
import type { Key } from "../../verify/platform.js";
import { queryParameter } from "../../verify/public-url.js";
import { unproved } from "../../verify/refuse.js";

const challengePattern = /^[\x21-\x7e]{1,256}$/;

/**
 * Meta asks with `GET ?hub.mode=subscribe&hub.verify_token=…&hub.challenge=…` whether the URL is ours, and
 * wants the challenge back as text if the token is the one that was typed into its form.
 */
export function metaHandshake(verifyToken: Key): Handshake {
  return ({ http }) => {
    if (http.method !== "GET") return undefined;
    const challenge = queryParameter(http, "hub.challenge");
    const token = queryParameter(http, "hub.verify_token");
    if (queryParameter(http, "hub.mode") !== "subscribe" || token === undefined) return undefined;
    if (challenge === undefined || !challengePattern.test(challenge)) return undefined;
    return chain(verifyToken.matches(textContent(token), []), (same) => {
      if (!same) throw unproved("ERR_SIGNATURE_WRONG", "hub.verify_token is not the configured one.");
      return textAnswer(challenge);
    });
  };
}
