// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface GmailTools {
  /** Modify email labels. Adds labels to a message and takes others from it. */
  GMAIL_ADD_LABEL_TO_EMAIL: {
    arguments: {
      /**
       * The message's id.
       * @example "1957e3f0a2b4c6d8"
       */
      message_id: string;
      /** Labels to add. */
      add_label_ids?: string[] | undefined;
      /** Labels to take away. */
      remove_label_ids?: string[] | undefined;
      /**
       * Whose mailbox; `me` is the connected account's.
       * @default "me"
       * @example "me"
       */
      user_id?: string | undefined;
    };
    data: {
      /**
       * The message's id.
       * @example "1957e3f0a2b4c6d8"
       */
      id: string;
      /**
       * The conversation's id.
       * @example "1957e3f0a2b4c6d8"
       */
      threadId: string;
      /** Its labels now. */
      labelIds: string[];
    };
  };
  /** Create email draft. Writes a draft, which is not sent. */
  GMAIL_CREATE_EMAIL_DRAFT: {
    arguments: {
      /**
       * Whom it is for.
       * @example "mona@example.com"
       */
      recipient_email: string;
      /** Who gets a copy. */
      cc?: string[] | undefined;
      /** Who gets a copy that the others do not see. */
      bcc?: string[] | undefined;
      /** Whom else it is for. */
      extra_recipients?: string[] | undefined;
      /**
       * The subject.
       * @example "Lunch?"
       */
      subject: string;
      /**
       * What it says.
       * @example "Are you free at noon?"
       */
      body: string;
      /**
       * The conversation's id.
       * @example "1957e3f0a2b4c6d8"
       */
      thread_id?: string | undefined;
      /**
       * Whether the body is HTML.
       * @default false
       */
      is_html?: boolean | undefined;
      /**
       * Whose mailbox; `me` is the connected account's.
       * @default "me"
       * @example "me"
       */
      user_id?: string | undefined;
    };
    data: {
      /**
       * The draft's id.
       * @example "r1957e3f0a2b4c6d8"
       */
      id: string;
      /** The message in it. */
      message: Record<string, unknown>;
    };
  };
  /** Fetch emails. Lists the messages of the mailbox, newest first, optionally those that Gmail's search finds: words, `from:`, `to:`, `subject:`, `is:unread`. */
  GMAIL_FETCH_EMAILS: {
    arguments: {
      /**
       * Gmail's search.
       * @example "from:mona@example.com is:unread"
       */
      query?: string | undefined;
      /** Only messages with all of these labels. */
      label_ids?: string[] | undefined;
      /**
       * How many at most.
       * @default 1
       */
      max_results?: number | undefined;
      /** `nextPageToken` of the page before. */
      page_token?: string | undefined;
      /**
       * Whose mailbox; `me` is the connected account's.
       * @default "me"
       * @example "me"
       */
      user_id?: string | undefined;
    };
    data: {
      /** The messages. */
      messages: Record<string, unknown>[];
      /** What `page_token` is to be for the next page; empty at the end. */
      nextPageToken: string;
      /**
       * How many there are.
       * @example 1
       */
      resultSizeEstimate: number;
    };
  };
  /** Fetch message by message ID. Reads one message. */
  GMAIL_FETCH_MESSAGE_BY_MESSAGE_ID: {
    arguments: {
      /**
       * The message's id.
       * @example "1957e3f0a2b4c6d8"
       */
      message_id: string;
      /**
       * Whose mailbox; `me` is the connected account's.
       * @default "me"
       * @example "me"
       */
      user_id?: string | undefined;
    };
    data: {
      /**
       * The message's id.
       * @example "1957e3f0a2b4c6d8"
       */
      messageId: string;
      /**
       * The conversation's id.
       * @example "1957e3f0a2b4c6d8"
       */
      threadId: string;
      /**
       * Who sent it.
       * @example "Mona Lisa <mona@example.com>"
       */
      sender: string;
      /**
       * Whom it is for.
       * @example "default@example.com"
       */
      to: string;
      /**
       * The subject.
       * @example "Lunch?"
       */
      subject: string;
      /**
       * The text.
       * @example "Are you free at noon?"
       */
      messageText: string;
      /**
       * When it was received, ISO 8601.
       * @example "2025-03-11T14:05:09.000Z"
       */
      messageTimestamp: string;
      /** Its labels. */
      labelIds: string[];
    };
  };
  /** Fetch messages by thread ID. Reads the messages of a conversation, oldest first. */
  GMAIL_FETCH_MESSAGE_BY_THREAD_ID: {
    arguments: {
      /**
       * The conversation's id.
       * @example "1957e3f0a2b4c6d8"
       */
      thread_id: string;
      /**
       * Whose mailbox; `me` is the connected account's.
       * @default "me"
       * @example "me"
       */
      user_id?: string | undefined;
    };
    data: {
      /** The messages. */
      messages: Record<string, unknown>[];
    };
  };
  /** Reply to email thread. Sends a reply in a conversation, under the conversation's subject. */
  GMAIL_REPLY_TO_THREAD: {
    arguments: {
      /**
       * The conversation's id.
       * @example "1957e3f0a2b4c6d8"
       */
      thread_id: string;
      /**
       * Whom it is for.
       * @example "mona@example.com"
       */
      recipient_email: string;
      /** Who gets a copy. */
      cc?: string[] | undefined;
      /** Who gets a copy that the others do not see. */
      bcc?: string[] | undefined;
      /** Whom else it is for. */
      extra_recipients?: string[] | undefined;
      /**
       * What it says.
       * @example "Yes, at the usual place."
       */
      message_body: string;
      /**
       * Whether the body is HTML.
       * @default false
       */
      is_html?: boolean | undefined;
      /**
       * Whose mailbox; `me` is the connected account's.
       * @default "me"
       * @example "me"
       */
      user_id?: string | undefined;
    };
    data: {
      /**
       * The message's id.
       * @example "1957e3f0a2b4c6d8"
       */
      id: string;
      /**
       * The conversation's id.
       * @example "1957e3f0a2b4c6d8"
       */
      threadId: string;
      /** Its labels. */
      labelIds: string[];
    };
  };
  /** Send email. Sends an email from the connected account. */
  GMAIL_SEND_EMAIL: {
    arguments: {
      /**
       * Whom it is for.
       * @example "mona@example.com"
       */
      recipient_email: string;
      /** Who gets a copy. */
      cc?: string[] | undefined;
      /** Who gets a copy that the others do not see. */
      bcc?: string[] | undefined;
      /** Whom else it is for. */
      extra_recipients?: string[] | undefined;
      /**
       * The subject.
       * @example "Lunch?"
       */
      subject?: string | undefined;
      /**
       * What it says.
       * @example "Are you free at noon?"
       */
      body: string;
      /**
       * Whether the body is HTML.
       * @default false
       */
      is_html?: boolean | undefined;
      /**
       * Whose mailbox; `me` is the connected account's.
       * @default "me"
       * @example "me"
       */
      user_id?: string | undefined;
    };
    data: {
      /**
       * The message's id.
       * @example "1957e3f0a2b4c6d8"
       */
      id: string;
      /**
       * The conversation's id.
       * @example "1957e3f0a2b4c6d8"
       */
      threadId: string;
      /** Its labels. */
      labelIds: string[];
    };
  };
}
