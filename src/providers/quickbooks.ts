import { dateOf } from "../base/date-of.js";
import { type JsonObject, objectField, textField } from "../model/json.js";
import { dotted, listOf } from "./event-format.js";
import { sender } from "./sender.js";

/** QuickBooks Online. One event for each entity, also in the form of CloudEvents. */
export const quickbooks = sender({
  title: "QuickBooks",
  docs: "https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks",
  checked: "IntuitDeveloper/SampleApp-Webhooks-nodejs",
  setup: "Developer portal › the app › Webhooks: the URL; its verifier token.",
  scheme: {
    provider: "quickbooks",
    signature: { form: "plain", header: "intuit-signature", algorithm: "hmac-sha256", encoding: "base64" },
  },
  events: {
    read: (body) =>
      body.specversion === undefined
        ? { name: dotted(body.name, body.operation), at: dateOf(body.lastUpdated) }
        : { name: textField(body.type), id: textField(body.id), at: dateOf(body.time) },
    split: ({ eventNotifications }) =>
      listOf(eventNotifications)?.flatMap((each) => {
        const { realmId, dataChangeEvent } = objectField(each) ?? {};
        const entities = listOf(objectField(dataChangeEvent)?.entities);
        // A notification of another kind is an event itself.
        return entities?.map((entity) => ({ realmId, ...(entity as JsonObject) })) ?? [each];
      }),
  },
});
