import { chain } from "../../maybe-promise.js";
import { type Handshake, handshakeBody, textAnswer } from "../handshake.js";

const LONGEST_CHALLENGE = 1024;

/**
 * Slack asks once whether the URL is ours: `{type: "url_verification", challenge}`, signed like an event. The
 * challenge goes back as text.
 */
export const slackHandshake: Handshake = ({ delivery, prove }) => {
  const body = handshakeBody(delivery, "url_verification");
  if (body?.type !== "url_verification") return undefined;
  const { challenge } = body;
  if (typeof challenge !== "string" || challenge.length > LONGEST_CHALLENGE) return undefined;
  return chain(prove(), () => textAnswer(challenge));
};
