import { placed } from "./event-format.js";
import { type PublishedKeySourceOptions, sender } from "./sender.js";

/** Options of {@link paypal}. */
export interface PaypalOptions extends PublishedKeySourceOptions {
  /** The id of the webhook, which is signed with each delivery. */
  readonly webhookId: string | undefined;
}

/** PayPal: RSA, with a certificate from its own hosts. The id of the webhook is signed. */
export const paypal = sender<PaypalOptions>({
  title: "PayPal",
  docs: "https://developer.paypal.com/api/rest/webhooks/rest/",
  checked: "paypal/PayPal-Python-SDK",
  setup: "Apps & Credentials › the app › Webhooks: the URL; the id of the webhook, as `webhookId`.",
  identity: "body's `id`",
  scheme: {
    provider: "paypal",
    signature: {
      form: "plain",
      header: "paypal-transmission-sig",
      algorithm: "rsa-sha256",
      encoding: "base64",
    },
    signed: "{id}|{time}|{option:webhookId}|{crc32}",
    id: "paypal-transmission-id",
    time: { header: "paypal-transmission-time", unit: "iso" },
    maxBodyBytes: 1024 * 1024,
    // PayPal sends again for 3 days, with the first time.
    toleranceMs: 3 * 24 * 3_600_000,
    keysFrom: {
      form: "certificate",
      header: "paypal-cert-url",
      hosts: /^(?:api|api-m)(?:\.sandbox)?\.paypal\.com$/,
    },
  },
  events: placed({ name: "event_type", id: "id", at: "create_time" }),
});
