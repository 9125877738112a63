/**
 * The payloads of Stripe's events, as `stripe` has them. Install it beside this package.
 *
 * @example
 * import type {} from "earshot/types/stripe";
 *
 * listener.callback({ provider: "stripe", triggerName: "invoice.paid" }, ({ payload }) => payload.data.object.customer);
 */

import type { Stripe } from "stripe";

/**
 * Without the package, everything in it is `any`: then there are no names, and a payload is a record of unknown values.
 * In brackets, since a condition on what was not found is `any` again.
 */
type IsMissing<Type> = [Type] extends [0] ? ([Type] extends [1] ? true : false) : false;

/** As a module and as CommonJS, the package names its types in two ways; the result of this method is one type. */
type StripeEvent = ReturnType<Stripe["webhooks"]["constructEvent"]>;

/** Name of the event → the whole event, as it is sent. */
export type StripeEvents = IsMissing<Stripe> extends true ? {} : { readonly [Event in StripeEvent as Event["type"]]: Event };

declare module "earshot" {
  interface SenderEvents {
    stripe: StripeEvents;
  }
}
