import { dateOf } from "../base/date-of.js";
import { dotted } from "./event-format.js";
import { sender } from "./sender.js";

/** Cursor: webhooks of a background agent. */
export const cursor = sender({
  title: "Cursor",
  docs: "https://cursor.com/docs/cloud-agent/api/webhooks",
  checked: "the vendor's page",
  setup: "The URL and a secret of 32 characters or more, given when the agent is launched with the API.",
  scheme: {
    provider: "cursor",
    signature: {
      form: "plain",
      header: "x-webhook-signature",
      prefix: "sha256=",
      algorithm: "hmac-sha256",
      encoding: "hex",
    },
    id: "x-webhook-id",
    eventName: "x-webhook-event",
  },
  events: {
    read: (body, { eventName }) => ({
      name: dotted(body.event ?? eventName, body.status),
      at: dateOf(body.timestamp),
    }),
  },
});
