import type { JsonObject } from "../../model/json.js";
import { type SwitchBodyV3, type UpsertBodyV3, v3 } from "../../protocol/rest-v3.js";
import type { InstanceCalls } from "../api-adapter.js";
import { dateOf, objectIn, objectOf, optionalText, requiredText } from "../read.js";
import type { Requester } from "../request.js";
import type { ActiveTrigger } from "../types.js";
import { cursorPages } from "./pages.js";
import { TOOLKIT_VERSIONS } from "./triggers.js";

export function instanceCallsV3(requester: Requester): InstanceCalls {
  return {
    async enable(triggerName, connectedAccountId, config, signal) {
      const json: UpsertBodyV3 = {
        connected_account_id: connectedAccountId,
        trigger_config: config,
        toolkit_versions: TOOLKIT_VERSIONS,
      };
      const response = objectIn(
        await requester.call(v3.upsert, { slug: triggerName }, { json, signal }),
        `enabling ${triggerName}`,
      );
      return {
        triggerId: requiredText(response, "trigger_id", `enabling ${triggerName}`),
        uuid: optionalText(objectOf(response.deprecated).uuid),
        triggerName,
        connectedAccountId,
        isNew: undefined,
      };
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
    createdAt: dateOf(objectOf(from.deprecated).createdAt),
    updatedAt: dateOf(from.updated_at),
  };
}
