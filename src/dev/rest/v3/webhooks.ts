import { v3 } from "../../../protocol/rest-v3.js";
import type { WebhookVersion } from "../../../protocol/shapes.js";
import {
  deleteWebhook,
  eventTypes,
  putWebhook,
  rotateSecret,
  type WebhookChange,
} from "../../operations/webhook-subscription.js";
import type { Core } from "../../context.js";
import { json } from "../../http/answer.js";
import { cursorPage, SHORT_PAGE } from "../../http/page.js";
import { Problem } from "../../http/problem.js";
import { type Call, type Endpoint, fieldsOf, optionalText } from "../../http/router.js";
import type { WebhookSubscription } from "../../state/project.js";

/** The project's webhook subscription: there is one at most. */
export function webhookEndpoints(core: Core): Endpoint[] {
  const shown = (subscription: WebhookSubscription) => ({
    id: subscription.id,
    webhook_url: subscription.url,
    version: subscription.version,
    enabled_events: subscription.enabledEvents,
    secret: core.state.settings.webhookSecret,
    created_at: subscription.createdAt,
    updated_at: subscription.updatedAt,
  });
  const find = (call: Call): WebhookSubscription => {
    const { subscription } = core.state.settings;
    if (subscription?.id === call.param("id")) return subscription;
    throw new Problem(404, `There is no webhook subscription ${call.param("id")}`);
  };
  return [
    {
      ...v3.webhooks,
      handle({ query }) {
        const { subscription } = core.state.settings;
        return json(cursorPage(subscription === undefined ? [] : [shown(subscription)], query, SHORT_PAGE));
      },
    },
    {
      method: "GET",
      path: "/api/v3.1/webhook_subscriptions/event_types",
      handle: () => json({ items: eventTypes }),
    },
    {
      ...v3.createWebhook,
      handle(call) {
        if (core.state.settings.subscription !== undefined) {
          throw new Problem(
            409,
            "WebhookSubscription_ResourceLimitExceeded: the project has its one subscription",
            {
              suggestion: "Change the subscription that is there, or delete it first",
            },
          );
        }
        const { url, version, enabledEvents } = changeOf(call);
        if (url === undefined) throw new Problem(400, "`webhook_url` is missing in the body");
        if (enabledEvents === undefined) throw new Problem(400, "`enabled_events` is missing in the body");
        return json(shown(putWebhook(core, { url, enabledEvents, version: version ?? "V3" })), 201);
      },
    },
    { ...v3.webhook, handle: (call) => json(shown(find(call))) },
    {
      ...v3.updateWebhook,
      handle(call) {
        find(call);
        return json(shown(putWebhook(core, changeOf(call))));
      },
    },
    {
      ...v3.deleteWebhook,
      handle(call) {
        const { id } = find(call);
        deleteWebhook(core);
        return json({ id, deleted: true });
      },
    },
    {
      ...v3.rotateWebhookSecret,
      handle(call) {
        const subscription = find(call);
        rotateSecret(core);
        return json(shown(subscription));
      },
    },
  ];
}

/** What a body wants changed. */
function changeOf(call: Call): WebhookChange {
  const { enabled_events } = fieldsOf(call);
  const url = optionalText(call, "webhook_url");
  const version = versionOf(optionalText(call, "version"));
  return {
    ...(url !== undefined && { url }),
    ...(version !== undefined && { version }),
    ...(enabled_events !== undefined && { enabledEvents: eventsOf(enabled_events) }),
  };
}

function versionOf(version: string | undefined): WebhookVersion | undefined {
  if (version === undefined || version === "V1" || version === "V2" || version === "V3") return version;
  throw new Problem(400, `\`version\` is V1, V2 or V3, not ${JSON.stringify(version)}`);
}

function eventsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new Problem(400, "`enabled_events` is an array of at least one event type");
  }
  return value.map(String);
}
