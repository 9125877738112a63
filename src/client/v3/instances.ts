import { dateOf } from "../../base/date-of.js";
import { ApiError } from "../../base/errors.js";
import { isSameJson, type JsonObject } from "../../model/json.js";
import { type SwitchBodyV3, type UpsertBodyV3, v3 } from "../../protocol/rest-v3.js";
import { everyInstance, type InstanceCalls } from "../api-adapter.js";
import { badResponse } from "../api-error.js";
import { objectIn, objectOf, optionalText, requiredText } from "../read.js";
import type { Requester } from "../request.js";
import type { ActiveTrigger } from "../types.js";
import { cursorPages } from "./pages.js";

export function instanceCallsV3(requester: Requester): InstanceCalls {
  const calls: InstanceCalls = {
    platformChoosesAccount: true,

    async enable(triggerName, { connectedAccountId, entityId }, config, signal) {
      const what = `enabling ${triggerName}`;
      const json: UpsertBodyV3 = {
        ...(connectedAccountId !== undefined && { connected_account_id: connectedAccountId }),
        ...(entityId !== undefined && { user_id: entityId }),
        trigger_config: config,
        toolkit_versions: requester.toolkitVersions,
      };
      const response = await requester.call(v3.upsert, { slug: triggerName }, { json, signal });
      // 204: an existing instance, and no body.
      const body = response === undefined ? {} : objectIn(response, what);
      const triggerId = response === undefined ? undefined : requiredText(body, "trigger_id", what);
      const uuid = optionalText(objectOf(body.deprecated).uuid);
      const enabled = { triggerName, isNew: undefined };
      if (triggerId !== undefined && connectedAccountId !== undefined) {
        return { ...enabled, triggerId, uuid, connectedAccountId };
      }
      // The response does not name the account that the platform chose.
      const query = {
        ...everyInstance,
        triggerNames: [triggerName],
        triggerIds: triggerId === undefined ? [] : [triggerId],
        connectedAccountIds: connectedAccountId === undefined ? [] : [connectedAccountId],
        entityIds: entityId === undefined ? [] : [entityId],
        showDisabled: false,
      };
      try {
        for await (const page of calls.active(query, signal)) {
          const found = page.find(({ id, config: known }) =>
            triggerId === undefined ? isSameJson(known, config) : id === triggerId,
          );
          if (found === undefined) continue;
          const { id, connectedAccountId: account } = found;
          return { ...enabled, triggerId: id, uuid: uuid ?? found.uuid, connectedAccountId: account };
        }
      } catch (thrown) {
        // It is enabled, and its id is known: a list that fails changes neither.
        if (triggerId === undefined || !(thrown instanceof ApiError)) throw thrown;
      }
      if (triggerId !== undefined) return { ...enabled, triggerId, uuid, connectedAccountId: "" };
      throw badResponse(what, "names no trigger instance, and the list of active triggers has none");
    },

    async setEnabled(triggerId, enabled, signal) {
      const json: SwitchBodyV3 = { status: enabled ? "enable" : "disable" };
      // 409: already in that state, by another client or by a try whose response was lost.
      const settled = (status: number) => status === 409;
      await requester.call(v3.setStatus, { triggerId }, { json, settled, signal });
    },

    async delete(triggerId, signal) {
      // 409 and 410: already deleted. 404 means that only after a first try.
      const settled = (status: number, tries: number) =>
        status === 409 || status === 410 || (status === 404 && tries > 1);
      await requester.call(v3.deleteInstance, { triggerId }, { settled, signal });
    },

    async *active(query, signal) {
      const params = {
        connected_account_ids: query.connectedAccountIds,
        auth_config_ids: query.integrationIds,
        trigger_ids: query.triggerIds,
        trigger_names: query.triggerNames,
        user_ids: query.entityIds,
        show_disabled: query.showDisabled ? true : undefined,
      };
      const entities = new Set(query.entityIds);
      for await (const page of cursorPages(requester, v3.active, params, readActive, signal)) {
        // Older servers ignore `user_ids` and return those of all users.
        yield page.filter(({ entityId }) => entities.size === 0 || entities.has(entityId ?? ""));
      }
    },
  };
  return calls;
}

function readActive(from: JsonObject): ActiveTrigger {
  const what = "the active triggers";
  const disabledAt = dateOf(from.disabled_at);
  return {
    id: requiredText(from, "id", what),
    uuid: optionalText(from.uuid),
    triggerName: requiredText(from, "trigger_name", what),
    connectedAccountId: requiredText(from, "connected_account_id", what),
    entityId: optionalText(from.user_id),
    config: objectOf(from.trigger_config),
    enabled: disabledAt === undefined,
    disabledAt,
    disabledReason: optionalText(from.disabled_reason),
    createdAt: dateOf(objectOf(from.deprecated).createdAt),
    updatedAt: dateOf(from.updated_at),
  };
}
