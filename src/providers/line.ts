import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** LINE Messaging API. One event for each element of `events`. */
export const line = sender({
  title: "LINE",
  docs: "https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/",
  checked: "@line/bot-sdk",
  setup: "LINE Developers Console › Messaging API: the URL; the channel secret.",
  scheme: {
    provider: "line",
    signature: { form: "plain", header: "x-line-signature", algorithm: "hmac-sha256", encoding: "base64" },
    bodyId: true,
  },
  // `destination` beside the list is the bot.
  events: placed({ name: "type", id: "webhookEventId", at: "timestamp", list: "events" }),
});
