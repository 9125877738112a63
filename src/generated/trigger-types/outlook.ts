// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface OutlookTriggers {
  /** Contact added. Fires when a contact is added. */
  OUTLOOK_CONTACT_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * What happened.
       * @example "new_contact"
       */
      event_type: string;
      /**
       * The id of the item, for Microsoft Graph.
       * @example "AAMkAGI2TG93AAA="
       */
      id: string;
    };
  };
  /** Event changed. Fires when an event of the calendar is created, changed or deleted. */
  OUTLOOK_EVENT_CHANGE_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * What happened.
       * @example "event_changed"
       */
      event_type: string;
      /**
       * The id of the item, for Microsoft Graph.
       * @example "AAMkAGI2TG93AAA="
       */
      id: string;
    };
  };
  /** Event created. Fires when an event is put in the calendar. */
  OUTLOOK_EVENT_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * What happened.
       * @example "new_event"
       */
      event_type: string;
      /**
       * The id of the item, for Microsoft Graph.
       * @example "AAMkAGI2TG93AAA="
       */
      id: string;
    };
  };
  /** Message received. Fires for a message that arrives in the mailbox. */
  OUTLOOK_MESSAGE_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * What happened.
       * @example "new_message"
       */
      event_type: string;
      /**
       * The id of the item, for Microsoft Graph.
       * @example "AAMkAGI2TG93AAA="
       */
      id: string;
    };
  };
  /** Message sent. Fires for a message that is sent from the mailbox. */
  OUTLOOK_SENT_MESSAGE_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * What happened.
       * @example "sent_message"
       */
      event_type: string;
      /**
       * The id of the item, for Microsoft Graph.
       * @example "AAMkAGI2TG93AAA="
       */
      id: string;
    };
  };
}
