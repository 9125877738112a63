import type { CatalogTrigger } from "../../../catalog/types.js";
import { v3 } from "../../../protocol/rest-v3.js";
import type { PlatformContext } from "../../context.js";
import { type Call, type Endpoint, fieldsOf, optionalString, param, queryOf } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { cursorPage, SHORT_PAGE } from "../../http/page.js";
import { findAccount, findAccountOf, requireOwner } from "../../operations/accounts.js";
import { deleteInstance, enable, findInstance, findType, setEnabled } from "../../operations/triggers.js";
import type { Account } from "../../state/accounts.js";
import { chosenInstances, type InstanceOfAccount } from "../chosen-instances.js";

/** Trigger instances: enabling, and what is enabled. Names in camel case are those of older clients. */
export function instanceEndpointsV3(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v3.upsert,
      async handle(c) {
        const type = findType(context, param(c, "slug"));
        const { trigger_config, triggerConfig } = fieldsOf(c);
        const account = accountOf(context, c, type);
        const { instance } = await enable(context, type, account, trigger_config ?? triggerConfig);
        return c.json({ trigger_id: instance.nanoId, deprecated: { uuid: instance.uuid } });
      },
    },
    {
      ...v3.active,
      handle(c) {
        const query = queryOf(c);
        const found = chosenInstances(context, {
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
        return c.json(cursorPage(found.map(shown), query, SHORT_PAGE));
      },
    },
    {
      ...v3.setStatus,
      handle(c) {
        const instance = findInstance(context, param(c, "triggerId"));
        const { status } = fieldsOf(c);
        if (status !== "enable" && status !== "disable") {
          throw new HttpProblem(400, "`status` is enable or disable");
        }
        setEnabled(context, instance, status === "enable");
        return c.json({ status: "success" });
      },
    },
    {
      ...v3.deleteInstance,
      handle(c) {
        const instance = findInstance(context, param(c, "triggerId"));
        deleteInstance(context, instance);
        return c.json({ trigger_id: instance.nanoId });
      },
    },
  ];
}

/**
 * The account that is meant: the one that is named, which under two-factor must be the user's; or the user's first
 * active one.
 */
function accountOf(context: PlatformContext, c: Call, type: CatalogTrigger): Account {
  const userId = optionalString(c, "user_id");
  const accountId = optionalString(c, "connected_account_id", "connectedAuthId");
  if (accountId !== undefined) {
    const account = findAccount(context, accountId);
    if (context.twoFactor) requireOwner(context, account, userId, "user_id");
    return account;
  }
  if (userId !== undefined) return findAccountOf(context, userId, type.appName);
  throw new HttpProblem(400, "`connected_account_id` is missing in the body", {
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
    ...(instance.disabledReason !== undefined && { disabled_reason: instance.disabledReason }),
    connectedAccountId: account.nanoId,
    triggerName: instance.triggerName,
    updatedAt: instance.updatedAt,
    triggerConfig: instance.config,
    deprecated: { createdAt: instance.createdAt },
  };
}
