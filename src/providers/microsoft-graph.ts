import { textAnswer } from "../verify/handshake.js";
import { queryParameter } from "../verify/request.js";
import type { Handshake, Scheme } from "../verify/scheme.js";
import { type EventFormat, firstText, listOf, withEnvelope } from "./event-format.js";
import { sender } from "./sender.js";

/** Plain text, spaces included; Graph's own is `Validation: Testing client application reachability …`. */
const tokenPattern = /^[\x20-\x7e]{1,1024}$/;

/**
 * When a subscription is made or renewed, Graph posts an empty body to `?validationToken=…` and wants the
 * token back as text within 10 seconds. The request is not signed, and the response contains nothing secret.
 */
const microsoftGraphHandshake: Handshake = ({ delivery, http }) => {
  if (http.method !== "POST" || delivery.body.length > 0) return undefined;
  const token = queryParameter(http, "validationToken");
  return token !== undefined && tokenPattern.test(token) ? textAnswer(token) : undefined;
};

export const microsoftGraphScheme: Scheme = {
  provider: "microsoft-graph",
  signature: { form: "body-token", list: "value", member: "clientState" },
  handshake: microsoftGraphHandshake,
  // https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks#receive-notifications
  acknowledgement: { status: 202 },
};

export const microsoftGraphEvents: EventFormat = {
  // A notification of the list `value`, with what stands beside the list (`validationTokens`).
  read: (body) => ({ name: firstText(body.changeType, body.lifecycleEvent) }),
  split: ({ value, ...beside }) => withEnvelope(listOf(value), beside),
};

/**
 * Microsoft Graph change notifications: the subscription's `clientState`, which comes back in every
 * notification and is compared; nothing is signed. Answers the validation of the URL by itself.
 */
export const microsoftGraph = sender({
  title: "Microsoft Graph",
  docs: "https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks",
  checked: "the vendor's page",
  setup: "A `clientState` that you make up, given with each subscription.",
  identity: "digest",
  scheme: microsoftGraphScheme,
  events: microsoftGraphEvents,
});
