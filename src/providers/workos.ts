import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** WorkOS. Three minutes are allowed. */
export const workos = sender({
  title: "WorkOS",
  docs: "https://workos.com/docs/events/data-syncing/webhooks",
  checked: "@workos-inc/node",
  setup: "Webhooks: an endpoint with the URL; its signing secret.",
  scheme: {
    provider: "workos",
    signature: {
      form: "fields",
      header: "workos-signature",
      separator: ",",
      signature: "v1",
      time: "t",
      algorithm: "hmac-sha256",
      encoding: "hex",
      spaced: true,
    },
    signed: "{time}.{body}",
    time: { field: true, unit: "ms" },
    toleranceMs: 180_000,
    bodyId: true,
  },
  events: placed({ name: "event", id: "id", at: "created_at" }),
});
