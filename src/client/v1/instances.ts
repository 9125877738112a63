import type { JsonObject } from "../../model/json.js";
import { type EnableBodyV1, type SwitchBodyV1, v1 } from "../../protocol/rest-v1.js";
import type { AccountCalls, InstanceCalls } from "../dialect.js";
import { commaQuery } from "../query.js";
import { booleanOf, dateOf, itemsIn, objectIn, objectOf, requiredText } from "../read.js";
import type { Requester } from "../request.js";
import type { ActiveTrigger } from "../types.js";
import { successOf } from "./answer.js";
import { countOf, numberedPages, PAGE_SIZE, totalPages } from "./pages.js";

export function instanceCalls(requester: Requester, accounts: AccountCalls): InstanceCalls {
  return {
    async enable(triggerName, connectedAccountId, config, signal) {
      const what = `enabling ${triggerName}`;
      const json: EnableBodyV1 = { triggerConfig: config };
      const params = { connectedAccountId, triggerName };
      const answer = successOf(await requester.call(v1.enable, params, { json, signal }), what);
      return {
        triggerId: requiredText(answer, "triggerId", what),
        uuid: undefined,
        triggerName,
        connectedAccountId,
        isNew: booleanOf(answer.isNew),
      };
    },

    async setEnabled(triggerId, enabled, signal) {
      const json: SwitchBodyV1 = { enabled };
      const answer = await requester.call(v1.setStatus, { triggerId }, { json, signal });
      successOf(answer, `switching trigger ${triggerId}`);
    },

    async delete(triggerId, signal) {
      // 404 on a second try: the first one, whose answer was lost, has deleted it.
      const settled = (status: number, tries: number) => status === 404 && tries > 1;
      const params = { triggerInstanceId: triggerId };
      const answer = await requester.call(v1.deleteInstance, params, { settled, signal });
      successOf(answer, `deleting trigger ${triggerId}`);
    },

    async *active(wants, signal) {
      // This generation has no filter by entity: its accounts stand in for it.
      const entityOf = new Map<string, string | undefined>();
      let connectedAccountIds = wants.connectedAccountIds;
      if (wants.entityIds.length > 0) {
        const { entityIds, integrationIds } = wants;
        const asked = { entityIds, integrationIds, connectedAccountIds, appNames: [], statuses: [] };
        for await (const page of accounts.list(asked, signal)) {
          for (const { id, entityId } of page) entityOf.set(id, entityId);
        }
        connectedAccountIds = [...entityOf.keys()];
        if (connectedAccountIds.length === 0) return;
      }
      const filters = {
        connectedAccountIds,
        integrationIds: wants.integrationIds,
        triggerIds: wants.triggerIds,
        triggerNames: wants.triggerNames,
        showDisabled: wants.showDisabled ? true : undefined,
        limit: PAGE_SIZE,
      };
      const what = "the active triggers";
      const fetch = async (page: number) => {
        const query = commaQuery({ ...filters, page });
        const answer = objectIn(await requester.call(v1.active, {}, { query, signal }), what);
        const read = (item: JsonObject) => readActive(item, entityOf);
        const items = itemsIn(answer.triggers, what, read, (warning) => requester.warn(warning));
        return { items, count: countOf(answer.triggers), total: totalPages(answer) };
      };
      yield* numberedPages(fetch, { what, maxPages: requester.maxPages, idOf: ({ id }) => id });
    },
  };
}

function readActive(from: JsonObject, entityOf: ReadonlyMap<string, string | undefined>): ActiveTrigger {
  const what = "the active triggers";
  const disabledAt = dateOf(from.disabledAt);
  const connectedAccountId = requiredText(from, "connectionId", what);
  return {
    id: requiredText(from, "id", what),
    uuid: undefined,
    triggerName: requiredText(from, "triggerName", what),
    connectedAccountId,
    entityId: entityOf.get(connectedAccountId),
    config: objectOf(from.triggerConfig),
    enabled: disabledAt === undefined,
    disabledAt,
    createdAt: dateOf(from.createdAt),
    updatedAt: dateOf(from.updatedAt),
  };
}
