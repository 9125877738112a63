// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface HubspotTriggers {
  /** Contact created. Fires when a contact is created. */
  HUBSPOT_CONTACT_CREATED_TRIGGER: {
    config: {
      /**
       * The id of the HubSpot app that owns the subscription.
       * @example "1160452"
       */
      app_id: string;
      /**
       * The API key of the developer account.
       * @example "00000000-0000-0000-0000-000000000000"
       */
      developer_api_key: string;
    };
    payload: {
      /**
       * The id of the record.
       * @example "1246978"
       */
      objectId: string;
      /**
       * What was subscribed to, in HubSpot's words.
       * @example "contact.creation"
       */
      subscriptionType: string;
      /**
       * The id of the subscription.
       * @example "3041587"
       */
      subscription_id: string;
    };
  };
  /** Deal moved on. Fires when a deal gets to another stage. */
  HUBSPOT_DEAL_STAGE_UPDATED_TRIGGER: {
    config: {
      /**
       * The id of the HubSpot app that owns the subscription.
       * @example "1160452"
       */
      app_id: string;
      /**
       * The API key of the developer account.
       * @example "00000000-0000-0000-0000-000000000000"
       */
      developer_api_key: string;
    };
    payload: {
      /**
       * The id of the record.
       * @example "1246978"
       */
      objectId: string;
      /**
       * What was subscribed to, in HubSpot's words.
       * @example "deal.propertyChange"
       */
      subscriptionType: string;
      /**
       * The id of the subscription.
       * @example "3041587"
       */
      subscription_id: string;
    };
  };
}
