import { text, triggersOf } from "../fields.js";

/** Microsoft Graph says that something changed, not what it is: read it with its id. */
const payload = (eventType: string) => ({
  event_type: text("What happened.", eventType),
  id: text("The id of the item, for Microsoft Graph.", "AAMkAGI2TG93AAA="),
});

export const outlookTriggers = () =>
  triggersOf(
    { name: "outlook", displayName: "Outlook", version: "20250930_00" },
    {
      OUTLOOK_MESSAGE_TRIGGER: {
        displayName: "Message received",
        description: "Fires for a message that arrives in the mailbox.",
        config: {},
        payload: payload("new_message"),
      },
      OUTLOOK_SENT_MESSAGE_TRIGGER: {
        displayName: "Message sent",
        description: "Fires for a message that is sent from the mailbox.",
        config: {},
        payload: payload("sent_message"),
      },
      OUTLOOK_EVENT_TRIGGER: {
        displayName: "Event created",
        description: "Fires when an event is put in the calendar.",
        config: {},
        payload: payload("new_event"),
      },
      OUTLOOK_EVENT_CHANGE_TRIGGER: {
        displayName: "Event changed",
        description: "Fires when an event of the calendar is created, changed or deleted.",
        config: {},
        payload: payload("event_changed"),
      },
      OUTLOOK_CONTACT_TRIGGER: {
        displayName: "Contact added",
        description: "Fires when a contact is added.",
        config: {},
        payload: payload("new_contact"),
      },
    },
  );
