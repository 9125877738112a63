import { v3 } from "../../../protocol/rest-v3.js";
import type { WebhookVersion } from "../../../protocol/shapes.js";
import type { PlatformContext } from "../../context.js";
import { type Call, type Endpoint, fieldsOf, optionalString, param, queryOf } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { cursorPage, SHORT_PAGE } from "../../http/page.js";
import {
  deleteWebhook,
  eventTypes,
  putWebhook,
  rotateSecret,
  type WebhookChange,
} from "../../operations/webhook-subscription.js";
import type { WebhookSubscription } from "../../state/project.js";

/** The project's webhook subscription: there is one at most. */
export function webhookEndpointsV3(context: PlatformContext): Endpoint[] {
  const shown = (subscription: WebhookSubscription) => ({
    id: subscription.id,
    webhook_url: subscription.url,
    version: subscription.version,
    enabled_events: subscription.enabledEvents,
    secret: context.state.settings.webhookSecret,
    created_at: subscription.createdAt,
    updated_at: subscription.updatedAt,
  });
  const find = (c: Call): WebhookSubscription => {
    const { subscription } = context.state.settings;
    if (subscription?.id === param(c, "id")) return subscription;
    throw new HttpProblem(404, `There is no webhook subscription ${param(c, "id")}`);
  };
  return [
    {
      ...v3.webhooks,
      handle(c) {
        const query = queryOf(c);
        const { subscription } = context.state.settings;
        return c.json(cursorPage(subscription === undefined ? [] : [shown(subscription)], query, SHORT_PAGE));
      },
    },
    { ...v3.webhookEventTypes, handle: (c) => c.json({ items: eventTypes }) },
    {
      ...v3.createWebhook,
      handle(c) {
        if (context.state.settings.subscription !== undefined) {
          throw new HttpProblem(
            409,
            "WebhookSubscription_ResourceLimitExceeded: the project has its one subscription",
            {
              suggestion: "Change the subscription that is there, or delete it first",
            },
          );
        }
        const { url, version, enabledEvents } = changeOf(c);
        if (url === undefined) throw new HttpProblem(400, "`webhook_url` is missing in the body");
        if (enabledEvents === undefined)
          throw new HttpProblem(400, "`enabled_events` is missing in the body");
        return c.json(shown(putWebhook(context, { url, enabledEvents, version: version ?? "V3" })), 201);
      },
    },
    { ...v3.webhook, handle: (c) => c.json(shown(find(c))) },
    {
      ...v3.updateWebhook,
      handle(c) {
        find(c);
        return c.json(shown(putWebhook(context, changeOf(c))));
      },
    },
    {
      ...v3.deleteWebhook,
      handle(c) {
        const { id } = find(c);
        deleteWebhook(context);
        return c.json({ id, deleted: true });
      },
    },
    {
      ...v3.rotateWebhookSecret,
      handle(c) {
        const subscription = find(c);
        rotateSecret(context);
        return c.json(shown(subscription));
      },
    },
  ];
}

/** What a body wants changed. */
function changeOf(c: Call): WebhookChange {
  const { enabled_events } = fieldsOf(c);
  const url = optionalString(c, "webhook_url");
  const version = versionOf(optionalString(c, "version"));
  return {
    ...(url !== undefined && { url }),
    ...(version !== undefined && { version }),
    ...(enabled_events !== undefined && { enabledEvents: eventsOf(enabled_events) }),
  };
}

function versionOf(version: string | undefined): WebhookVersion | undefined {
  if (version === undefined || version === "V1" || version === "V2" || version === "V3") return version;
  throw new HttpProblem(400, `\`version\` is V1, V2 or V3, not ${JSON.stringify(version)}`);
}

function eventsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new HttpProblem(400, "`enabled_events` is an array of at least one event type");
  }
  return value.map(String);
}
