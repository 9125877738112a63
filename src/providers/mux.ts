import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Mux. */
export const mux = sender({
  title: "Mux",
  docs: "https://www.mux.com/docs/core/verify-webhook-signatures",
  checked: "the vendor's page",
  setup: "Settings › Webhooks: the URL; its signing secret.",
  scheme: {
    provider: "mux",
    signature: {
      form: "fields",
      header: "mux-signature",
      separator: ",",
      signature: "v1",
      time: "t",
      algorithm: "hmac-sha256",
      encoding: "hex",
    },
    signed: "{time}.{body}",
    time: { field: true, unit: "s" },
    bodyId: true,
  },
  events: placed({ name: "type", id: "id", at: "created_at" }),
});
