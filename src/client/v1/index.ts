import type { JsonObject } from "../../model/json.js";
import { v1 } from "../../protocol/rest-v1.js";
import type { Dialect } from "../dialect.js";
import { dateOf, itemsIn, requiredText, textOf, withHidden } from "../read.js";
import type { Requester } from "../request.js";
import type { ApiKey } from "../types.js";
import { accountCalls } from "./accounts.js";
import { instanceCalls } from "./instances.js";
import { logCalls } from "./logs.js";
import { realtimeCalls } from "./realtime.js";
import { triggerCalls } from "./triggers.js";
import { webhookCalls } from "./webhook.js";

/** Generation 1: the wire's words are the SDK's own, but for `connection` and `client`. */
export function dialectV1(requester: Requester): Dialect {
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
      const answer = await requester.call(v1.apiKeys, {}, { signal });
      return itemsIn(answer, "the API keys", readKey, (warning) => requester.warn(warning));
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
