import { signedHandshake, textAnswer } from "../../verify/handshake.js";

const LONGEST_CHALLENGE = 1024;

/**
 * Slack asks once whether the URL is ours: `{type: "url_verification", challenge}`, signed like an event. The
 * challenge goes back as text.
 */
export const slackHandshake = signedHandshake("url_verification", ({ type, challenge }) => {
  if (type !== "url_verification" || typeof challenge !== "string") return undefined;
  return challenge.length > LONGEST_CHALLENGE ? undefined : textAnswer(challenge);
});
