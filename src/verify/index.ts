/**
 * Verification without a listener, as `earshot/verify`: one function for each webhook sender, which returns a source.
 * All share one check; a sender is data.
 */

export type { Delivery, HeaderReader, HttpFacts } from "../model/delivery.js";
export type { RouteResponse, StoredDelivery } from "../model/respond.js";
export type { Source, SourceEvent, VerifiedRequest, WebhookResponse } from "../model/source.js";
export type { Origin, Verified } from "../model/verified.js";
export { describeSender, type SenderDescription } from "../providers/describe-sender.js";
export { senderDefinitions } from "../providers/event-formats.js";
export * from "../providers/index.js";
export {
  type AcceptedRequest,
  defineSource,
  reject,
  type SourceDefinition,
  type SourceRequest,
  type VerifiedFacts,
  verified,
} from "./define-source.js";
export type { Secrets } from "./keys.js";
export type { RejectionCode } from "./outcome.js";
export type { SourceOptions } from "./source.js";
export { deliveryOf, verifyWebhook, type WebhookHeaders, type WebhookRequest } from "./webhook.js";
