// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface StripeTriggers {
  /** Charge failed. Fires when a charge fails. */
  STRIPE_CHARGE_FAILED_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * The event's type in Stripe's words.
       * @example "charge.failed"
       */
      event_type: string;
      /** The event as Stripe sends it. */
      body: {
        /**
         * The event's id.
         * @example "evt_1R1a2B3c4D5e6F7g8H9i0J1k"
         */
        id: string;
        /**
         * What this is.
         * @example "event"
         */
        object: string;
        /**
         * The event's type.
         * @example "charge.failed"
         */
        type: string;
        /**
         * When, in Unix seconds.
         * @example 1741701909
         */
        created: number;
        /**
         * False for a test.
         * @example false
         */
        livemode: boolean;
        /**
         * The API version that `data` is in.
         * @example "2025-02-24.acacia"
         */
        api_version: string | null;
        /**
         * Deliveries of it that are still to be made.
         * @example 1
         */
        pending_webhooks?: number | undefined;
        /** What it is about. */
        data: {
          /** The object, as it is after the event. */
          object: Record<string, unknown>;
          /** What was changed, as it was before. */
          previous_attributes?: Record<string, unknown> | undefined;
        };
      };
    };
  };
  /** Checkout completed. Fires when a checkout session is completed. */
  STRIPE_CHECKOUT_SESSION_COMPLETED_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * The event's type in Stripe's words.
       * @example "checkout.session.completed"
       */
      event_type: string;
      /** The event as Stripe sends it. */
      body: {
        /**
         * The event's id.
         * @example "evt_1R1a2B3c4D5e6F7g8H9i0J1k"
         */
        id: string;
        /**
         * What this is.
         * @example "event"
         */
        object: string;
        /**
         * The event's type.
         * @example "checkout.session.completed"
         */
        type: string;
        /**
         * When, in Unix seconds.
         * @example 1741701909
         */
        created: number;
        /**
         * False for a test.
         * @example false
         */
        livemode: boolean;
        /**
         * The API version that `data` is in.
         * @example "2025-02-24.acacia"
         */
        api_version: string | null;
        /**
         * Deliveries of it that are still to be made.
         * @example 1
         */
        pending_webhooks?: number | undefined;
        /** What it is about. */
        data: {
          /** The object, as it is after the event. */
          object: Record<string, unknown>;
          /** What was changed, as it was before. */
          previous_attributes?: Record<string, unknown> | undefined;
        };
      };
    };
  };
  /** Invoice paid. Fires when the payment of an invoice succeeds. */
  STRIPE_INVOICE_PAYMENT_SUCCEEDED_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * The event's type in Stripe's words.
       * @example "invoice.payment_succeeded"
       */
      event_type: string;
      /** The event as Stripe sends it. */
      body: {
        /**
         * The event's id.
         * @example "evt_1R1a2B3c4D5e6F7g8H9i0J1k"
         */
        id: string;
        /**
         * What this is.
         * @example "event"
         */
        object: string;
        /**
         * The event's type.
         * @example "invoice.payment_succeeded"
         */
        type: string;
        /**
         * When, in Unix seconds.
         * @example 1741701909
         */
        created: number;
        /**
         * False for a test.
         * @example false
         */
        livemode: boolean;
        /**
         * The API version that `data` is in.
         * @example "2025-02-24.acacia"
         */
        api_version: string | null;
        /**
         * Deliveries of it that are still to be made.
         * @example 1
         */
        pending_webhooks?: number | undefined;
        /** What it is about. */
        data: {
          /** The object, as it is after the event. */
          object: Record<string, unknown>;
          /** What was changed, as it was before. */
          previous_attributes?: Record<string, unknown> | undefined;
        };
      };
    };
  };
  /** Payment failed. Fires when an attempt to pay a payment intent fails. */
  STRIPE_PAYMENT_FAILED_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * The event's type in Stripe's words.
       * @example "payment_intent.payment_failed"
       */
      event_type: string;
      /** The event as Stripe sends it. */
      body: {
        /**
         * The event's id.
         * @example "evt_1R1a2B3c4D5e6F7g8H9i0J1k"
         */
        id: string;
        /**
         * What this is.
         * @example "event"
         */
        object: string;
        /**
         * The event's type.
         * @example "payment_intent.payment_failed"
         */
        type: string;
        /**
         * When, in Unix seconds.
         * @example 1741701909
         */
        created: number;
        /**
         * False for a test.
         * @example false
         */
        livemode: boolean;
        /**
         * The API version that `data` is in.
         * @example "2025-02-24.acacia"
         */
        api_version: string | null;
        /**
         * Deliveries of it that are still to be made.
         * @example 1
         */
        pending_webhooks?: number | undefined;
        /** What it is about. */
        data: {
          /** The object, as it is after the event. */
          object: Record<string, unknown>;
          /** What was changed, as it was before. */
          previous_attributes?: Record<string, unknown> | undefined;
        };
      };
    };
  };
  /** Product created. Fires when a product is created. */
  STRIPE_PRODUCT_CREATED_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * The event's type in Stripe's words.
       * @example "product.created"
       */
      event_type: string;
      /** The event as Stripe sends it. */
      body: {
        /**
         * The event's id.
         * @example "evt_1R1a2B3c4D5e6F7g8H9i0J1k"
         */
        id: string;
        /**
         * What this is.
         * @example "event"
         */
        object: string;
        /**
         * The event's type.
         * @example "product.created"
         */
        type: string;
        /**
         * When, in Unix seconds.
         * @example 1741701909
         */
        created: number;
        /**
         * False for a test.
         * @example false
         */
        livemode: boolean;
        /**
         * The API version that `data` is in.
         * @example "2025-02-24.acacia"
         */
        api_version: string | null;
        /**
         * Deliveries of it that are still to be made.
         * @example 1
         */
        pending_webhooks?: number | undefined;
        /** What it is about. */
        data: {
          /** The object, as it is after the event. */
          object: Record<string, unknown>;
          /** What was changed, as it was before. */
          previous_attributes?: Record<string, unknown> | undefined;
        };
      };
    };
  };
  /** Subscription added. Fires when a customer gets a subscription. */
  STRIPE_SUBSCRIPTION_ADDED_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * The event's type in Stripe's words.
       * @example "customer.subscription.created"
       */
      event_type: string;
      /** The event as Stripe sends it. */
      body: {
        /**
         * The event's id.
         * @example "evt_1R1a2B3c4D5e6F7g8H9i0J1k"
         */
        id: string;
        /**
         * What this is.
         * @example "event"
         */
        object: string;
        /**
         * The event's type.
         * @example "customer.subscription.created"
         */
        type: string;
        /**
         * When, in Unix seconds.
         * @example 1741701909
         */
        created: number;
        /**
         * False for a test.
         * @example false
         */
        livemode: boolean;
        /**
         * The API version that `data` is in.
         * @example "2025-02-24.acacia"
         */
        api_version: string | null;
        /**
         * Deliveries of it that are still to be made.
         * @example 1
         */
        pending_webhooks?: number | undefined;
        /** What it is about. */
        data: {
          /** The object, as it is after the event. */
          object: Record<string, unknown>;
          /** What was changed, as it was before. */
          previous_attributes?: Record<string, unknown> | undefined;
        };
      };
    };
  };
  /** Subscription ended. Fires when a subscription ends. */
  STRIPE_SUBSCRIPTION_DELETED_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * The event's type in Stripe's words.
       * @example "customer.subscription.deleted"
       */
      event_type: string;
      /** The event as Stripe sends it. */
      body: {
        /**
         * The event's id.
         * @example "evt_1R1a2B3c4D5e6F7g8H9i0J1k"
         */
        id: string;
        /**
         * What this is.
         * @example "event"
         */
        object: string;
        /**
         * The event's type.
         * @example "customer.subscription.deleted"
         */
        type: string;
        /**
         * When, in Unix seconds.
         * @example 1741701909
         */
        created: number;
        /**
         * False for a test.
         * @example false
         */
        livemode: boolean;
        /**
         * The API version that `data` is in.
         * @example "2025-02-24.acacia"
         */
        api_version: string | null;
        /**
         * Deliveries of it that are still to be made.
         * @example 1
         */
        pending_webhooks?: number | undefined;
        /** What it is about. */
        data: {
          /** The object, as it is after the event. */
          object: Record<string, unknown>;
          /** What was changed, as it was before. */
          previous_attributes?: Record<string, unknown> | undefined;
        };
      };
    };
  };
}
