import { anything, interval, list, nullable, optional, text, triggersOf, when } from "../fields.js";

/** Gmail is asked from time to time: it has no webhooks. */
export const gmailTriggers = () =>
  triggersOf(
    { name: "gmail", displayName: "Gmail", version: "20250930_00" },
    {
      GMAIL_NEW_GMAIL_MESSAGE: {
        displayName: "Message received",
        description: "Fires for a message that arrives in the mailbox.",
        type: "poll",
        config: {
          userId: optional(text("Whose mailbox; `me` is the connected account's.", "me"), "me"),
          labelIds: optional(text("Only messages with this label.", "INBOX"), "INBOX"),
          query: optional(text("Only messages that Gmail's own search finds.", "from:billing@example.com")),
          interval,
        },
        payload: {
          message_id: text("The message's id.", "1957e3f0a2b4c6d8"),
          thread_id: text("The id of the conversation.", "1957e3f0a2b4c6d8"),
          sender: text("Who sent it, as the header says.", "Mona Lisa <mona@example.com>"),
          to: text("Whom it is for, as the header says.", "you@example.com"),
          subject: text("The subject.", "Your order 1042", "Lunch?"),
          message_text: text("The text without markup.", "Thank you for your order. It leaves tomorrow."),
          message_timestamp: when("When it was received."),
          label_ids: list("The labels it has.", text("A label.", "INBOX", "UNREAD")),
          attachment_list: nullable(
            list(
              "What is attached.",
              anything("An attachment.", { filename: "invoice.pdf", mimeType: "application/pdf" }),
            ),
          ),
          preview: nullable(
            anything("The beginning of it.", { subject: "Your order 1042", body: "Thank you" }),
          ),
          payload: nullable(
            anything("The message as Gmail's API gives it.", {
              mimeType: "multipart/alternative",
              headers: [],
            }),
          ),
        },
      },
    },
  );
