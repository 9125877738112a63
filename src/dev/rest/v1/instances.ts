import { v1 } from "../../../protocol/rest-v1.js";
import { deleteInstance, enable, setEnabled } from "../../operations/triggers.js";
import { findAccount, findInstance, findType } from "../../operations/find.js";
import type { Core } from "../../context.js";
import { json } from "../../http/answer.js";
import { pageInfo, pageOf } from "../../http/page.js";
import { Problem } from "../../http/problem.js";
import { type Endpoint, fieldsOf } from "../../http/router.js";
import { chosenInstances } from "../chosen-instances.js";

/** Trigger instances: enabling, and what is enabled. */
export function instanceEndpoints(core: Core): Endpoint[] {
  return [
    {
      ...v1.enable,
      async handle(call) {
        const type = findType(core, call.param("triggerName"));
        const account = findAccount(core, call.param("connectedAccountId"));
        const { instance, isNew } = await enable(core, type, account, fieldsOf(call).triggerConfig);
        const message = isNew ? "The trigger is enabled" : "The trigger was there already, and is enabled";
        return json({ status: "success", message, triggerId: instance.uuid, isNew });
      },
    },
    {
      ...v1.active,
      handle({ query }) {
        const found = chosenInstances(core, {
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
        return json({ triggers, pageInfo: [pageInfo(page)] });
      },
    },
    {
      ...v1.setStatus,
      handle(call) {
        const instance = findInstance(core, call.param("triggerId"));
        const { enabled } = fieldsOf(call);
        if (typeof enabled !== "boolean") throw new Problem(400, "`enabled` is true or false");
        setEnabled(core, instance, enabled);
        return json({ status: "success", triggerId: instance.uuid });
      },
    },
    {
      ...v1.disable,
      handle(call) {
        const instance = findInstance(core, call.param("triggerInstanceId"));
        setEnabled(core, instance, false);
        return json({ status: "success", message: "The trigger is disabled", triggerId: instance.uuid });
      },
    },
    {
      ...v1.deleteInstance,
      handle(call) {
        deleteInstance(core, findInstance(core, call.param("triggerInstanceId")));
        return json({ status: "success", count: 1 });
      },
    },
  ];
}
