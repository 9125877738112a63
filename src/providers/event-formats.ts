import { isJsonObject } from "../model/json.js";
import type { Origin } from "../model/verified.js";
import { asanaEvents } from "./asana.js";
import { calendlyEvents } from "./calendly.js";
import { discordEvents } from "./discord.js";
import { anyFormat, type EventFacts, type EventFormat, firstObject, listOf } from "./event-format.js";
import { githubEvents } from "./github.js";
import { gitlabEvents } from "./gitlab.js";
import { hubspotEvents } from "./hubspot.js";
import { intercomEvents } from "./intercom.js";
import { linearEvents } from "./linear.js";
import { metaEvents } from "./meta.js";
import { microsoftGraphEvents } from "./microsoft-graph.js";
import { notionEvents } from "./notion.js";
import { openaiEvents } from "./openai.js";
import { paddleEvents } from "./paddle.js";
import { shopifyEvents } from "./shopify.js";
import { slackEvents } from "./slack.js";
import { squareEvents } from "./square.js";
import { stripeEvents } from "./stripe.js";
import { telegramEvents } from "./telegram.js";
import { twilioEvents } from "./twilio.js";
import { typeformEvents } from "./typeform.js";
import { zendeskEvents } from "./zendesk.js";
import { zoomEvents } from "./zoom.js";

/** How each sender writes its events, by the `provider` of its sources. Other senders have {@link anyFormat}. */
export const eventFormats: ReadonlyMap<string, EventFormat> = new Map<string, EventFormat>([
  ["asana", asanaEvents],
  ["calendly", calendlyEvents],
  ["discord", discordEvents],
  ["github", githubEvents],
  ["gitlab", gitlabEvents],
  ["hubspot", hubspotEvents],
  ["intercom", intercomEvents],
  ["linear", linearEvents],
  ["meta", metaEvents],
  ["microsoft-graph", microsoftGraphEvents],
  ["notion", notionEvents],
  ["openai", openaiEvents],
  ["paddle", paddleEvents],
  ["shopify", shopifyEvents],
  ["slack", slackEvents],
  ["square", squareEvents],
  ["stripe", stripeEvents],
  ["telegram", telegramEvents],
  ["twilio", twilioEvents],
  ["typeform", typeformEvents],
  ["zendesk", zendeskEvents],
  ["zoom", zoomEvents],
]);

/**
 * The events that a delivery lists, each as a separate body. A list without an object in it is one event.
 *
 * @returns `undefined` where the body is one event
 */
export function splitEvents(provider: string, body: unknown): readonly unknown[] | undefined {
  if (Array.isArray(body)) return listOf(body);
  if (!isJsonObject(body)) return undefined;
  const events = eventFormats.get(provider)?.split?.(body);
  return events === undefined || events.length === 0 ? undefined : events;
}

/** A direct sender's event: its name, and what tells it from others. */
export interface ProviderEvent {
  readonly triggerName: string;
  /** An id in the body, signed with it. */
  readonly id: string | undefined;
  readonly timestamp: Date | undefined;
}

/**
 * Reads one event of a direct sender's webhook.
 *
 * @param value the parsed body, or the element of its list, of any type
 */
export function readEvent(origin: Origin, value: unknown): ProviderEvent {
  // A list that was not split is named by its first element.
  const body = Array.isArray(value) ? firstObject(value) : value;
  const format = eventFormats.get(origin.provider) ?? anyFormat;
  const facts: EventFacts = isJsonObject(body) ? format.read(body, origin) : {};
  return {
    triggerName: facts.name ?? origin.eventName ?? origin.provider,
    id: facts.id,
    timestamp: facts.at,
  };
}
