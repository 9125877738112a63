// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface GmailTriggers {
  /** Message received. Fires for a message that arrives in the mailbox. */
  GMAIL_NEW_GMAIL_MESSAGE: {
    config: {
      /**
       * Whose mailbox; `me` is the connected account's.
       * @default "me"
       * @example "me"
       */
      userId?: string | undefined;
      /**
       * Only messages with this label.
       * @default "INBOX"
       * @example "INBOX"
       */
      labelIds?: string | undefined;
      /**
       * Only messages that Gmail's own search finds.
       * @example "from:billing@example.com"
       */
      query?: string | undefined;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * The message's id.
       * @example "1957e3f0a2b4c6d8"
       */
      message_id: string;
      /**
       * The id of the conversation.
       * @example "1957e3f0a2b4c6d8"
       */
      thread_id: string;
      /**
       * Who sent it, as the header says.
       * @example "Mona Lisa <mona@example.com>"
       */
      sender: string;
      /**
       * Whom it is for, as the header says.
       * @example "you@example.com"
       */
      to: string;
      /**
       * The subject.
       * @example "Your order 1042"
       */
      subject: string;
      /**
       * The text without markup.
       * @example "Thank you for your order. It leaves tomorrow."
       */
      message_text: string;
      /**
       * When it was received.
       * @example "2025-03-11T14:05:09Z"
       */
      message_timestamp: string;
      /** The labels it has. */
      label_ids: string[];
      /** What is attached. */
      attachment_list: Record<string, unknown>[] | null;
      /** The beginning of it. */
      preview: Record<string, unknown> | null;
      /** The message as Gmail's API gives it. */
      payload: Record<string, unknown> | null;
    };
  };
}
