import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import { allOf } from "./event-format.js";
import { sender } from "./sender.js";

/** Figma: a passcode in the body is compared; nothing is signed. Its `PING` is an event. */
export const figma = sender({
  title: "Figma",
  docs: "https://developers.figma.com/docs/rest-api/webhooks-security/",
  checked: "the vendor's page",
  setup: "A `passcode` that you make up, given when the webhook is made with the API.",
  identity: "content without the count of retries",
  scheme: { provider: "figma", signature: { form: "body-token", member: "passcode" } },
  events: {
    // A retry has another `retries`: `FigmaWebhookEventPayload` of atlassian-labs/figma-for-jira. The time is in seconds,
    // and one publication of a library is several events, so all the rest tells events apart.
    read: ({ retries: _retries, passcode: _passcode, ...content }) => ({
      name: textField(content.event_type),
      at: dateOf(content.timestamp),
      ...(allOf(":", content.webhook_id, content.timestamp) !== undefined && { content }),
    }),
  },
});
