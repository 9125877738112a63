import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Nylas, version 3. Answers the check of the URL. */
export const nylas = sender({
  title: "Nylas",
  docs: "https://developer.nylas.com/docs/v3/notifications/",
  checked: "nylas",
  setup: "Notifications: the URL; the `webhook_secret` of the response that made it.",
  scheme: {
    provider: "nylas",
    signature: { form: "plain", header: "x-nylas-signature", algorithm: "hmac-sha256", encoding: "hex" },
    bodyId: true,
    handshake: [{ method: "GET", challenge: { query: "challenge" }, answer: "text" }],
  },
  events: placed({ name: "type", id: "id", at: "time" }),
});
