import { dateOf } from "../base/date-of.js";
import { objectField, textField } from "../model/json.js";
import { allOf, firstText } from "./event-format.js";
import { sender } from "./sender.js";

/** DocuSign Connect. A header for each secret of the account; one has to be right. */
export const docusign = sender({
  title: "DocuSign",
  docs: "https://developers.docusign.com/platform/webhooks/connect/hmac/",
  checked: "the vendor's page",
  setup: "Connect › Connect Keys: an HMAC secret; the URL in a custom configuration, with HMAC on.",
  scheme: {
    provider: "docusign",
    // With "Include Documents": files of 25 MB each, in base64.
    maxBodyBytes: 64 * 1024 * 1024,
    signature: {
      form: "plain",
      header: "x-docusign-signature-1",
      alsoIn: [2, 3, 4, 5, 6, 7, 8, 9, 10].map((each) => `x-docusign-signature-${each}`),
      algorithm: "hmac-sha256",
      encoding: "base64",
    },
  },
  events: {
    // A retry has another `retryCount`, so the id is put together from what does not change.
    // https://developers.docusign.com/platform/webhooks/connect/json-sim-event-model
    read(body) {
      const { envelopeId, recipientId } = objectField(body.data) ?? {};
      const recipient = firstText(recipientId) ?? "";
      const id = allOf(":", body.configurationId, body.event, envelopeId, body.generatedDateTime);
      return {
        name: textField(body.event),
        id: id && `${id}:${recipient}`,
        at: dateOf(body.generatedDateTime),
      };
    },
  },
});
