import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Box, webhooks of version 2. Either of two signatures has to be right. Ten minutes are allowed. */
export const box = sender({
  title: "Box",
  docs: "https://developer.box.com/guides/webhooks/v2/signatures-v2/",
  checked: "box-node-sdk",
  setup: "Developer Console › the app › Webhooks › Manage signature keys: primary and secondary key.",
  scheme: {
    provider: "box",
    signature: {
      form: "plain",
      header: "box-signature-primary",
      alsoIn: ["box-signature-secondary"],
      algorithm: "hmac-sha256",
      encoding: "base64",
    },
    signed: "{body}{time}",
    // Box writes Pacific time: `2020-01-01T00:00:00-07:00`.
    time: { header: "box-delivery-timestamp", unit: "iso-offset" },
    toleranceMs: 600_000,
    bodyId: true,
  },
  events: placed({ name: "trigger", id: "id", at: "created_at" }),
});
