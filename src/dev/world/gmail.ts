import { asText, type JsonObject } from "../../model/json.js";
import { type AppContext, isoOf } from "./app-context.js";
import { type Actor, type Args, checkLength, type Effect, type Effects, ToolFailure } from "./effect.js";
import { Records } from "./records.js";

/** A message in a mailbox of the local Gmail. */
export interface Mail {
  readonly id: string;
  readonly threadId: string;
  /** Whose mailbox it is in. */
  readonly userId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly labels: readonly string[];
  /** ISO 8601 */
  readonly at: string;
}

/** A message that comes from outside. */
export interface IncomingMail {
  /** Whose mailbox it goes to. Default: `default`. */
  readonly userId?: string | undefined;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  /** Default: a new conversation. */
  readonly threadId?: string | undefined;
}

const LONGEST_MAIL = 1_000_000;

/** The address of a user's mailbox: `default@example.com`. */
export const addressOf = (userId: string): string =>
  `${userId.replace(/[^\w.+-]+/g, "-").toLowerCase()}@example.com`;

/**
 * The local Gmail: a mailbox for each user. What is sent to a user's address arrives in that mailbox and fires the
 * trigger; to any other address, it stands among the sent messages only.
 */
export class GmailWorld {
  readonly #context: AppContext;
  readonly #mails: Records<Mail>;

  constructor(context: AppContext) {
    this.#context = context;
    this.#mails = new Records(({ id }) => id, context.changed);
  }

  begin(): void {}

  /** Oldest first. */
  messages(userId = "default"): readonly Mail[] {
    return this.#mails.filter((mail) => mail.userId === userId);
  }

