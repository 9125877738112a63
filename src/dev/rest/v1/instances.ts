import { v1 } from "../../../protocol/rest-v1.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, fieldsOf, param, queryOf } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { pageInfo, pageOf } from "../../http/page.js";
import { findAccount } from "../../operations/accounts.js";
import { deleteInstance, enable, findInstance, findType, setEnabled } from "../../operations/triggers.js";
import { chosenInstances } from "../chosen-instances.js";

/** Trigger instances: enabling, and what is enabled. */
export function instanceEndpointsV1(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v1.enable,
      async handle(c) {
        const type = findType(context, param(c, "triggerName"));
        const account = findAccount(context, param(c, "connectedAccountId"));
        const { instance, isNew } = await enable(context, type, account, fieldsOf(c).triggerConfig);
        const message = isNew ? "The trigger is enabled" : "The trigger was there already, and is enabled";
        return c.json({ status: "success", message, triggerId: instance.uuid, isNew });
      },
    },
    {
      ...v1.active,
      handle(c) {
        const query = queryOf(c);
        const found = chosenInstances(context, {
          accountIds: query.list("connectedAccountIds"),
          integrationIds: query.list("integrationIds"),
          triggerIds: query.list("triggerIds"),
          triggerNames: query.list("triggerNames"),
          showDisabled: query.flag("showDisabled"),
        });
        const page = pageOf(
          found,
          query.count("page", 1, Number.MAX_SAFE_INTEGER),
          // Published clients take the first page for all there is.
          query.count("limit", 1_000, 1_000),
        );
        const triggers = page.items.map(({ instance }) => ({
          id: instance.uuid,
          connectionId: instance.accountUuid,
          triggerName: instance.triggerName,
          triggerData: "{}",
          triggerConfig: instance.config,
          createdAt: instance.createdAt,
          updatedAt: instance.updatedAt,
          disabledAt: instance.disabledAt,
        }));
        return c.json({ triggers, pageInfo: [pageInfo(page)] });
      },
    },
    {
      ...v1.setStatus,
      handle(c) {
        const instance = findInstance(context, param(c, "triggerId"));
        const { enabled } = fieldsOf(c);
        if (typeof enabled !== "boolean") throw new HttpProblem(400, "`enabled` is true or false");
        setEnabled(context, instance, enabled);
        return c.json({ status: "success", triggerId: instance.uuid });
      },
    },
    {
      ...v1.disable,
      handle(c) {
        const instance = findInstance(context, param(c, "triggerInstanceId"));
        setEnabled(context, instance, false);
        return c.json({ status: "success", message: "The trigger is disabled", triggerId: instance.uuid });
      },
    },
    {
      ...v1.deleteInstance,
      handle(c) {
        deleteInstance(context, findInstance(context, param(c, "triggerInstanceId")));
        return c.json({ status: "success", count: 1 });
      },
    },
  ];
}
