import { EarshotError } from "../../base/errors.js";
import type { Dialect } from "../dialect.js";
import type { Requester } from "../request.js";
import { accountCalls } from "./accounts.js";
import { instanceCalls } from "./instances.js";
import { logCalls } from "./logs.js";
import { realtimeCalls } from "./realtime.js";
import { triggerCalls } from "./triggers.js";
import { webhookCalls } from "./webhook.js";

/** Generation 3: toolkit, auth config, user and slug on the wire; app, integration, entity and name in here. */
export function dialectV3(requester: Requester): Dialect {
  const accounts = accountCalls(requester);
  const instances = instanceCalls(requester);
  return {
    generation: "v3",
    accounts,
    instances,
    triggers: triggerCalls(requester, accounts, instances.active),
    logs: logCalls(requester),
    webhook: webhookCalls(requester),
    realtime: realtimeCalls(requester),
    async apiKeys() {
      throw new EarshotError(
        "ERR_OPTION",
        'Generation 3 of the API has no list of API keys: use new Toolset({ apiVersion: "v1" }).apiKeys().',
      );
    },
  };
}
