import { dotted } from "./event-format.js";
import { sender } from "./sender.js";

/** Gitea and Forgejo. A form is rejected: they sign the JSON in it, not the form. */
export const gitea = sender({
  title: "Gitea",
  docs: "https://docs.gitea.com/usage/webhooks",
  checked: "go-gitea/gitea",
  setup:
    "Settings › Webhooks: the URL, the content type application/json, and a secret that you make up. Forgejo sends the same headers.",
  scheme: {
    provider: "gitea",
    // A push lists its commits and files. No limit is documented.
    maxBodyBytes: 25 * 1024 * 1024,
    signature: { form: "plain", header: "x-gitea-signature", algorithm: "hmac-sha256", encoding: "hex" },
    id: "x-gitea-delivery",
    eventName: "x-gitea-event",
  },
  events: { read: (body, { eventName }) => ({ name: dotted(eventName, body.action) }) },
});
