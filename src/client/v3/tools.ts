import { ApiError } from "../../base/errors.js";
import type { JsonObject } from "../../model/json.js";
import type { ToolDefinition } from "../../model/tools.js";
import { IDEMPOTENCY_KEY } from "../../protocol/headers.js";
import { type ExecuteBodyV3, v3 } from "../../protocol/rest-v3.js";
import type { ToolCalls } from "../api-adapter.js";
import { repeatQuery } from "../query.js";
import { dataSchemaOf, namesIn, objectIn, objectOf, optionalText, textsOf } from "../read.js";
import { definitionV3 } from "../read-definition.js";
import type { Requester } from "../request.js";
import { versionOfTool, versionQuery } from "../toolkit-versions.js";
import { cursorPages } from "./pages.js";

/** Tools requested in one page at most. */
const LONGEST_PAGE = 200;

export function toolCallsV3(requester: Requester): ToolCalls {
  return {
    async *list({ appNames, names, tags, search, limit }, signal) {
      const params = {
        // Both are texts with commas in this generation.
        toolkit_slug: appNames.join(",") || undefined,
        tool_slugs: names.join(",") || undefined,
        tags,
        search,
        ...versionQuery(requester.toolkitVersions),
      };
      const pageSize = Math.min(Math.max(limit, names.length, 1), LONGEST_PAGE);
      for await (const page of cursorPages(requester, v3.tools, params, readTool, signal, pageSize)) {
        // `tool_slugs` overrides the other filters, and older servers ignore some of them.
        yield page.filter(
          (tool) =>
            (names.length === 0 || names.includes(tool.name)) &&
            (appNames.length === 0 || appNames.includes(tool.appName)) &&
            (names.length === 0 || tags.length === 0 || tags.some((tag) => tool.tags.includes(tag))),
        );
      }
    },

    async get(name, signal) {
      const query = repeatQuery(versionQuery(requester.toolkitVersions));
      try {
        const response = await requester.call(v3.tool, { tool_slug: name }, { query, signal });
        return readTool(objectIn(response, `tool ${name}`));
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      }
    },

    async names(signal) {
      return namesIn(await requester.call(v3.toolNames, {}, { expect: "text", signal }));
    },

    async execute(name, { arguments: input, text, entityId, idempotencyKey, ...request }, signal) {
      const what = `executing ${name}`;
      const json: ExecuteBodyV3 = {
        user_id: entityId,
        ...(request.connectedAccountId !== undefined && {
          connected_account_id: request.connectedAccountId,
        }),
        ...(text === undefined ? { arguments: input } : { text }),
        version: request.version ?? versionOfTool(requester.toolkitVersions, name),
      };
      const headers = idempotencyKey === undefined ? {} : { [IDEMPOTENCY_KEY]: idempotencyKey };
      const details = { json, headers, signal, isLong: true };
      const response = objectIn(await requester.call(v3.execute, { tool_slug: name }, details), what);
      const data = objectOf(response.data);
      const logId = optionalText(response.log_id);
      if (response.successful === true) return { successful: true, data, error: undefined, logId };
      return { successful: false, data, error: optionalText(response.error) ?? "no reason given", logId };
    },
  };
}

function readTool(from: JsonObject): ToolDefinition {
  return {
    ...definitionV3(from, "the tools"),
    inputSchema: objectOf(from.input_parameters),
    outputSchema: dataSchemaOf(from.output_parameters),
    tags: textsOf(from.tags),
    version: optionalText(from.version),
    needsAccount: from.no_auth !== true,
  };
}
