import { v1 } from "../../../protocol/rest-v1.js";
import { type Core, nowIso } from "../../context.js";
import { empty, json } from "../../http/answer.js";
import { Problem } from "../../http/problem.js";
import { type Endpoint, textField } from "../../http/router.js";
import type { ApiKey } from "../../state/api-keys.js";
import { member } from "./member.js";

export function apiKeyEndpoints(core: Core): Endpoint[] {
  const shown = (key: ApiKey) => ({
    id: key.id,
    name: key.name,
    createdAt: key.createdAt,
    updatedAt: key.createdAt,
    key: key.key,
    isHidden: false,
    member: member(core.state.project),
  });
  return [
    { ...v1.apiKeys, handle: () => json(core.state.apiKeys.all().map(shown)) },
    {
      method: "POST",
      path: "/api/v1/api_keys",
      handle(call) {
        const key = core.state.apiKeys.create(textField(call, "name"), core.ids, nowIso(core));
        if (key === undefined) throw new Problem(400, "There are too many API keys already; delete some");
        core.state.changed();
        return json(shown(key));
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/api_keys/{id}",
      handle(call) {
        const id = call.param("id");
        if (!core.state.apiKeys.delete(id)) throw new Problem(404, `There is no API key ${id}`);
        core.state.changed();
        return empty();
      },
    },
  ];
}
