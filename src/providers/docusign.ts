import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** DocuSign Connect. A header for each secret of the account; one has to be right. */
export const docusign = sender({
  title: "DocuSign",
  docs: "https://developers.docusign.com/platform/webhooks/connect/hmac/",
  checked: "the vendor's page",
  setup: "Connect › Connect Keys: an HMAC secret; the URL in a custom configuration, with HMAC on.",
  scheme: {
    provider: "docusign",
    signature: {
      form: "plain",
      header: "x-docusign-signature-1",
      alsoIn: [2, 3, 4, 5, 6, 7, 8, 9, 10].map((each) => `x-docusign-signature-${each}`),
      algorithm: "hmac-sha256",
      encoding: "base64",
    },
  },
  events: placed({ name: "event", at: "generatedDateTime" }),
});
