import { anything, flag, formatted, list, optional, text, toolsOf, upTo, whole } from "../fields.js";

const user = optional(text("Whose mailbox; `me` is the connected account's.", "me"), "me");
const messageId = text("The message's id.", "1957e3f0a2b4c6d8");
const threadId = text("The conversation's id.", "1957e3f0a2b4c6d8");
const address = formatted("email", "An address.", "mona@example.com");

const recipients = {
  recipient_email: formatted("email", "Whom it is for.", "mona@example.com"),
  cc: optional(list("Who gets a copy.", address)),
  bcc: optional(list("Who gets a copy that the others do not see.", address)),
  extra_recipients: optional(list("Whom else it is for.", address)),
};
const isHtml = optional(flag("Whether the body is HTML."), false);

const message = {
  messageId,
  threadId,
  sender: text("Who sent it.", "Mona Lisa <mona@example.com>"),
  to: text("Whom it is for.", "default@example.com"),
  subject: text("The subject.", "Lunch?"),
  messageText: text("The text.", "Are you free at noon?"),
  messageTimestamp: text("When it was received, ISO 8601.", "2025-03-11T14:05:09.000Z"),
  labelIds: list("Its labels.", text("A label.", "INBOX", "UNREAD")),
};

const sent = { id: messageId, threadId, labelIds: list("Its labels.", text("A label.", "SENT")) };

/** Calls of Gmail's API. */
export const gmailTools = () =>
  toolsOf(
    { name: "gmail", displayName: "Gmail", version: "20250930_00" },
    {
      GMAIL_SEND_EMAIL: {
        displayName: "Send email",
        description: "Sends an email from the connected account.",
        does: "create",
        important: true,
        input: {
          ...recipients,
          subject: optional(text("The subject.", "Lunch?")),
          body: text("What it says.", "Are you free at noon?"),
          is_html: isHtml,
          user_id: user,
        },
        output: sent,
      },
      GMAIL_REPLY_TO_THREAD: {
        displayName: "Reply to email thread",
        description: "Sends a reply in a conversation, under the conversation's subject.",
        does: "create",
        important: true,
        input: {
          thread_id: threadId,
          ...recipients,
          message_body: text("What it says.", "Yes, at the usual place."),
          is_html: isHtml,
          user_id: user,
        },
        output: sent,
      },
      GMAIL_CREATE_EMAIL_DRAFT: {
        displayName: "Create email draft",
        description: "Writes a draft, which is not sent.",
        does: "create",
        important: true,
        input: {
          ...recipients,
          subject: text("The subject.", "Lunch?"),
          body: text("What it says.", "Are you free at noon?"),
          thread_id: optional(threadId),
          is_html: isHtml,
          user_id: user,
        },
        output: {
          id: text("The draft's id.", "r1957e3f0a2b4c6d8"),
          message: anything("The message in it.", { id: "1957e3f0a2b4c6d8", labelIds: ["DRAFT"] }),
        },
      },
      GMAIL_FETCH_EMAILS: {
        displayName: "Fetch emails",
        description:
          "Lists the messages of the mailbox, newest first, optionally those that Gmail's search finds: words, `from:`, `to:`, `subject:`, `is:unread`.",
        does: "read",
        important: true,
        input: {
          query: optional(text("Gmail's search.", "from:mona@example.com is:unread")),
          label_ids: optional(list("Only messages with all of these labels.", text("A label.", "INBOX"))),
          max_results: upTo("How many at most.", 500, 1),
          page_token: optional(text("`nextPageToken` of the page before.")),
          user_id: user,
        },
        output: {
          messages: list(
            "The messages.",
            anything("A message.", { messageId: "1957e3f0a2b4c6d8", subject: "Lunch?" }),
          ),
          nextPageToken: text("What `page_token` is to be for the next page; empty at the end."),
          resultSizeEstimate: whole("How many there are.", 1),
        },
      },
      GMAIL_FETCH_MESSAGE_BY_MESSAGE_ID: {
        displayName: "Fetch message by message ID",
        description: "Reads one message.",
        does: "read",
        important: true,
        input: { message_id: messageId, user_id: user },
        output: message,
      },
      GMAIL_FETCH_MESSAGE_BY_THREAD_ID: {
        displayName: "Fetch messages by thread ID",
        description: "Reads the messages of a conversation, oldest first.",
        does: "read",
        input: { thread_id: threadId, user_id: user },
        output: {
          messages: list(
            "The messages.",
            anything("A message.", { messageId: "1957e3f0a2b4c6d8", subject: "Lunch?" }),
          ),
        },
      },
      GMAIL_ADD_LABEL_TO_EMAIL: {
        displayName: "Modify email labels",
        description: "Adds labels to a message and takes others from it.",
        does: "update",
        input: {
          message_id: messageId,
          add_label_ids: optional(list("Labels to add.", text("A label.", "STARRED"))),
          remove_label_ids: optional(list("Labels to take away.", text("A label.", "UNREAD"))),
          user_id: user,
        },
        output: { id: messageId, threadId, labelIds: list("Its labels now.", text("A label.", "INBOX")) },
      },
    },
  );
