import { isJsonObject, type JsonObject, textField } from "../model/json.js";
import { allOf } from "./event-format.js";
import { sender } from "./sender.js";

/** The ids of the changes that the event lists; `undefined` where one has none. */
function changesOf({ history_items: items }: JsonObject): string | undefined {
  if (!Array.isArray(items) || items.length === 0) return undefined;
  return allOf(",", ...items.map((item) => (isJsonObject(item) ? item.id : undefined)));
}

/** ClickUp. An event that lists no changes, such as `taskDeleted`, has no id. */
export const clickup = sender({
  title: "ClickUp",
  docs: "https://developer.clickup.com/docs/webhooksignature",
  checked: "the vendor's page",
  setup: "The `webhook.secret` of the response that made the webhook with the API.",
  identity: "ids of webhook and changes, else digest",
  scheme: {
    provider: "clickup",
    signature: { form: "plain", header: "x-signature", algorithm: "hmac-sha256", encoding: "hex" },
  },
  events: {
    // One change may be several events. https://developer.clickup.com/docs/webhooks
    read: (body) => ({
      name: textField(body.event),
      id: allOf(":", body.webhook_id, body.event, changesOf(body)),
    }),
  },
});
