import { chain } from "../../base/maybe-promise.js";
import { isJsonObject } from "../../model/json.js";
import { textContent } from "../../verify/content.js";
import { hexOf } from "../../verify/encoding.js";
import { jsonAnswer, signedHandshake } from "../../verify/handshake.js";

/**
 * The answer is an HMAC, under the secret, of a text that the request chooses. A text with ":" in it could be
 * the content of a delivery (`v0:{time}:{body}`), and the answer its signature.
 */
const tokenPattern = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Zoom asks, when the URL is saved and every 72 hours: `{event: "endpoint.url_validation", payload:
 * {plainToken}}`, signed like an event, and wants the token back with its hex HMAC-SHA256.
 */
export const zoomHandshake = signedHandshake("endpoint.url_validation", ({ event, payload }, key) => {
  if (event !== "endpoint.url_validation" || !isJsonObject(payload)) return undefined;
  const { plainToken } = payload;
  if (typeof plainToken !== "string" || !tokenPattern.test(plainToken)) return undefined;
  if (key === undefined || !("sign" in key)) return undefined;
  return chain(key.sign(textContent(plainToken)), (mac) =>
    jsonAnswer({ plainToken, encryptedToken: hexOf(mac) }),
  );
});
