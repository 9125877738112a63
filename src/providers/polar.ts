import { placed } from "./event-format.js";
import { sender } from "./sender.js";
import { standardWebhooksScheme } from "./standard-webhooks.js";

/** Polar: Standard Webhooks, with the secret's text as the key. */
export const polar = sender({
  title: "Polar",
  docs: "https://polar.sh/docs/integrate/webhooks/delivery",
  checked: "@polar-sh/sdk",
  setup: "Settings › Webhooks: the URL, and a secret, whose text is the key.",
  scheme: { ...standardWebhooksScheme, provider: "polar", key: "text" },
  events: placed({ name: "type", at: "timestamp" }),
});
