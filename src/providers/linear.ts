import { dateOf } from "../base/date-of.js";
import { objectField } from "../model/json.js";
import type { Scheme } from "../verify/scheme.js";
import { allOf, dotted, type EventFormat, firstText } from "./event-format.js";
import { sender } from "./sender.js";

export const linearScheme: Scheme = {
  provider: "linear",
  signature: { form: "plain", header: "linear-signature", algorithm: "hmac-sha256", encoding: "hex" },
  time: { member: "webhookTimestamp", unit: "ms" },
  toleranceMs: 60_000,
  id: "linear-delivery",
  eventName: "linear-event",
};

/** Members with the object that an event is about, the most particular first, as the types of `@linear/sdk` have them. */
const objects = ["data", "agentActivity", "agentSession", "notification", "issueData"];

export const linearEvents: EventFormat = {
  // A retry has a new `webhookTimestamp`, so the id is put together from what does not change.
  read(body) {
    // Only events of entities have `data`.
    const object = firstText(...objects.map((name) => objectField(body[name])?.id), body.oauthClientId);
    return {
      name: dotted(body.type, body.action),
      id: allOf(":", body.webhookId, body.type, body.action, object, body.createdAt),
      at: dateOf(body.createdAt) ?? dateOf(body.webhookTimestamp),
    };
  },
};

/**
 * Linear: the webhook's signing secret. The time is in the body, and a minute is allowed.
 */
export const linear = sender({
  title: "Linear",
  docs: "https://linear.app/developers/webhooks#securing-webhooks",
  checked: "@linear/sdk",
  setup: "Settings › API › Webhooks: the URL; Linear shows the signing secret.",
  identity: "ids and time in the body",
  scheme: linearScheme,
  events: linearEvents,
});
