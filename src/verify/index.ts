/**
 * Verification alone, as `earshot/verify`: one maker for each sender, and what they return. There is one check
 * behind all of them; a maker is a row of data.
 */

export type { Delivery, HeaderReader, HttpFacts } from "../model/delivery.js";
export type { Answer, Source } from "../model/source.js";
export type { Origin, Verified } from "../model/verified.js";
export { type AsanaOptions, asana } from "./schemes/asana.js";
export { calendly } from "./schemes/calendly.js";
export { composio } from "./schemes/composio.js";
export { type DiscordOptions, discord } from "./schemes/discord.js";
export { github } from "./schemes/github.js";
export { type GitlabOptions, gitlab } from "./schemes/gitlab.js";
export { type HmacOptions, hmac } from "./schemes/hmac.js";
export { type HubspotOptions, hubspot } from "./schemes/hubspot.js";
export { intercom } from "./schemes/intercom.js";
export { linear } from "./schemes/linear.js";
export { type MetaOptions, meta } from "./schemes/meta.js";
export { microsoftGraph } from "./schemes/microsoft-graph.js";
export { type NotionOptions, notion } from "./schemes/notion.js";
export { openai } from "./schemes/openai.js";
export { paddle } from "./schemes/paddle.js";
export { shopify } from "./schemes/shopify.js";
export { slack } from "./schemes/slack.js";
export { type SquareOptions, square } from "./schemes/square.js";
export { type StandardWebhooksOptions, standardWebhooks } from "./schemes/standard-webhooks.js";
export { stripe } from "./schemes/stripe.js";
export { type SvixOptions, svix } from "./schemes/svix.js";
export { telegram } from "./schemes/telegram.js";
export { type TokenOptions, token } from "./schemes/token.js";
export { type TwilioOptions, twilio } from "./schemes/twilio.js";
export { typeform } from "./schemes/typeform.js";
export { zendesk } from "./schemes/zendesk.js";
export { zoom } from "./schemes/zoom.js";
export type { Secrets } from "./secrets.js";
export type { SourceOptions } from "./source.js";
export { deliveryOf, verifyWebhook, type WebhookHeaders, type WebhookRequest } from "./webhook.js";
