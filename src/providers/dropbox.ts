import { sender } from "./sender.js";

/** Dropbox: the app secret. Answers the check of the URL. An event says which accounts have changes, not which. */
export const dropbox = sender({
  title: "Dropbox",
  docs: "https://www.dropbox.com/developers/reference/webhooks",
  checked: "dropbox/mdwebhook",
  setup: "App Console › Webhooks: the URL; the app secret.",
  scheme: {
    provider: "dropbox",
    signature: { form: "plain", header: "x-dropbox-signature", algorithm: "hmac-sha256", encoding: "hex" },
    handshake: [{ method: "GET", challenge: { query: "challenge" }, answer: "text" }],
  },
  events: { read: (body) => ({ name: Object.keys(body)[0] }) },
});
