import { dateOf } from "../base/date-of.js";
import { sender } from "./sender.js";

/** Airtable. An event says that a base has changes; read them with the API. */
export const airtable = sender({
  title: "Airtable",
  docs: "https://airtable.com/developers/web/api/webhooks-overview",
  checked: "the vendor's page and community",
  setup: "The `macSecretBase64` of the response that made the webhook with the API.",
  scheme: {
    provider: "airtable",
    signature: {
      form: "plain",
      header: "x-airtable-content-mac",
      prefix: "hmac-sha256=",
      algorithm: "hmac-sha256",
      encoding: "hex",
    },
    key: "base64",
    acknowledgement: { status: 200 },
  },
  events: { read: (body) => ({ name: "base.changed", at: dateOf(body.timestamp) }) },
});
