import type { CatalogTrigger } from "../../../catalog/types.js";
import { v3 } from "../../../protocol/rest-v3.js";
import { deleteInstance, enable, setEnabled } from "../../operations/triggers.js";
import { findAccount, findAccountOf, findInstance, findType } from "../../operations/find.js";
import type { Core } from "../../context.js";
import { json } from "../../http/answer.js";
import { cursorPage, SHORT_PAGE } from "../../http/page.js";
import { Problem } from "../../http/problem.js";
import { type Call, type Endpoint, fieldsOf, optionalText } from "../../http/router.js";
import type { Account } from "../../state/accounts.js";
import { chosenInstances, type InstanceOfAccount } from "../chosen-instances.js";

/** Trigger instances: enabling, and what is enabled. Names in camel case are those of older clients. */
export function instanceEndpoints(core: Core): Endpoint[] {
  return [
    {
      ...v3.upsert,
      async handle(call) {
        const type = findType(core, call.param("slug"));
        const { trigger_config, triggerConfig } = fieldsOf(call);
        const account = accountOf(core, call, type);
        const { instance } = await enable(core, type, account, trigger_config ?? triggerConfig);
        return json({ trigger_id: instance.nanoId, deprecated: { uuid: instance.uuid } });
      },
    },
    {
      ...v3.active,
      handle({ query }) {
        const found = chosenInstances(core, {
          accountIds: query.list(
            "connected_account_ids",
            "connectedAccountIds",
            "deprecatedConnectedAccountUuids",
          ),
          integrationIds: query.list("auth_config_ids", "authConfigIds", "deprecatedAuthConfigUuids"),
          triggerIds: query.list("trigger_ids", "triggerIds"),
          triggerNames: query.list("trigger_names", "triggerNames"),
          userIds: query.list("user_ids"),
          showDisabled: query.flag("show_disabled", "showDisabled"),
        });
        return json(cursorPage(found.map(shown), query, SHORT_PAGE));
      },
    },
    {
      ...v3.setStatus,
      handle(call) {
        const instance = findInstance(core, call.param("triggerId"));
        const { status } = fieldsOf(call);
        if (status !== "enable" && status !== "disable") {
          throw new Problem(400, "`status` is enable or disable");
        }
        setEnabled(core, instance, status === "enable");
        return json({ status: "success" });
      },
    },
    {
      ...v3.deleteInstance,
      handle(call) {
        const instance = findInstance(core, call.param("triggerId"));
        deleteInstance(core, instance);
        return json({ trigger_id: instance.nanoId });
      },
    },
  ];
}

/**
 * The account that is meant: the one that is named, and it must be the user's where one is named too; or the
 * user's first active one.
 */
function accountOf(core: Core, call: Call, type: CatalogTrigger): Account {
  const userId = optionalText(call, "user_id");
  const accountId = optionalText(call, "connected_account_id", "connectedAuthId");
  if (accountId !== undefined) {
    const account = findAccount(core, accountId);
    if (userId === undefined || account.userId === userId) return account;
    throw new Problem(400, `The connected account ${accountId} is not one of the user ${userId}`);
  }
  if (userId !== undefined) return findAccountOf(core, userId, type.appName);
  throw new Problem(400, "`connected_account_id` is missing in the body", {
    suggestion: "Send connected_account_id, or user_id for the user's first active account",
  });
}

function shown({ instance, account }: InstanceOfAccount) {
  return {
    id: instance.nanoId,
    uuid: instance.uuid,
    connected_account_id: account.nanoId,
    connected_account_uuid: account.uuid,
    trigger_name: instance.triggerName,
    user_id: account.userId,
    trigger_data: "{}",
    trigger_config: instance.config,
    state: {},
    updated_at: instance.updatedAt,
    disabled_at: instance.disabledAt,
    disabledAt: instance.disabledAt,
    connectedAccountId: account.nanoId,
    triggerName: instance.triggerName,
    updatedAt: instance.updatedAt,
    triggerConfig: instance.config,
    deprecated: { createdAt: instance.createdAt },
  };
}
