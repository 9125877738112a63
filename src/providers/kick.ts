import { placed } from "./event-format.js";
import { type PublicKeySourceOptions, sender } from "./sender.js";

/** Kick: RSA. */
export const kick = sender<PublicKeySourceOptions>({
  title: "Kick",
  docs: "https://docs.kick.com/events/webhook-security",
  checked: "KickEngineering/KickDevDocs",
  setup: "Settings › Developer › the app: the URL; the public key of `GET /public/v1/public-key`.",
  scheme: {
    provider: "kick",
    signature: { form: "plain", header: "kick-event-signature", algorithm: "rsa-sha256", encoding: "base64" },
    signed: "{id}.{time}.{body}",
    id: "kick-event-message-id",
    time: { header: "kick-event-message-timestamp", unit: "iso" },
    eventName: "kick-event-type",
  },
  events: placed({}),
});
