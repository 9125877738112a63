import { ApiError } from "../../base/errors.js";
import type { JsonObject } from "../../model/json.js";
import type { ToolDefinition } from "../../model/tools.js";
import { IDEMPOTENCY_KEY } from "../../protocol/headers.js";
import { type ExecuteBodyV1, v1 } from "../../protocol/rest-v1.js";
import type { ToolCalls } from "../api-adapter.js";
import { commaQuery } from "../query.js";
import { dataSchemaOf, itemsIn, namesIn, objectIn, objectOf, optionalText, textsOf } from "../read.js";
import { definitionV1 } from "../read-definition.js";
import type { Requester } from "../request.js";
import { countOf, numberedPages, PAGE_SIZE, totalPages } from "./response.js";

export function toolCallsV1(requester: Requester): ToolCalls {
  return {
    async *list({ appNames, names, tags, search, limit }, signal) {
      const what = "the tools";
      const filters = {
        apps: appNames,
        actions: names,
        tags,
        useCase: search,
        limit: Math.min(Math.max(limit, names.length, 1), PAGE_SIZE),
      };
      const fetch = async (page: number) => {
        const query = commaQuery({ ...filters, page });
        const response = objectIn(await requester.call(v1.actions, {}, { query, signal }), what);
        const items = itemsIn(response.items, what, readAction, (warning) => requester.warn(warning));
        return { items, count: countOf(response.items), total: totalPages(response) };
      };
      const pages = numberedPages(fetch, { what, maxPages: requester.maxPages, idOf: ({ name }) => name });
      for await (const page of pages) {
        // Where actions are named, some servers ignore the apps.
        yield page.filter(
          (tool) =>
            (names.length === 0 || names.includes(tool.name)) &&
            (appNames.length === 0 || appNames.includes(tool.appName)),
        );
      }
    },

    async get(name, signal) {
      try {
        const response = await requester.call(v1.action, { actionId: name }, { signal });
        return readAction(objectIn(response, `tool ${name}`));
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      }
    },

    async names(signal) {
      return namesIn(await requester.call(v1.actionNames, {}, { expect: "text", signal }));
    },

    async execute(name, { arguments: input, text, entityId, idempotencyKey, ...request }, signal) {
      const what = `executing ${name}`;
      const json: ExecuteBodyV1 = {
        entityId,
        ...(request.connectedAccountId !== undefined && { connectedAccountId: request.connectedAccountId }),
        ...(text === undefined ? { input } : { text, input: {} }),
        ...(request.version !== undefined && { version: request.version }),
      };
      const headers = idempotencyKey === undefined ? {} : { [IDEMPOTENCY_KEY]: idempotencyKey };
      const details = { json, headers, signal, isLong: true };
      const response = objectIn(await requester.call(v1.execute, { actionId: name }, details), what);
      const data = objectOf(response.data);
      const logId = optionalText(response.logId);
      if ((response.successful ?? response.successfull) === true) {
        return { successful: true, data, error: undefined, logId };
      }
      return { successful: false, data, error: optionalText(response.error) ?? "no reason given", logId };
    },
  };
}

function readAction(from: JsonObject): ToolDefinition {
  return {
    ...definitionV1(from, "the tools"),
    inputSchema: objectOf(from.parameters),
    outputSchema: dataSchemaOf(from.response),
    tags: textsOf(from.tags),
    version: optionalText(from.version),
    needsAccount: from.no_auth !== true,
  };
}
