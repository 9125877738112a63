import { dateOf } from "../../base/date-of.js";
import type { JsonObject } from "../../model/json.js";
import { type EnableBodyV1, type SwitchBodyV1, v1 } from "../../protocol/rest-v1.js";
import type { AccountCalls, InstanceCalls } from "../api-adapter.js";
import { commaQuery } from "../query.js";
import { booleanOf, itemsIn, objectIn, objectOf, requiredText } from "../read.js";
import type { Requester } from "../request.js";
import type { ActiveTrigger } from "../types.js";
import { countOf, numberedPages, PAGE_SIZE, successIn, totalPages } from "./response.js";

export function instanceCallsV1(requester: Requester, accounts: AccountCalls): InstanceCalls {
  return {
    platformChoosesAccount: false,

    async enable(triggerName, { connectedAccountId = "" }, config, signal) {
      const what = `enabling ${triggerName}`;
      const json: EnableBodyV1 = { triggerConfig: config };
      const params = { connectedAccountId, triggerName };
      const response = successIn(await requester.call(v1.enable, params, { json, signal }), what);
      return {
        triggerId: requiredText(response, "triggerId", what),
        uuid: undefined,
        triggerName,
        connectedAccountId,
        isNew: booleanOf(response.isNew),
      };
    },

    async setEnabled(triggerId, enabled, signal) {
      const json: SwitchBodyV1 = { enabled };
      const response = await requester.call(v1.setStatus, { triggerId }, { json, signal });
      successIn(response, `switching trigger ${triggerId}`);
    },

    async delete(triggerId, signal) {
      // 404 on a second try: the first one, whose response was lost, has deleted it.
      const settled = (status: number, tries: number) => status === 404 && tries > 1;
      const params = { triggerInstanceId: triggerId };
      const response = await requester.call(v1.deleteInstance, params, { settled, signal });
      successIn(response, `deleting trigger ${triggerId}`);
    },

    async *active(query, signal) {
      // This generation has no filter by entity: it is filtered by the accounts of the entity.
      const entityOf = new Map<string, string | undefined>();
      let connectedAccountIds = query.connectedAccountIds;
      if (query.entityIds.length > 0) {
        const { entityIds, integrationIds } = query;
        const accountQuery = { entityIds, integrationIds, connectedAccountIds, appNames: [], statuses: [] };
        for await (const page of accounts.list(accountQuery, signal)) {
          for (const { id, entityId } of page) entityOf.set(id, entityId);
        }
        connectedAccountIds = [...entityOf.keys()];
        if (connectedAccountIds.length === 0) return;
      }
      const filters = {
        connectedAccountIds,
        integrationIds: query.integrationIds,
        triggerIds: query.triggerIds,
        triggerNames: query.triggerNames,
        showDisabled: query.showDisabled ? true : undefined,
        limit: PAGE_SIZE,
      };
      const what = "the active triggers";
      const fetch = async (page: number) => {
        const queryString = commaQuery({ ...filters, page });
        const response = objectIn(await requester.call(v1.active, {}, { query: queryString, signal }), what);
        const read = (item: JsonObject) => readActive(item, entityOf);
        const items = itemsIn(response.triggers, what, read, (warning) => requester.warn(warning));
        return { items, count: countOf(response.triggers), total: totalPages(response) };
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
    disabledReason: undefined,
    createdAt: dateOf(from.createdAt),
    updatedAt: dateOf(from.updatedAt),
  };
}
