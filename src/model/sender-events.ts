import type { TriggerEvent } from "./event.js";
import type { JsonObject } from "./json.js";

/**
 * Provider → name of an event → payload, for senders of webhooks. It is empty until `earshot/types/github`,
 * `earshot/types/stripe` or `earshot/types/slack` is imported, or you add a sender, in a file that is a module.
 *
 * @example
 * declare module "earshot" {
 *   interface SenderEvents {
 *     acme: { "order.placed": { orderId: string } };
 *   }
 * }
 *
 * export {};
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface SenderEvents {}

/** The names of a sender's events that the types know. */
export type SenderEventName<Provider extends keyof SenderEvents> = keyof SenderEvents[Provider] & string;

/** The payload of a sender's event; a record of `unknown` where the types do not know it. */
export type SenderPayloadOf<
  Provider extends string,
  Name extends string,
> = Provider extends keyof SenderEvents
  ? Name extends keyof SenderEvents[Provider]
    ? SenderEvents[Provider][Name]
    : JsonObject
  : JsonObject;

/** A sender's event. For a union of names, a union of events that `triggerName` tells apart. */
export type SenderEventOf<Provider extends string, Name extends string> = Name extends string
  ? TriggerEvent<SenderPayloadOf<Provider, Name>, Name>
  : never;
