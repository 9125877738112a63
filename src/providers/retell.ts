import { objectField, textField } from "../model/json.js";
import { allOf } from "./event-format.js";
import { sender } from "./sender.js";

/** Events that a call or chat has once. It has several `transcript_updated`, and may be transferred twice. */
const oncePerCall: ReadonlySet<unknown> = new Set([
  "call_started",
  "call_ended",
  "call_analyzed",
  "chat_started",
  "chat_ended",
  "chat_analyzed",
]);

/** Retell AI: the API key is the secret. */
export const retell = sender({
  title: "Retell",
  docs: "https://docs.retellai.com/features/secure-webhook",
  checked: "retell-sdk",
  setup: "The URL in the settings of the agent or account; the API key that has the webhook badge.",
  scheme: {
    provider: "retell",
    // A call has its transcript three times, with each word's times. No limit is documented.
    maxBodyBytes: 25 * 1024 * 1024,
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
  },
  events: {
    read: (body) => ({
      name: textField(body.event),
      id: oncePerCall.has(body.event)
        ? allOf(":", objectField(body.call)?.call_id ?? objectField(body.chat)?.chat_id, body.event)
        : undefined,
    }),
  },
});
