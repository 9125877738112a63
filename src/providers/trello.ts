import { dateOf } from "../base/date-of.js";
import { objectField, textField } from "../model/json.js";
import { allOf } from "./event-format.js";
import { sender, type UrlSourceOptions } from "./sender.js";

/** Trello: HMAC-SHA1 over the body and the callback URL. Answers the HEAD check. */
export const trello = sender<UrlSourceOptions>({
  title: "Trello",
  docs: "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
  checked: "the vendor's page",
  setup:
    "The secret of the Power-Up's API key; the callback URL, as it was given to the API, as `publicUrl`.",
  identity: "id in the body and query",
  scheme: {
    provider: "trello",
    signature: { form: "plain", header: "x-trello-webhook", algorithm: "hmac-sha1", encoding: "base64" },
    // Callback URLs of several webhooks differ in their query, as Trello's page suggests: `?memberID=14`.
    // https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/#creating-a-webhook
    signed: "{body}{requestUrl}",
    bodyId: true,
    handshake: [{ method: "HEAD" }],
  },
  events: {
    read({ action }, { request }) {
      const { type, id, date } = objectField(action) ?? {};
      // Two webhooks of one board have each action: each with the query of its URL.
      const query = textField(new URLSearchParams(request?.query).toString());
      return {
        name: textField(type),
        id: allOf(":", id, ...(query === undefined ? [] : [query])),
        at: dateOf(date),
      };
    },
  },
});
