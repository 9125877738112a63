import { objectField, textField } from "../model/json.js";
import { type EventFormat, listOf, withEnvelope } from "./event-format.js";
import { sender } from "./sender.js";

const twitchEvents: EventFormat = {
  read({ subscription, event, id }) {
    const { type, status = "enabled" } = objectField(subscription) ?? {};
    // A revocation has the type of the subscription that ends, and no event: a callback for that type would fail on it.
    // https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#revoking-your-subscription
    const isRevoked = status !== "enabled" && event === undefined;
    return { name: isRevoked ? "revocation" : textField(type), id: textField(id) };
  },
  // Drops come in batches, and each has its own id.
  // https://dev.twitch.tv/docs/eventsub/eventsub-reference/#drop-entitlement-grant-event
  split: ({ subscription, events }) => withEnvelope(listOf(events), { subscription }),
};

/** Twitch EventSub. Answers the challenge once its signature is verified. Ten minutes are allowed. */
export const twitch = sender({
  title: "Twitch",
  docs: "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/",
  checked: "the vendor's page",
  setup: "A secret of 10 to 100 characters, given when the EventSub subscription is made.",
  identity: "`twitch-eventsub-message-id`; in a batch, each event's `id`",
  scheme: {
    provider: "twitch",
    signature: {
      form: "plain",
      header: "twitch-eventsub-message-signature",
      prefix: "sha256=",
      algorithm: "hmac-sha256",
      encoding: "hex",
    },
    signed: "{id}{time}{body}",
    id: "twitch-eventsub-message-id",
    time: { header: "twitch-eventsub-message-timestamp", unit: "iso" },
    toleranceMs: 600_000,
    eventName: "twitch-eventsub-subscription-type",
    handshake: [
      {
        method: "POST",
        signed: true,
        header: ["twitch-eventsub-message-type", "webhook_callback_verification"],
        challenge: { member: "challenge" },
        answer: "text",
      },
    ],
  },
  events: twitchEvents,
});
