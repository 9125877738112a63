import { v1 } from "../../../protocol/rest-v1.js";
import type { Core } from "../../context.js";
import { json } from "../../http/answer.js";
import type { Endpoint } from "../../http/router.js";
import { member } from "./member.js";

/** Who am I: the client, which generation 3 calls the project, and the key. */
export function clientEndpoints(core: Core): Endpoint[] {
  return [
    {
      ...v1.clientInfo,
      handle(call) {
        const { project, settings, apiKeys } = core.state;
        const key = apiKeys.find(call.apiKey);
        const made = key?.createdAt ?? project.createdAt;
        return json({
          client: {
            autoId: project.clientNumber,
            id: project.clientId,
            name: project.name,
            email: project.email,
            createdAt: project.createdAt,
            updatedAt: settings.subscription?.updatedAt ?? project.createdAt,
            apiKey: call.apiKey,
            ...(settings.subscription && { webhookURL: settings.subscription.url }),
            webhookSecret: settings.webhookSecret,
            triggersEnabled: true,
            plan: "local",
            isNewWebhook: settings.newWebhook,
          },
          apiKey: {
            id: key?.id ?? project.uuid,
            name: key?.name ?? "default",
            clientId: project.clientId,
            memberId: member(project).id,
            createdAt: made,
            updatedAt: made,
            key: call.apiKey,
            member: member(project),
            lastUsed: new Date(core.clock.now()).toISOString(),
            apiKey: call.apiKey,
          },
        });
      },
    },
  ];
}
