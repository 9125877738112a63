import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Mollie, webhooks of the new form. While a secret is replaced, the header may come once for each secret. */
export const mollie = sender({
  title: "Mollie",
  docs: "https://docs.mollie.com/reference/webhooks-new",
  checked: "mollie/mollie-api-php",
  setup:
    "Developers › Webhooks: the URL; the signing secret is shown once. The older webhooks of a payment are not signed.",
  scheme: {
    provider: "mollie",
    signature: {
      form: "plain",
      header: "x-mollie-signature",
      repeats: true,
      prefix: "sha256=",
      algorithm: "hmac-sha256",
      encoding: "hex",
    },
    bodyId: true,
  },
  events: placed({ name: "type", id: "id", at: "createdAt" }),
});
