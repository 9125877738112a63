import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import type { EventFormat } from "./event-format.js";

export const shopifyScheme: Scheme = {
  provider: "shopify",
  signature: {
    form: "plain",
    header: "x-shopify-hmac-sha256",
    algorithm: "hmac-sha256",
    encoding: "base64",
  },
  id: "x-shopify-webhook-id",
  eventName: "x-shopify-topic",
};

export const shopifyEvents: EventFormat = {
  read: (_body, { eventName }) => ({ name: eventName }),
  bodyKey: "by-name",
};

/**
 * Shopify: the app's client secret, or the store's webhook secret. Nothing that is signed has a time, and the
 * webhook's id and topic are not signed.
 * https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function shopify(options: SourceOptions): Source {
  sourceOptions("shopify", options);
  return sourceOf(shopifyScheme, options);
}
