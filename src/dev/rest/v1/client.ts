import { v1 } from "../../../protocol/rest-v1.js";
import type { PlatformContext } from "../../context.js";
import { apiKeyOf, type Endpoint } from "../../http/endpoint.js";
import { stableUuid } from "../../state/ids.js";
import type { Project } from "../../state/project.js";

/** The session: the client, which generation 3 calls the project, and the key. */
export function clientEndpointsV1(context: PlatformContext): Endpoint[] {
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
            triggersEnabled: context.triggersEnabled,
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

/** The one member that the project's organisation has. */
export function member(project: Project) {
  return {
    id: stableUuid("member"),
    orgId: stableUuid("organisation"),
    email: project.email,
    name: project.name,
    role: "admin",
    createdAt: project.createdAt,
    updatedAt: project.createdAt,
  };
}
