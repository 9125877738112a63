import { dateOf } from "../base/date-of.js";
import { objectField, textField } from "../model/json.js";
import { dotted } from "./event-format.js";
import { sender } from "./sender.js";
import { standardWebhooksScheme } from "./standard-webhooks.js";

/** Replicate. An event is named by the status of its prediction or training: `prediction.succeeded`. */
export const replicate = sender({
  title: "Replicate",
  docs: "https://replicate.com/docs/topics/webhooks/verify-webhook",
  checked: "replicate",
  setup: "The signing secret of the account: `GET /v1/webhooks/default/secret`.",
  scheme: {
    ...standardWebhooksScheme,
    provider: "replicate",
    // Input and output, with files as data URLs. No limit is documented.
    maxBodyBytes: 25 * 1024 * 1024,
  },
  events: {
    read({ status, urls, completed_at }) {
      // Both kinds have the same members. https://replicate.com/docs/reference/http#trainings.get
      const isTraining = textField(objectField(urls)?.get)?.includes("/v1/trainings/") === true;
      return { name: dotted(isTraining ? "training" : "prediction", status), at: dateOf(completed_at) };
    },
  },
});
