import { dateOf } from "../../base/date-of.js";
import type { JsonObject } from "../../model/json.js";
import { v3, type WebhookEndpointBodyV3 } from "../../protocol/rest-v3.js";
import type { WebhookEndpointCalls } from "../api-adapter.js";
import { repeatQuery } from "../query.js";
import { itemsIn, objectIn, objectOf, optionalText, requiredText } from "../read.js";
import type { Requester } from "../request.js";
import type { AppEndpoint, AppEndpointEntry, SetupField } from "../types.js";

export function webhookEndpointCallsV3(requester: Requester): WebhookEndpointCalls {
  const what = "the webhook endpoint";
  const read = (response: unknown) => readEndpoint(objectIn(response, what), what);
  return {
    async list(app, signal) {
      const list = "the webhook endpoints";
      const query = repeatQuery({ toolkit_slug: app });
      const response = objectIn(await requester.call(v3.webhookEndpoints, {}, { query, signal }), list);
      const readOne = (item: JsonObject) => readEntry(item, list);
      return itemsIn(response.items, list, readOne, (warning) => requester.warn(warning));
    },
    async setupFields(app, signal) {
      const schema = "the fields of a webhook endpoint";
      const query = repeatQuery({ toolkit_slug: app });
      const response = await requester.call(v3.webhookEndpointSchema, {}, { query, signal });
      return Object.entries(objectIn(objectIn(response, schema).setup_fields, schema)).map(readField);
    },
    async create(app, clientId, signal) {
      const json: WebhookEndpointBodyV3 = { toolkit_slug: app, client_id: clientId };
      return read(await requester.call(v3.createWebhookEndpoint, {}, { json, signal }));
    },
    get: async (id, signal) => read(await requester.call(v3.webhookEndpoint, { id }, { signal })),
    async store(act, id, fields, signal) {
      const route = act === "update" ? v3.updateWebhookEndpoint : v3.replaceWebhookEndpoint;
      return read(await requester.call(route, { id }, { json: { data: fields }, signal }));
    },
  };
}

function readEntry(from: JsonObject, what: string): AppEndpointEntry {
  return {
    id: requiredText(from, "id", what),
    appName: requiredText(from, "toolkit_slug", what).toLowerCase(),
    clientId: optionalText(from.client_id),
  };
}

function readEndpoint(from: JsonObject, what: string): AppEndpoint {
  const fields = Object.entries(objectOf(from.data)).flatMap(([name, value]) => {
    const text = optionalText(value);
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    ...readEntry(from, what),
    url: requiredText(from, "webhook_url", what),
    fields: Object.fromEntries(fields),
    verifiedAt: dateOf(from.verified_at),
    createdAt: dateOf(from.created_at),
  };
}

function readField([name, value]: [string, unknown]): SetupField {
  const field = objectOf(value);
  return {
    name,
    displayName: optionalText(field.display_name) ?? name,
    description: optionalText(field.description) ?? "",
    required: field.is_required === true,
    // An unknown field may be one.
    secret: field.is_secret !== false,
  };
}
