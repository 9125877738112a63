/** The sources of all webhook senders: this list is what the package exports. */

export { type AsanaOptions, asana } from "./asana.js";
export { calendly } from "./calendly.js";
export { composio } from "./composio.js";
export { type DiscordOptions, discord } from "./discord.js";
export { github } from "./github.js";
export { type GitlabOptions, gitlab } from "./gitlab.js";
export { type HmacOptions, hmac } from "./hmac.js";
export { type HubspotOptions, hubspot } from "./hubspot.js";
export { intercom } from "./intercom.js";
export { linear } from "./linear.js";
export { type MetaOptions, meta } from "./meta.js";
export { microsoftGraph } from "./microsoft-graph.js";
export { type NotionOptions, notion } from "./notion.js";
export { openai } from "./openai.js";
export { paddle } from "./paddle.js";
export { shopify } from "./shopify.js";
export { slack } from "./slack.js";
export { type SquareOptions, square } from "./square.js";
export { type StandardWebhooksOptions, standardWebhooks } from "./standard-webhooks.js";
export { stripe } from "./stripe.js";
export { type SvixOptions, svix } from "./svix.js";
export { telegram } from "./telegram.js";
export { type TokenOptions, token } from "./token.js";
export { type TwilioOptions, twilio } from "./twilio.js";
export { typeform } from "./typeform.js";
export { zendesk } from "./zendesk.js";
export { zoom } from "./zoom.js";
