import {
  ACCOUNT_EXPIRED,
  TRIGGER_DISABLED,
  V3_TRIGGER_MESSAGE,
  type WebhookVersion,
} from "../../protocol/shapes.js";
import { nowIso, type PlatformContext } from "../context.js";
import { HttpProblem } from "../http/http-problem.js";
import type { WebhookSubscription } from "../state/project.js";
import { targetProblem } from "../webhooks/target.js";

/** The event types that a subscription can ask for, and the shapes they come in. */
export const eventTypes = [
  {
    event_type: V3_TRIGGER_MESSAGE,
    description: "A trigger fired.",
    supported_versions: ["V1", "V2", "V3"],
  },
  {
    event_type: ACCOUNT_EXPIRED,
    description: "The authorization of a connected account ran out.",
    supported_versions: ["V3"],
  },
  {
    event_type: TRIGGER_DISABLED,
    description: "The platform disabled a trigger instance.",
    supported_versions: ["V3"],
  },
] as const;

/** A part of a subscription that is to change. */
export interface WebhookChange {
  readonly url?: string | undefined;
  readonly version?: WebhookVersion | undefined;
  readonly enabledEvents?: readonly string[] | undefined;
}

/**
 * Makes the project's subscription, or changes it.
 *
 * @throws HttpProblem 400 for a URL that webhooks may not go to, or an event type that does not come in the version
 */
export function putWebhook(context: PlatformContext, change: WebhookChange): WebhookSubscription {
  const { settings } = context.state;
  const known = settings.subscription;
  const url = change.url ?? known?.url;
  if (url === undefined) throw new HttpProblem(400, "The webhook's URL is missing");
  const problem = targetProblem(url, context.allowRemoteWebhooks);
  if (problem !== undefined) {
    throw new HttpProblem(400, `The webhook's URL cannot be used: ${problem}`, { errors: [problem] });
  }
  const version = change.version ?? known?.version ?? (settings.newWebhook ? "V2" : "V1");
  const enabledEvents = change.enabledEvents ?? known?.enabledEvents ?? [V3_TRIGGER_MESSAGE];
  for (const name of enabledEvents) checkEvent(name, version);
  const now = nowIso(context);
  const subscription: WebhookSubscription = {
    id: known?.id ?? context.ids.nano("ws"),
    url,
    version,
    enabledEvents,
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
  };
  context.state.settings = { ...settings, subscription };
  context.bus.emit({ type: "webhook", url });
  return subscription;
}

/** Ends webhooks; the secret stays, for the next subscription. */
export function deleteWebhook(context: PlatformContext): void {
  context.state.settings = { ...context.state.settings, subscription: undefined };
  context.bus.emit({ type: "webhook", url: undefined });
}

/** Generation 1's choice of the shape: V2 where new, V1 where not; it changes a subscription that is there. */
export function setWebhookFormat(context: PlatformContext, newWebhook: boolean): void {
  const { settings } = context.state;
  const { subscription } = settings;
  context.state.settings = {
    ...settings,
    newWebhook,
    subscription: subscription && {
      ...subscription,
      version: newWebhook ? "V2" : "V1",
      updatedAt: nowIso(context),
    },
  };
}

export function rotateSecret(context: PlatformContext): void {
  context.state.settings = { ...context.state.settings, webhookSecret: context.ids.secret(32) };
}

function checkEvent(name: string, version: WebhookVersion): void {
  const type = eventTypes.find(({ event_type }) => event_type === name);
  if (type === undefined) {
    const known = eventTypes.map(({ event_type }) => event_type).join(" and ");
    throw new HttpProblem(400, `There is no event type ${JSON.stringify(name)}; there are ${known}`);
  }
  if (!type.supported_versions.some((one) => one === version)) {
    throw new HttpProblem(400, `${name} does not come in version ${version}`);
  }
}
