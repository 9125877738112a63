import { dateOf } from "../base/date-of.js";
import { chain } from "../base/maybe-promise.js";
import { objectField, textField } from "../model/json.js";
import { bodyBytes } from "../verify/content.js";
import { mayBeHandshake, signedHandshake, textAnswer } from "../verify/handshake.js";
import { queryParameter } from "../verify/request.js";
import type { Handshake, Scheme } from "../verify/scheme.js";
import { type EventFormat, firstText } from "./event-format.js";
import { sender } from "./sender.js";

const LONGEST_CHALLENGE = 1024;

/**
 * Slack asks once whether the URL is ours: `{type: "url_verification", challenge}`, signed like an event. The
 * challenge goes back as text.
 */
const urlVerification = signedHandshake("url_verification", ({ type, challenge }) => {
  if (type !== "url_verification" || typeof challenge !== "string") return undefined;
  return challenge.length > LONGEST_CHALLENGE ? undefined : textAnswer(challenge);
});

/** Slack's check of the certificate, beside a slash command. https://github.com/slackhq/slack-api-docs: "SSL" */
const slackHandshake: Handshake = (request) => {
  const { delivery, http, verify } = request;
  if (http.method === "GET") {
    return queryParameter(http, "ssl_check") === "1" ? { status: 200 } : undefined;
  }
  // In a form it is signed, as `@slack/bolt` reads it. A command's own text is encoded, and cannot look like it.
  if (!mayBeHandshake(delivery, "ssl_check=1")) return urlVerification(request);
  const fields = new TextDecoder().decode(bodyBytes(delivery.body)).split("&");
  const isCheck = fields.includes("ssl_check=1") && !fields.some((field) => field.startsWith("command="));
  return isCheck ? chain(verify(), () => ({ status: 200 })) : urlVerification(request);
};

export const slackScheme: Scheme = {
  provider: "slack",
  signature: {
    form: "plain",
    header: "x-slack-signature",
    prefix: "v0=",
    algorithm: "hmac-sha256",
    encoding: "hex",
  },
  signed: "v0:{time}:{body}",
  // The verification token, with which apps verified requests before there was a signature.
  credentialMembers: ["token", ["payload", "token"]],
  time: { header: "x-slack-request-timestamp", unit: "s" },
  bodyId: true,
  handshake: slackHandshake,
  // A modal or slash command shows an error for a body that is not of the form which Slack wants there.
  acknowledgement: { status: 200 },
};

export const slackEvents: EventFormat = {
  // An event of the Events API is wrapped; interactions and slash commands are not.
  read(body) {
    const event = objectField(body.event);
    if (event !== undefined) {
      return { name: textField(event.type), id: textField(body.event_id), at: dateOf(body.event_time) };
    }
    return { name: firstText(body.command, body.type), id: textField(body.trigger_id) };
  },
  form: "payload-or-fields",
};

/**
 * Slack: the app's signing secret. Responds to `url_verification`.
 */
export const slack = sender({
  title: "Slack",
  docs: "https://docs.slack.dev/authentication/verifying-requests-from-slack",
  checked: "slack-edge",
  setup: "The signing secret, on the Basic Information page of the app; the URL under Event Subscriptions.",
  identity: "body's `event_id`",
  scheme: slackScheme,
  events: slackEvents,
});
