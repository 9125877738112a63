import { jsonAnswer, signedHandshake } from "../../verify/handshake.js";

/**
 * Discord pings before it takes the URL, and now and then sends a ping with a wrong signature, which has to
 * get 401. An interaction's ping is type 1 and wants `{type: 1}`; a webhook event's ping is type 0 and wants
 * 204. A webhook event itself is type 1 too, and has `event`.
 */
export const discordHandshake = signedHandshake("type", (body) => {
  if ("event" in body) return undefined;
  if (body.type === 1) return jsonAnswer({ type: 1 });
  return body.type === 0 ? { status: 204 } : undefined;
});
