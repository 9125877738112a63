import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Buildkite: the HMAC signature, not the token header. */
export const buildkite = sender({
  title: "Buildkite",
  docs: "https://buildkite.com/docs/apis/webhooks",
  checked: "buildkite/docs",
  setup:
    "Settings › Notification Services › Webhook: the URL, and the option to send an HMAC signature; its token.",
  scheme: {
    provider: "buildkite",
    signature: {
      form: "fields",
      header: "x-buildkite-signature",
      separator: ",",
      signature: "signature",
      time: "timestamp",
      algorithm: "hmac-sha256",
      encoding: "hex",
    },
    signed: "{time}.{body}",
    time: { field: true, unit: "s" },
    eventName: "x-buildkite-event",
  },
  events: placed({ name: "event" }),
});
