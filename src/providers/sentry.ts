import { dotted } from "./event-format.js";
import { sender } from "./sender.js";

/** Sentry: webhooks of an integration. An event is named `issue.created`. */
export const sentry = sender({
  title: "Sentry",
  docs: "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/",
  checked: "the vendor's page",
  setup: "Settings › Custom Integrations: an internal integration with the URL; its client secret.",
  scheme: {
    provider: "sentry",
    signature: { form: "plain", header: "sentry-hook-signature", algorithm: "hmac-sha256", encoding: "hex" },
    id: "request-id",
    eventName: "sentry-hook-resource",
  },
  events: { read: (body, { eventName }) => ({ name: dotted(eventName, body.action) }) },
});
