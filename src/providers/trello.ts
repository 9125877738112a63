import { placed } from "./event-format.js";
import { sender, type UrlSourceOptions } from "./sender.js";

/** Trello: HMAC-SHA1 over the body and the callback URL. Answers the HEAD check. */
export const trello = sender<UrlSourceOptions>({
  title: "Trello",
  docs: "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
  checked: "the vendor's page",
  setup:
    "The secret of the Power-Up's API key; the callback URL, as it was given to the API, as `publicUrl`.",
  scheme: {
    provider: "trello",
    signature: { form: "plain", header: "x-trello-webhook", algorithm: "hmac-sha1", encoding: "base64" },
    signed: "{body}{url}",
    bodyId: true,
    handshake: [{ method: "HEAD" }],
  },
  events: placed({ name: "action.type", id: "action.id", at: "action.date" }),
});
