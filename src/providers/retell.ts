import { objectField, textField } from "../model/json.js";
import { allOf } from "./event-format.js";
import { sender } from "./sender.js";

/** Retell AI: the API key is the secret. */
export const retell = sender({
  title: "Retell",
  docs: "https://docs.retellai.com/features/secure-webhook",
  checked: "retell-sdk",
  setup: "The URL in the settings of the agent or account; the API key that has the webhook badge.",
  scheme: {
    provider: "retell",
    signature: {
      form: "fields",
      header: "x-retell-signature",
      separator: ",",
      signature: "d",
      time: "v",
      algorithm: "hmac-sha256",
      encoding: "hex",
    },
    signed: "{body}{time}",
    time: { field: true, unit: "ms" },
    bodyId: true,
  },
  events: {
    read: (body) => ({
      name: textField(body.event),
      id: allOf(":", objectField(body.call)?.call_id, body.event),
    }),
  },
});
