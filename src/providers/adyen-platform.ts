import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Adyen for Platforms, and other webhooks of Adyen whose signature is in a header. Events have no id. */
export const adyenPlatform = sender({
  title: "Adyen for Platforms",
  docs: "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
  checked: "@adyen/api-library",
  setup: "Developers › Webhooks of the balance platform: the URL; the generated HMAC key.",
  scheme: {
    provider: "adyen-platform",
    signature: { form: "plain", header: "hmacsignature", algorithm: "hmac-sha256", encoding: "base64" },
    key: "hex",
  },
  events: placed({ name: "type", at: ["timestamp", "data.creationDate"] }),
});
