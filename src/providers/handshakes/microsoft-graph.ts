import { type Handshake, textAnswer } from "../../verify/handshake.js";
import { queryParameter } from "../../verify/public-url.js";

/** Plain text, spaces included; Graph's own is `Validation: Testing client application reachability …`. */
const tokenPattern = /^[\x20-\x7e]{1,1024}$/;

/**
 * When a subscription is made or renewed, Graph posts an empty body to `?validationToken=…` and wants the
 * token back as text within 10 seconds. The request is not signed, and the answer proves nothing to anybody.
 */
export const microsoftGraphHandshake: Handshake = ({ delivery, http }) => {
  if (http.method !== "POST" || delivery.body.length > 0) return undefined;
  const token = queryParameter(http, "validationToken");
  return token !== undefined && tokenPattern.test(token) ? textAnswer(token) : undefined;
};
