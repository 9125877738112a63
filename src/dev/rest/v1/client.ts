import { v1 } from "../../../protocol/rest-v1.js";
import type { PlatformContext } from "../../context.js";
import { apiKeyOf, type Endpoint } from "../../http/endpoint.js";
import { member } from "./member.js";

/** Who am I: the client, which generation 3 calls the project, and the key. */
export function clientEndpoints(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v1.clientInfo,
      handle(c) {
        const { project, settings, apiKeys } = context.state;
        const key = apiKeys.find(apiKeyOf(c));
        const made = key?.createdAt ?? project.createdAt;
        return c.json({
          client: {
            autoId: project.clientNumber,
            id: project.clientId,
            name: project.name,
            email: project.email,
            createdAt: project.createdAt,
            updatedAt: settings.subscription?.updatedAt ?? project.createdAt,
            apiKey: apiKeyOf(c),
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
            key: apiKeyOf(c),
            member: member(project),
            lastUsed: new Date(context.clock.now()).toISOString(),
            apiKey: apiKeyOf(c),
          },
        });
      },
    },
  ];
}
