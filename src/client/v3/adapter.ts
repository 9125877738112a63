import { EarshotError } from "../../base/errors.js";
import { v3 } from "../../protocol/rest-v3.js";
import type { ApiAdapter, RealtimeCalls } from "../api-adapter.js";
import { booleanOf, objectIn, objectOf, requiredText } from "../read.js";
import type { Requester } from "../request.js";
import { accountCallsV3 } from "./accounts.js";
import { appCallsV3 } from "./apps.js";
import { instanceCallsV3 } from "./instances.js";
import { logCallsV3 } from "./logs.js";
import { toolCallsV3 } from "./tools.js";
import { triggerCallsV3 } from "./triggers.js";
import { webhookCallsV3 } from "./webhook.js";
import { webhookEndpointCallsV3 } from "./webhook-endpoints.js";

/** Generation 3: toolkit, auth config, user and slug on the wire; app, integration, entity and name in the SDK. */
export function adapterV3(requester: Requester): ApiAdapter {
  const accounts = accountCallsV3(requester);
  const instances = instanceCallsV3(requester);
  return {
    generation: "v3",
    accounts,
    apps: appCallsV3(requester),
    tools: toolCallsV3(requester),
    instances,
    triggers: triggerCallsV3(requester, accounts, instances.active),
    logs: logCallsV3(requester),
    webhook: webhookCallsV3(requester),
    webhookEndpoints: webhookEndpointCallsV3(requester),
    realtime: realtimeCalls(requester),
    async triggersEnabled(signal) {
      const session = objectIn(await requester.call(v3.session, {}, { signal }), "the session");
      return booleanOf(objectOf(session.project).triggers_enabled);
    },
    async apiKeys() {
      throw new EarshotError(
        "ERR_OPTION",
        'Generation 3 of the API has no list of API keys: use new Toolset({ apiVersion: "v1" }).apiKeys().',
      );
    },
  };
}

function realtimeCalls(requester: Requester): RealtimeCalls {
  return {
    async credentials(signal) {
      const what = "the realtime credentials";
      const response = objectIn(await requester.call(v3.realtimeCredentials, {}, { signal }), what);
      return {
        key: requiredText(response, "pusher_key", what),
        cluster: requiredText(response, "pusher_cluster", what),
        project: requiredText(response, "project_id", what),
      };
    },
    async authorize(socketId, channel, signal) {
      const what = "the channel authorization";
      const form = { socket_id: socketId, channel_name: channel };
      const response = objectIn(await requester.call(v3.channelAuth, {}, { form, signal }), what);
      return { auth: requiredText(response, "auth", what) };
    },
  };
}
