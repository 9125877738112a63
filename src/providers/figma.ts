import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Figma: a passcode in the body is compared; nothing is signed. Its `PING` is an event. */
export const figma = sender({
  title: "Figma",
  docs: "https://developers.figma.com/docs/rest-api/webhooks-security/",
  checked: "the vendor's page",
  setup: "A `passcode` that you make up, given when the webhook is made with the API.",
  scheme: { provider: "figma", signature: { form: "body-token", member: "passcode" } },
  events: placed({ name: "event_type", at: "timestamp" }),
});
