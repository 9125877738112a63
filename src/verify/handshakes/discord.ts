import { chain } from "../../maybe-promise.js";
import { type Handshake, handshakeBody, jsonAnswer } from "../handshake.js";

/**
 * Discord pings before it takes the URL, and now and then sends a ping with a wrong signature, which has to
 * get 401. An interaction's ping is type 1 and wants `{type: 1}`; a webhook event's ping is type 0 and wants
 * 204. A webhook event itself is type 1 too, and has `event`.
 */
export const discordHandshake: Handshake = ({ delivery, prove }) => {
  const body = handshakeBody(delivery, "type");
  if (body === undefined || "event" in body) return undefined;
  if (body.type === 1) return chain(prove(), () => jsonAnswer({ type: 1 }));
  if (body.type === 0) return chain(prove(), () => ({ status: 204 }));
  return undefined;
};
