import type { CatalogTool } from "../../../catalog/types.js";
import { v1 } from "../../../protocol/rest-v1.js";
import type { PlatformContext } from "../../context.js";
import {
  type Call,
  type Endpoint,
  fieldsOf,
  optionalString,
  param,
  queryOf,
  taggedText,
} from "../../http/endpoint.js";
import { pageOf } from "../../http/page.js";
import { findTool, isWithoutAccount } from "../../operations/tools.js";
import { appId } from "../../trigger-catalog.js";
import { chosenTools, resultSchema } from "../chosen-tools.js";
import { LOGO } from "../logo.js";
import { executeByCall, inputByCall } from "../tool-call.js";

const MOST = 1_000;

/** Actions, which generation 3 calls tools. */
export function actionEndpointsV1(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v1.actions,
      handle(c) {
        const query = queryOf(c);
        const about = query.text("useCase");
        const found = chosenTools(context, {
          names: query.list("actions"),
          apps: query.list("apps", "appNames"),
          tags: query.list("tags"),
          about,
          isImportant: query.flag("filterImportantActions"),
        });
        const most = about === undefined ? MOST : query.count("usecaseLimit", MOST, MOST);
        const page = pageOf(
          found.slice(0, most),
          query.count("page", 1, 1_000_000),
          query.count("limit", MOST, MOST),
        );
        return c.json({ items: page.items.map(shown), page: page.page, totalPages: page.totalPages });
      },
    },
    ...["/api/v1/actions/list/enums", "/api/v2/actions/list/enums"].map((path) => ({
      method: "GET",
      path,
      handle: (c: Call) => taggedText(c, context.tools.all.map(({ name }) => name).join("\n")),
    })),
    { ...v1.action, handle: (c) => c.json(shown(findTool(context, param(c, "actionId"), "action"))) },
    {
      ...v1.execute,
      handle(c) {
        const accountId = optionalString(c, "connectedAccountId");
        // Published clients send the entity beside the account: the account counts.
        const entityId = optionalString(c, "entityId");
        // This generation compares the two only where the project asks for it.
        const owner = context.twoFactor ? entityId : undefined;
        const userId = accountId === undefined ? (entityId ?? "default") : owner;
        const input = { input: fieldsOf(c).input, inputName: "input" };
        const parts = { ...input, accountId, userId, userIdName: "entityId" };
        return executeByCall(context, c, "action", parts, ({ data, error, successful, logId }) => ({
          data,
          ...(error !== null && { error }),
          successful,
          // The old spelling; published clients read either.
          successfull: successful,
          logId,
        }));
      },
    },
    {
      method: "POST",
      path: "/api/v2/actions/{actionId}/execute/get.inputs",
      handle: (c) => inputByCall(context, c, "action"),
    },
  ];
}

function shown(tool: CatalogTool) {
  return {
    name: tool.name,
    displayName: tool.displayName,
    display_name: tool.displayName,
    description: tool.description,
    parameters: tool.input,
    response: resultSchema(tool),
    appKey: tool.appName,
    appName: tool.appName,
    appId: appId(tool.appName),
    version: tool.version,
    available_versions: [tool.version],
    no_auth: isWithoutAccount(tool),
    enabled: true,
    logo: LOGO,
    tags: tool.tags,
    deprecated: false,
  };
}
