import { ApiError } from "../../base/errors.js";
import type { JsonObject } from "../../model/json.js";
import { v1 } from "../../protocol/rest-v1.js";
import type { TriggerCalls } from "../api-adapter.js";
import { commaQuery } from "../query.js";
import { itemsIn, objectIn, objectOf, optionalText } from "../read.js";
import { definitionV1 } from "../read-definition.js";
import type { Requester } from "../request.js";
import type { Trigger } from "../types.js";

export function triggerCallsV1(requester: Requester): TriggerCalls {
  return {
    async *list(query, signal) {
      const queryString = commaQuery({
        appNames: query.appNames,
        triggerNames: query.triggerNames,
        connectedAccountIds: query.connectedAccountIds,
        integrationIds: query.integrationIds,
        showEnabledOnly: query.showEnabledOnly ? true : undefined,
      });
      const response = await requester.call(v1.triggers, {}, { query: queryString, signal });
      yield itemsIn(response, "the triggers", readTrigger, (warning) => requester.warn(warning));
    },

    async get(name, signal) {
      let response: unknown;
      try {
        response = await requester.call(v1.trigger, { triggerName: name }, { signal });
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      }
      // The API description has a list; some responses are a single object.
      if (!Array.isArray(response)) return readTrigger(objectIn(response, `trigger ${name}`));
      const [first] = response;
      return first === undefined ? undefined : readTrigger(objectIn(first, `trigger ${name}`));
    },

    async names(signal) {
      const response = await requester.call(v1.triggerNames, {}, { expect: "text", signal });
      // One name a line.
      return String(response)
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
    },
  };
}

function readTrigger(from: JsonObject): Trigger {
  return {
    ...definitionV1(from, "the triggers"),
    instructions: optionalText(from.instructions),
    type: optionalText(from.type),
    config: objectOf(from.config),
    payload: objectOf(from.payload),
    version: undefined,
    requiresWebhookEndpoint: false,
  };
}
