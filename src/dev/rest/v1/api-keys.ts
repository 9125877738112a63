import { v1 } from "../../../protocol/rest-v1.js";
import { nowIso, type PlatformContext } from "../../context.js";
import { type Endpoint, param, requiredString } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import type { ProjectApiKey } from "../../state/api-keys.js";
import { member } from "./client.js";

export function apiKeyEndpointsV1(context: PlatformContext): Endpoint[] {
  const shown = (key: ProjectApiKey) => ({
    id: key.id,
    name: key.name,
    createdAt: key.createdAt,
    updatedAt: key.createdAt,
    key: key.key,
    isHidden: false,
    member: member(context.state.project),
  });
  return [
    { ...v1.apiKeys, handle: (c) => c.json(context.state.apiKeys.all().map(shown)) },
    {
      method: "POST",
      path: "/api/v1/api_keys",
      handle(c) {
        const key = context.state.apiKeys.create(requiredString(c, "name"), context.ids, nowIso(context));
        if (key === undefined) throw new HttpProblem(400, "There are too many API keys already; delete some");
        context.state.changed();
        return c.json(shown(key));
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/api_keys/{id}",
      handle(c) {
        const id = param(c, "id");
        if (!context.state.apiKeys.delete(id)) throw new HttpProblem(404, `There is no API key ${id}`);
        context.state.changed();
        return c.body(null, 204);
      },
    },
  ];
}
