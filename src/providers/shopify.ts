import type { Scheme } from "../verify/scheme.js";
import type { EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

export const shopifyScheme: Scheme = {
  provider: "shopify",
  // A product of 2,048 variants, an order with all its lines. No limit is documented.
  maxBodyBytes: 25 * 1024 * 1024,
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
  // `product_listings/remove` has only the id of a product, which may be listed and removed again.
  // https://shopify.dev/docs/api/webhooks: other topics have an id of their own, or the time of the change.
  read: ({ id, updated_at }, { eventName }) => ({
    name: eventName,
    repeats: id === undefined && updated_at === undefined,
  }),
  bodyKey: "by-name",
};

/**
 * Shopify: the app's client secret, or the store's webhook secret. Nothing that is signed has a time, and the
 * webhook's id and topic are not signed.
 */
export const shopify = sender({
  title: "Shopify",
  docs: "https://shopify.dev/docs/apps/build/webhooks/subscribe/https",
  checked: "the vendor's page",
  setup:
    "The client secret of the app, or the secret under Settings › Notifications › Webhooks of the store.",
  identity: "webhook id and digest; topic and body run once",
  scheme: shopifyScheme,
  events: shopifyEvents,
});
