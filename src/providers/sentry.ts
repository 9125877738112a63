import { objectField } from "../model/json.js";
import { allOf, dotted } from "./event-format.js";
import { sender } from "./sender.js";

/** Sentry: webhooks of an integration. An event is named `issue.created`. */
export const sentry = sender({
  title: "Sentry",
  docs: "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/",
  checked: "the vendor's page",
  setup: "Settings › Custom Integrations: an internal integration with the URL; its client secret.",
  identity: "an error's id, else `request-id` and digest",
  scheme: {
    provider: "sentry",
    signature: { form: "plain", header: "sentry-hook-signature", algorithm: "hmac-sha256", encoding: "hex" },
    id: "request-id",
    eventName: "sentry-hook-resource",
  },
  events: {
    read(body, { eventName }) {
      // Sentry makes a `Request-ID` for each try: the id of an error tells that it is the same. Other kinds have none.
      // https://github.com/getsentry/sentry/blob/master/src/sentry/sentry_apps/tasks/sentry_apps.py
      const error = objectField(objectField(body.data)?.error);
      const installation = objectField(body.installation)?.uuid;
      return {
        name: dotted(eventName, body.action),
        id: error && allOf(":", installation, "error", body.action, error.project, error.event_id),
      };
    },
  },
});
