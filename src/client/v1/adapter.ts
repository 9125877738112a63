import { dateOf } from "../../base/date-of.js";
import type { JsonObject } from "../../model/json.js";
import { V1_REALTIME_CLUSTER, V1_REALTIME_KEY, v1 } from "../../protocol/rest-v1.js";
import type { ApiAdapter, RealtimeCalls } from "../api-adapter.js";
import { booleanOf, itemsIn, objectIn, optionalText, requiredText, withHidden } from "../read.js";
import type { Requester } from "../request.js";
import type { ApiKey } from "../types.js";
import { accountCallsV1 } from "./accounts.js";
import { appCallsV1 } from "./apps.js";
import { instanceCallsV1 } from "./instances.js";
import { logCallsV1 } from "./logs.js";
import { toolCallsV1 } from "./tools.js";
import { triggerCallsV1 } from "./triggers.js";
import { clientOf, noWebhookEndpoints, webhookCallsV1 } from "./webhook.js";

/** Generation 1: the wire has the SDK's own terms, except `connection` and `client`. */
export function adapterV1(requester: Requester): ApiAdapter {
  const accounts = accountCallsV1(requester);
  const instances = instanceCallsV1(requester, accounts);
  return {
    generation: "v1",
    accounts,
    apps: appCallsV1(requester),
    tools: toolCallsV1(requester),
    instances,
    triggers: triggerCallsV1(requester),
    logs: logCallsV1(requester, { instances, accounts }),
    webhook: webhookCallsV1(requester),
    webhookEndpoints: noWebhookEndpoints,
    realtime: realtimeCalls(requester),
    async triggersEnabled(signal) {
      const { client } = await clientOf(requester, signal);
      return booleanOf(client.triggersEnabled);
    },
    async apiKeys(signal) {
      const response = await requester.call(v1.apiKeys, {}, { signal });
      return itemsIn(response, "the API keys", readKey, (warning) => requester.warn(warning));
    },
  };
}

function readKey(from: JsonObject): ApiKey {
  const shown = {
    id: requiredText(from, "id", "the API keys"),
    name: optionalText(from.name) ?? "",
    createdAt: dateOf(from.createdAt),
    lastUsedAt: dateOf(from.lastUsed),
  };
  return withHidden(shown, "key", optionalText(from.key));
}

function realtimeCalls(requester: Requester): RealtimeCalls {
  return {
    async credentials(signal) {
      return {
        key: V1_REALTIME_KEY,
        cluster: V1_REALTIME_CLUSTER,
        project: (await clientOf(requester, signal)).id,
      };
    },
    async authorize(socketId, channel, signal) {
      const what = "the channel authorization";
      const form = { socket_id: socketId, channel_name: channel };
      const response = objectIn(await requester.call(v1.channelAuth, {}, { form, signal }), what);
      return { auth: requiredText(response, "auth", what) };
    },
  };
}