  /** Puts a message into a mailbox, which fires the trigger. */
  receive({ userId = "default", from, subject, text, threadId }: IncomingMail): Mail {
    const labels = ["UNREAD", "INBOX"];
    const mail = this.#put({ userId, from, to: [addressOf(userId)], subject, text, labels, threadId });
    const payload = {
      message_id: mail.id,
      thread_id: mail.threadId,
      sender: from,
      to: mail.to.join(", "),
      subject,
      message_text: text,
      message_timestamp: mail.at,
      label_ids: labels,
      attachment_list: [],
      preview: { subject, body: text.slice(0, 200) },
      payload: { mimeType: "text/plain", headers: [] },
    };
    this.#context.happened("GMAIL_NEW_GMAIL_MESSAGE", payload, (one) => {
      const { labelIds } = one.config;
      return (
        one.userId === userId &&
        (typeof labelIds !== "string" || labelIds === "" || labels.includes(labelIds))
      );
    });
    return mail;
  }

  /** What a trigger that was fired by hand says has happened: the message is in the mailbox from then on. */
  observe(trigger: string, payload: JsonObject, userId: string): void {
    const { message_id: id, thread_id: threadId, sender, subject, message_text: text } = payload;
    if (trigger !== "GMAIL_NEW_GMAIL_MESSAGE" || typeof id !== "string" || this.#mails.get(id) !== undefined)
      return;
    this.#mails.put({
      id: id.slice(0, 200),
      threadId: asText(threadId ?? id).slice(0, 200),
      userId,
      from: asText(sender),
      to: [addressOf(userId)],
      subject: asText(subject),
      text: asText(text).slice(0, LONGEST_MAIL),
      labels: ["UNREAD", "INBOX"],
      at: isoOf(this.#context),
    });
  }

  toJSON() {
    return { messages: this.#mails.all() };
  }

  clear(): void {
    this.#mails.clear();
  }

  effects(): Effects {
    const send: Effect = (args, by) => {
      const reply = args.maybeText("thread_id");
      const thread = reply === undefined ? undefined : this.#thread(reply, by);
      const text = args.maybeText("message_body") ?? args.text("body");
      const first = thread?.[0]?.subject ?? "";
      const subject =
        thread === undefined ? args.text("subject") : /^re:/i.test(first) ? first : `Re: ${first}`;
      const to = [
        args.text("recipient_email"),
        ...["extra_recipients", "cc", "bcc"].flatMap((name) => args.texts(name) ?? []),
      ];
      const from = addressOf(by.userId);
      const mail = this.#put({
        userId: by.userId,
        from,
        to,
        subject,
        text,
        labels: ["SENT"],
        threadId: reply,
      });
      for (const address of new Set(to.map((one) => one.toLowerCase()))) {
        const userId = this.#userAt(address, by);
        if (userId !== undefined) this.receive({ userId, from, subject, text, threadId: mail.threadId });
      }
      return { id: mail.id, threadId: mail.threadId, labelIds: mail.labels };
    };
    return {
      GMAIL_SEND_EMAIL: send,
      GMAIL_REPLY_TO_THREAD: send,
      GMAIL_CREATE_EMAIL_DRAFT: (args, by) => {
        const mail = this.#put({
          userId: by.userId,
          from: addressOf(by.userId),
          to: [args.text("recipient_email")],
          subject: args.text("subject"),
          text: args.text("body"),
          labels: ["DRAFT"],
          threadId: args.maybeText("thread_id"),
        });
        return {
          id: `r${mail.id}`,
          message: { id: mail.id, threadId: mail.threadId, labelIds: mail.labels },
        };
      },
      GMAIL_FETCH_EMAILS: (args, by) => {
        const labels = args.texts("label_ids") ?? [];
        const found = this.messages(by.userId)
          .filter(
            (mail) =>
              labels.every((label) => mail.labels.includes(label)) && fitsQuery(mail, args.text("query")),
          )
          .reverse();
        const from = Number(args.maybeText("page_token") ?? 0);
        if (!Number.isSafeInteger(from) || from < 0) throw new ToolFailure("Invalid pageToken");
        const to = from + args.number("max_results", 1);
        return {
          messages: found.slice(from, to).map(shown),
          nextPageToken: to < found.length ? String(to) : "",
          resultSizeEstimate: found.length,
        };
      },
      GMAIL_FETCH_MESSAGE_BY_MESSAGE_ID: (args, by) => shown(this.#mail(args, by)),
      GMAIL_FETCH_MESSAGE_BY_THREAD_ID: (args, by) => ({
        messages: this.#thread(args.text("thread_id"), by).map(shown),
      }),
      GMAIL_ADD_LABEL_TO_EMAIL: (args, by) => {
        const mail = this.#mail(args, by);
        const removed = args.texts("remove_label_ids") ?? [];
        const labels = [...new Set([...mail.labels, ...(args.texts("add_label_ids") ?? [])])].filter(
          (label) => !removed.includes(label),
        );
        this.#mails.put({ ...mail, labels });
        return { id: mail.id, threadId: mail.threadId, labelIds: labels };
      },
    };
  }

  #put({
    threadId,
    ...mail
  }: Omit<Mail, "id" | "threadId" | "at"> & { readonly threadId: string | undefined }): Mail {
    checkLength(mail.text, LONGEST_MAIL, "Message too large");
    const id = this.#context.ids.secret(8);
    return this.#mails.put({ ...mail, id, threadId: threadId ?? id, at: isoOf(this.#context) });
  }

  #mail(args: Args, { userId }: Actor): Mail {
    const mail = this.#mails.get(args.text("message_id"));
    if (mail?.userId !== userId) throw new ToolFailure("Requested entity was not found.");
    return mail;
  }

  #thread(threadId: string, { userId }: Actor): readonly Mail[] {
    const found = this.messages(userId).filter((mail) => mail.threadId === threadId);
    if (found.length === 0) throw new ToolFailure("Requested entity was not found.");
    return found;
  }

  /** The user whose mailbox an address means: the sender's own, or one that is known. */
  #userAt(address: string, by: Actor): string | undefined {
    const users = new Set(["default", by.userId, ...this.#mails.all().map(({ userId }) => userId)]);
    return [...users].find((userId) => addressOf(userId) === address);
  }
}

function fitsQuery({ from, to, subject, text, labels }: Mail, query: string): boolean {
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => {
      const [key = "", value = ""] = word.split(":", 2);
      const places: Readonly<Record<string, string>> = { from, to: to.join(" "), subject };
      if (Object.hasOwn(places, key)) return places[key]?.toLowerCase().includes(value) === true;
      if (["is", "in", "label"].includes(key)) {
        if (value === "read") return !labels.includes("UNREAD");
        return value === "anywhere" || labels.some((label) => label.toLowerCase() === value);
      }
      return `${subject} ${text}`.toLowerCase().includes(word.replace(/"/g, ""));
    });
}

function shown(mail: Mail): JsonObject {
  return {
    messageId: mail.id,
    threadId: mail.threadId,
    sender: mail.from,
    to: mail.to.join(", "),
    subject: mail.subject,
    messageText: mail.text,
    messageTimestamp: mail.at,
    labelIds: mail.labels,
  };
}
