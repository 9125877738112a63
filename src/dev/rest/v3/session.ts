import { v3 } from "../../../protocol/rest-v3.js";
import type { PlatformContext } from "../../context.js";
import { apiKeyOf, type Endpoint } from "../../http/endpoint.js";
import { stableUuid } from "../../state/ids.js";

/** The session: the project, the key, the member; and the project's settings. */
export function sessionEndpointsV3(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v3.session,
      handle(c) {
        const { project, settings, apiKeys } = context.state;
        const { subscription } = settings;
        const key = apiKeys.find(apiKeyOf(c));
        const made = key?.createdAt ?? project.createdAt;
        const memberId = stableUuid("member");
        return c.json({
          project: {
            auto_id: project.clientNumber,
            id: project.uuid,
            org_id: stableUuid("organisation"),
            name: project.name,
            email: project.email,
            nano_id: project.id,
            created_at: project.createdAt,
            updated_at: subscription?.updatedAt ?? project.createdAt,
            webhook_url: subscription?.url ?? null,
            event_webhook_url: null,
            webhook_secret: settings.webhookSecret,
            triggers_enabled: context.triggersEnabled,
            last_subscribed_at: context.state.lastSubscribedAt,
            deleted: false,
            is_new_webhook: settings.newWebhook,
            webhook_version: subscription?.version ?? (settings.newWebhook ? "V2" : "V1"),
            org: { id: project.orgId, name: project.name, plan: "local" },
          },
          api_key: {
            auto_id: 1,
            id: key?.id ?? project.uuid,
            name: key?.name ?? "default",
            project_id: project.id,
            org_member_id: memberId,
            created_at: made,
            updated_at: made,
            deleted_at: null,
            key: apiKeyOf(c),
            deleted: false,
          },
          org_member: { id: memberId, email: project.email, name: project.name, role: "admin" },
        });
      },
    },
    {
      method: "GET",
      path: "/api/v3.1/org/project/config",
      handle: (c) =>
        c.json({
          is_2FA_enabled: context.twoFactor,
          mask_secret_keys_in_connected_account: true,
          log_visibility_setting: "show_all",
          display_name: context.state.project.name,
        }),
    },
  ];
}
