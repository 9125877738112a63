import type { JsonObject } from "../../model/json.js";
import { V1_REALTIME_CLUSTER, V1_REALTIME_KEY, v1 } from "../../protocol/rest-v1.js";
import type { ApiAdapter, RealtimeCalls } from "../api-adapter.js";
import { dateOf, itemsIn, objectIn, requiredText, textOf, withHidden } from "../read.js";
import type { Requester } from "../request.js";
import type { ApiKey } from "../types.js";
import { accountCalls } from "./accounts.js";
import { instanceCalls } from "./instances.js";
import { logCalls } from "./logs.js";
import { triggerCalls } from "./triggers.js";
import { clientOf, webhookCalls } from "./webhook.js";

/** Generation 1: the wire has the SDK's own terms, except `connection` and `client`. */
export function adapterV1(requester: Requester): ApiAdapter {
  const accounts = accountCalls(requester);
  const instances = instanceCalls(requester, accounts);
  return {
    generation: "v1",
    accounts,
    instances,
    triggers: triggerCalls(requester),
    logs: logCalls(requester, { instances, accounts }),
    webhook: webhookCalls(requester),
    realtime: realtimeCalls(requester),
    async apiKeys(signal) {
      const response = await requester.call(v1.apiKeys, {}, { signal });
      return itemsIn(response, "the API keys", readKey, (warning) => requester.warn(warning));
    },
  };
}

function readKey(from: JsonObject): ApiKey {
  const shown = {
    id: requiredText(from, "id", "the API keys"),
    name: textOf(from.name) ?? "",
    createdAt: dateOf(from.createdAt),
    lastUsedAt: dateOf(from.lastUsed),
  };
  return withHidden(shown, "key", textOf(from.key));
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
