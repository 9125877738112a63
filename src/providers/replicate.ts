import { dateOf } from "../base/date-of.js";
import { dotted } from "./event-format.js";
import { sender } from "./sender.js";
import { standardWebhooksScheme } from "./standard-webhooks.js";

/** Replicate. An event is named by the status of its prediction: `prediction.succeeded`. */
export const replicate = sender({
  title: "Replicate",
  docs: "https://replicate.com/docs/topics/webhooks/verify-webhook",
  checked: "replicate",
  setup: "The signing secret of the account: `GET /v1/webhooks/default/secret`.",
  scheme: { ...standardWebhooksScheme, provider: "replicate" },
  events: { read: (body) => ({ name: dotted("prediction", body.status), at: dateOf(body.completed_at) }) },
});
