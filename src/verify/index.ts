/**
 * Verification alone, as `earshot/verify`: one maker for each sender, and what they return. There is one check
 * behind all of them; a maker is a row of data.
 */

export type { Delivery, HeaderReader, HttpFacts } from "../model/delivery.js";
export type { WebhookResponse, Source } from "../model/source.js";
export type { Origin, Verified } from "../model/verified.js";
export { type AsanaOptions, asana } from "../providers/asana.js";
export { calendly } from "../providers/calendly.js";
export { composio } from "../providers/composio.js";
export { type DiscordOptions, discord } from "../providers/discord.js";
export { github } from "../providers/github.js";
export { type GitlabOptions, gitlab } from "../providers/gitlab.js";
export { type HmacOptions, hmac } from "../providers/hmac.js";
export { type HubspotOptions, hubspot } from "../providers/hubspot.js";
export { intercom } from "../providers/intercom.js";
export { linear } from "../providers/linear.js";
export { type MetaOptions, meta } from "../providers/meta.js";
export { microsoftGraph } from "../providers/microsoft-graph.js";
export { type NotionOptions, notion } from "../providers/notion.js";
export { openai } from "../providers/openai.js";
export { paddle } from "../providers/paddle.js";
export { shopify } from "../providers/shopify.js";
export { slack } from "../providers/slack.js";
export { type SquareOptions, square } from "../providers/square.js";
export { type StandardWebhooksOptions, standardWebhooks } from "../providers/standard-webhooks.js";
export { stripe } from "../providers/stripe.js";
export { type SvixOptions, svix } from "../providers/svix.js";
export { telegram } from "../providers/telegram.js";
export { type TokenOptions, token } from "../providers/token.js";
export { type TwilioOptions, twilio } from "../providers/twilio.js";
export { typeform } from "../providers/typeform.js";
export { zendesk } from "../providers/zendesk.js";
export { zoom } from "../providers/zoom.js";
export type { Secrets } from "./secrets.js";
export type { SourceOptions } from "./source.js";
export { deliveryOf, verifyWebhook, type WebhookHeaders, type WebhookRequest } from "./webhook.js";
