import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Auth0: custom log streams, as JSON lines, a list or an object. A token is sent and compared; nothing is signed. */
export const auth0 = sender({
  title: "Auth0",
  docs: "https://auth0.com/docs/customize/log-streams/custom-log-streams",
  checked: "auth0/docs-v2",
  setup: "Monitoring › Streams › Custom Webhook: the URL, and an authorization token that you make up.",
  scheme: { provider: "auth0", signature: { form: "token", header: "authorization" }, bodyId: true },
  events: { ...placed({ name: "data.type", id: "log_id", at: "data.date" }), lines: true },
});
