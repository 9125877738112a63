/**
 * Verification without a listener, as `earshot/verify`: one function for each webhook sender, which returns a source.
 * All share one check; a sender is data.
 */

export type { Delivery, HeaderReader, HttpFacts } from "../model/delivery.js";
export type { Source, WebhookResponse } from "../model/source.js";
export type { Origin, Verified } from "../model/verified.js";
export * from "../providers/index.js";
export type { Secrets } from "./keys.js";
export type { SourceOptions } from "./source.js";
export { deliveryOf, verifyWebhook, type WebhookHeaders, type WebhookRequest } from "./webhook.js";
