import { textField } from "../model/json.js";
import { dotted } from "./event-format.js";
import { type PublishedKeySourceOptions, sender } from "./sender.js";

/** fal: Ed25519, with keys that fal publishes. */
export const fal = sender<PublishedKeySourceOptions>({
  title: "fal",
  docs: "https://docs.fal.ai/model-apis/model-endpoints/webhooks",
  checked: "public receivers",
  setup: "The URL as `fal_webhook` of a queued request. Nothing else: fal publishes its keys.",
  scheme: {
    provider: "fal",
    // A result with its files as data URIs. No limit is documented.
    maxBodyBytes: 25 * 1024 * 1024,
    signature: { form: "plain", header: "x-fal-webhook-signature", algorithm: "ed25519", encoding: "hex" },
    signed: "{id}\n{header:x-fal-webhook-user-id}\n{time}\n{sha256}",
    id: "x-fal-webhook-request-id",
    time: { header: "x-fal-webhook-timestamp", unit: "s" },
    keysFrom: { form: "jwks", url: "https://rest.fal.ai/.well-known/jwks.json" },
  },
  events: {
    read: (body) => ({
      name: dotted("request", textField(body.status)?.toLowerCase()),
      id: textField(body.request_id),
    }),
  },
});
