import { anything, flag, nullable, optional, record, text, triggersOf, whole } from "../fields.js";

/** https://docs.stripe.com/api/events/object, with the object that the event is about. */
const stripeEvent = (type: string, object: Record<string, unknown>) => ({
  event_type: text("The event's type in Stripe's words.", type),
  body: record("The event as Stripe sends it.", {
    id: text("The event's id.", "evt_1R1a2B3c4D5e6F7g8H9i0J1k"),
    object: text("What this is.", "event"),
    type: text("The event's type.", type),
    created: whole("When, in Unix seconds.", 1_741_701_909),
    livemode: flag("False for a test.", false),
    api_version: nullable(text("The API version that `data` is in.", "2025-02-24.acacia")),
    pending_webhooks: optional(whole("Deliveries of it that are still to be made.", 1)),
    data: record("What it is about.", {
      object: anything("The object, as it is after the event.", object),
      previous_attributes: optional(anything("What was changed, as it was before.", {})),
    }),
  }),
});

const instructions = "The connected account needs the right to manage webhook endpoints.";
const customer = "cus_RvAbCdEfGhIjKl";

export const stripeTriggers = () =>
  triggersOf(
    { name: "stripe", displayName: "Stripe", version: "20250930_00" },
    {
      STRIPE_PAYMENT_FAILED_TRIGGER: {
        displayName: "Payment failed",
        description: "Fires when an attempt to pay a payment intent fails.",
        instructions,
        config: {},
        payload: stripeEvent("payment_intent.payment_failed", {
          id: "pi_3R1a2B3c4D5e6F7g",
          object: "payment_intent",
          amount: 2500,
          currency: "eur",
          customer,
          status: "requires_payment_method",
          last_payment_error: { code: "card_declined", message: "Your card was declined." },
        }),
      },
      STRIPE_CHARGE_FAILED_TRIGGER: {
        displayName: "Charge failed",
        description: "Fires when a charge fails.",
        instructions,
        config: {},
        payload: stripeEvent("charge.failed", {
          id: "ch_3R1a2B3c4D5e6F7g",
          object: "charge",
          amount: 2500,
          currency: "eur",
          customer,
          status: "failed",
          failure_code: "card_declined",
        }),
      },
      STRIPE_INVOICE_PAYMENT_SUCCEEDED_TRIGGER: {
        displayName: "Invoice paid",
        description: "Fires when the payment of an invoice succeeds.",
        instructions,
        config: {},
        payload: stripeEvent("invoice.payment_succeeded", {
          id: "in_1R1a2B3c4D5e6F7g",
          object: "invoice",
          amount_paid: 2500,
          currency: "eur",
          customer,
          number: "A1B2C3D4-0001",
          status: "paid",
        }),
      },
      STRIPE_CHECKOUT_SESSION_COMPLETED_TRIGGER: {
        displayName: "Checkout completed",
        description: "Fires when a checkout session is completed.",
        instructions,
        config: {},
        payload: stripeEvent("checkout.session.completed", {
          id: "cs_test_a1B2c3D4e5F6",
          object: "checkout.session",
          amount_total: 2500,
          currency: "eur",
          customer,
          payment_status: "paid",
        }),
      },
      STRIPE_SUBSCRIPTION_ADDED_TRIGGER: {
        displayName: "Subscription added",
        description: "Fires when a customer gets a subscription.",
        instructions,
        config: {},
        payload: stripeEvent("customer.subscription.created", {
          id: "sub_1R1a2B3c4D5e6F7g",
          object: "subscription",
          customer,
          status: "active",
        }),
      },
      STRIPE_SUBSCRIPTION_DELETED_TRIGGER: {
        displayName: "Subscription ended",
        description: "Fires when a subscription ends.",
        instructions,
        config: {},
        payload: stripeEvent("customer.subscription.deleted", {
          id: "sub_1R1a2B3c4D5e6F7g",
          object: "subscription",
          customer,
          status: "canceled",
        }),
      },
      STRIPE_PRODUCT_CREATED_TRIGGER: {
        displayName: "Product created",
        description: "Fires when a product is created.",
        instructions,
        config: {},
        payload: stripeEvent("product.created", {
          id: "prod_RvAbCdEfGhIjKl",
          object: "product",
          name: "Sourdough, weekly",
          active: true,
        }),
      },
    },
  );
