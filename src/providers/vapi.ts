import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/**
 * Vapi: a secret is sent and compared; nothing is signed. It comes as a bearer token, or in its older header
 * `X-Vapi-Secret`. A callback's result can be the response: `respond: "callback"`.
 */
export const vapi = sender({
  title: "Vapi",
  docs: "https://docs.vapi.ai/server-url/server-authentication",
  checked: "VapiAI/docs",
  setup: "The server URL of the assistant or account, with a secret that you make up.",
  scheme: {
    provider: "vapi",
    // The report of a call has its transcript several times. No limit is documented.
    maxBodyBytes: 25 * 1024 * 1024,
    signature: {
      form: "token",
      header: "authorization",
      prefix: "Bearer ",
      alsoIn: [{ header: "x-vapi-secret" }],
    },
  },
  events: placed({ name: "message.type", at: "message.timestamp" }),
});
