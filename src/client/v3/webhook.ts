import { ApiError, EarshotError } from "../../base/errors.js";
import type { JsonObject } from "../../model/json.js";
import { v3, type WebhookBodyV3 } from "../../protocol/rest-v3.js";
import { V3_TRIGGER_MESSAGE } from "../../protocol/shapes.js";
import type { SubscriptionRequest, WebhookCalls } from "../api-adapter.js";
import { badResponse } from "../api-error.js";
import { itemsIn, objectIn, objectOf, optionalText, requiredText, withHidden } from "../read.js";
import type { Requester } from "../request.js";
import type { Webhook, WebhookEventType } from "../types.js";

type Signal = AbortSignal | undefined;

/** A project has one webhook subscription, or none. */
export function webhookCallsV3(requester: Requester): WebhookCalls {
  async function subscription(signal: Signal): Promise<JsonObject | undefined> {
    const what = "the webhook subscriptions";
    const response = objectIn(await requester.call(v3.webhooks, {}, { signal }), what);
    return itemsIn(response.items, what, readKnown, (warning) => requester.warn(warning))[0];
  }

  async function update(
    known: JsonObject,
    body: Partial<WebhookBodyV3>,
    { events, alsoEvents }: SubscriptionRequest,
    signal: Signal,
  ): Promise<JsonObject> {
    const id = requiredText(known, "id", "the webhook subscription");
    const current = textsOf(known.enabled_events);
    // The platform sends only subscribed events: without trigger events it would send none.
    const wanted = events ?? [...new Set([...current, V3_TRIGGER_MESSAGE, ...alsoEvents])];
    const isChanged = wanted.length !== current.length || wanted.some((one) => !current.includes(one));
    const json = { ...body, ...(isChanged && { enabled_events: wanted }) };
    return objectIn(
      await requester.call(v3.updateWebhook, { id }, { json, signal }),
      "the webhook subscription",
    );
  }

  async function create(url: string, settings: SubscriptionRequest, signal: Signal): Promise<JsonObject> {
    const { version = "V3", events, alsoEvents } = settings;
    const enabled_events = events ?? [...new Set([V3_TRIGGER_MESSAGE, ...alsoEvents])];
    const json: WebhookBodyV3 = { webhook_url: url, enabled_events, version };
    try {
      return objectIn(
        await requester.call(v3.createWebhook, {}, { json, signal }),
        "the webhook subscription",
      );
    } catch (error) {
      // Another process may have created one, or the response was lost: an existing one is updated.
      const known = error instanceof ApiError ? await subscription(signal) : undefined;
      if (known === undefined) throw error;
      return update(known, { webhook_url: url, version }, settings, signal);
    }
  }

  return {
    async current(signal) {
      const known = await subscription(signal);
      const url = optionalText(known?.webhook_url);
      const secret = optionalText(known?.secret);
      if (known !== undefined && secret !== undefined) return { url, secret };
      const session = objectIn(await requester.call(v3.session, {}, { signal }), "the session");
      // Older projects have their webhook here, and so does a secret that lists leave out.
      const project = objectOf(session.project);
      return {
        url: url ?? optionalText(project.webhook_url),
        secret: secret ?? optionalText(project.webhook_secret),
      };
    },

    async set(url, settings, signal) {
      const known = await subscription(signal);
      const { version } = settings;
      const now =
        known === undefined
          ? await create(url, settings, signal)
          : await update(known, { webhook_url: url, ...(version && { version }) }, settings, signal);
      const replaced = optionalText(known?.webhook_url);
      return readWebhook(now, replaced);
    },

    async eventTypes(signal) {
      const what = "the event types of webhooks";
      const response = objectIn(await requester.call(v3.webhookEventTypes, {}, { signal }), what);
      const read = (item: JsonObject): WebhookEventType => ({
        type: requiredText(item, "event_type", what),
        description: optionalText(item.description) ?? "",
        versions: textsOf(item.supported_versions),
      });
      return itemsIn(response.items, what, read, (warning) => requester.warn(warning));
    },

    async delete(signal) {
      const known = await subscription(signal);
      if (known === undefined) return;
      const id = requiredText(known, "id", "the webhook subscription");
      const settled = (status: number) => status === 404 || status === 410;
      await requester.call(v3.deleteWebhook, { id }, { settled, signal });
    },

    async rotateSecret(signal) {
      const known = await subscription(signal);
      if (known === undefined) {
        throw new EarshotError(
          "ERR_NOT_FOUND",
          "There is no webhook whose secret could be rotated: set its URL first.",
        );
      }
      const id = requiredText(known, "id", "the webhook subscription");
      const response = objectIn(
        await requester.call(v3.rotateWebhookSecret, { id }, { signal }),
        "the rotated secret",
      );
      const secret = optionalText(response.secret);
      if (secret === undefined) throw badResponse("rotating the webhook's secret", "has no `secret`");
      return secret;
    },
  };
}

function textsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((one): one is string => typeof one === "string") : [];
}

/** A subscription without an id can be neither changed nor deleted. */
function readKnown(from: JsonObject): JsonObject {
  requiredText(from, "id", "the webhook subscriptions");
  return from;
}

function readWebhook(from: JsonObject, replaced: string | undefined): Webhook {
  const version = optionalText(from.version);
  return withHidden(
    {
      url: requiredText(from, "webhook_url", "the webhook subscription"),
      version: version === "V1" || version === "V2" || version === "V3" ? version : undefined,
      events: textsOf(from.enabled_events),
      replaced,
    },
    "secret",
    optionalText(from.secret),
  );
}
