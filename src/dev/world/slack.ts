import type { JsonObject } from "../../model/json.js";
import { stableNano } from "../state/ids.js";
import type { AppContext } from "./app-context.js";
import { type Actor, checkLength, ToolFailure } from "./effect.js";
import { Records } from "./records.js";

/** A conversation of the local Slack. */
export interface SlackChannel {
  readonly id: string;
  /** Without `#`; for a direct message, the member's id. */
  readonly name: string;
  readonly isPrivate: boolean;
  readonly isDirect: boolean;
  readonly creator: string;
  /** Unix seconds. */
  readonly created: number;
}

/** A message of the local Slack. */
export interface SlackMessage {
  readonly channel: string;
  /** Unix seconds with six decimals: its id within the channel. */
  readonly ts: string;
  readonly user: string;
  readonly text: string;
  /** The `ts` of the message whose thread it is in. */
  readonly threadTs?: string | undefined;
  /** The bot that wrote it; null where a person did. */
  readonly botId: string | null;
  /** The name that the bot chose. */
  readonly username?: string | undefined;
  readonly isEdited?: boolean | undefined;
  readonly blocks?: readonly unknown[] | undefined;
  readonly attachments?: readonly unknown[] | undefined;
  readonly reactions: readonly { readonly name: string; readonly users: readonly string[] }[];
}

/** What a person writes in the local Slack. */
export interface SlackPost {
  /** An id, or a name with or without `#`. */
  readonly channel: string;
  readonly text: string;
  /** Default: the member `U061F7AUR`. */
  readonly user?: string | undefined;
  readonly threadTs?: string | undefined;
}

export const SLACK_TEAM = "T0001";
/** The person that the `default` user is. */
export const SLACK_PERSON = "U061F7AUR";
/** Slack's own limit. */
export const LONGEST_MESSAGE = 40_000;
const ID = /^[CDG][A-Z0-9]{6,20}$/;
const TS = /^\d{1,12}\.\d{1,6}$/;

const seeds: readonly (readonly [id: string, name: string])[] = [
  ["C024BE91L", "general"],
  ["C061EG9SL", "random"],
];

export interface NewSlackMessage extends SlackPost {
  readonly user: string;
  readonly botId: string | null;
  readonly username?: string | undefined;
  readonly blocks?: readonly unknown[] | undefined;
  readonly attachments?: readonly unknown[] | undefined;
}

/** The local Slack: one workspace for everybody. Posting fires the triggers for messages, as posting to Slack does. */
export class SlackWorld {
  readonly #context: AppContext;
  readonly #channels: Records<SlackChannel>;
  readonly #messages: Records<SlackMessage>;
  #lastMicro = 0;

  constructor(context: AppContext) {
    this.#context = context;
    this.#channels = new Records(({ id }) => id, context.changed);
    this.#messages = new Records(({ channel, ts }) => `${channel} ${ts}`, context.changed);
    this.begin();
  }

  /** The channels of every workspace that has just begun. */
  begin(): void {
    for (const [id, name] of seeds) this.addChannel({ id, name });
  }

  channels(): readonly SlackChannel[] {
    return this.#channels.all();
  }

  /**
   * The messages of a channel, oldest first, replies included.
   *
   * @param channel an id or a name. Default: of all channels
   */
  messages(channel?: string): readonly SlackMessage[] {
    if (channel === undefined) return this.#messages.all();
    const { id } = this.channel(channel);
    return this.#messages.filter((message) => message.channel === id);
  }

  /** A thread: the message that it is about, where it is known, and its replies, oldest first. */
  thread(channel: string, ts: string): readonly SlackMessage[] {
    return this.messages(channel).filter((message) => message.ts === ts || message.threadTs === ts);
  }

  /** Posts as a person does, which fires the triggers. @throws ToolFailure for a channel that does not exist */
  post({ user = SLACK_PERSON, ...post }: SlackPost): SlackMessage {
    return this.write({ ...post, user, botId: null });
  }

  /** Reacts to a message as a person does, which fires the triggers. @throws ToolFailure for an unknown message */
  react(channel: string, ts: string, name: string, user = SLACK_PERSON): SlackMessage {
    return this.setReaction(this.message(channel, ts), name, user, true);
  }

  /** What a trigger that was fired by hand says has happened: its message exists from then on. */
  observe(trigger: string, payload: JsonObject): void {
    const { channel, ts, user, text: content, thread_ts: threadTs, bot_id: botId } = payload;
    if (!/^SLACK_RECEIVE_(?:MESSAGE|DIRECT_MESSAGE|THREAD_REPLY)$/.test(trigger)) return;
    if (typeof channel !== "string" || typeof ts !== "string" || !TS.test(ts) || !ID.test(channel)) return;
    if (this.#messages.get(`${channel} ${ts}`) !== undefined) return;
    this.channel(channel);
    this.#messages.put({
      channel,
      ts,
      user: typeof user === "string" ? user : SLACK_PERSON,
      text: typeof content === "string" ? content.slice(0, LONGEST_MESSAGE) : "",
      ...(typeof threadTs === "string" && threadTs !== ts && { threadTs }),
      botId: typeof botId === "string" ? botId : null,
      reactions: [],
    });
  }

  /** Replaces a message that is there. @throws ToolFailure msg_too_long */
  edit(message: SlackMessage, text: string): SlackMessage {
    checkLength(text, LONGEST_MESSAGE, "msg_too_long");
    return this.#messages.put({ ...message, text, isEdited: true });
  }

  delete({ channel, ts }: SlackMessage): void {
    this.#messages.delete(`${channel} ${ts}`);
  }

  toJSON() {
    return { channels: this.#channels.all(), messages: this.#messages.all() };
  }

  clear(): void {
    this.#channels.clear();
    this.#messages.clear();
  }

  /** Posts as anybody, which fires the triggers. @throws ToolFailure */
  write({
    channel: where,
    text,
    user,
    threadTs,
    botId,
    username,
    blocks,
    attachments,
  }: NewSlackMessage): SlackMessage {
    checkLength(text, LONGEST_MESSAGE, "msg_too_long");
    const { id: channel, isDirect } = this.channel(where);
    if (threadTs !== undefined && !TS.test(threadTs)) throw new ToolFailure("invalid_thread_ts");
    const parent = threadTs === undefined ? undefined : this.#messages.get(`${channel} ${threadTs}`);
    // A reply to a reply stands in the same thread.
    const thread = parent?.threadTs ?? threadTs;
    const message = this.#messages.put<SlackMessage>({
      channel,
      ts: this.#newTs(),
      user,
      text,
      ...(thread !== undefined && { threadTs: thread }),
      botId,
      ...(username !== undefined && { username }),
      ...(blocks !== undefined && { blocks }),
      ...(attachments !== undefined && { attachments }),
      reactions: [],
    });
    const payload = {
      channel,
      channel_type: isDirect ? "im" : "channel",
      user,
      text,
      ts: message.ts,
      team_id: SLACK_TEAM,
      ...(thread !== undefined && { thread_ts: thread }),
      bot_id: botId,
      attachments: attachments ?? [],
    };
    if (isDirect) this.#context.happened("SLACK_RECEIVE_DIRECT_MESSAGE", payload, () => true);
    else {
      this.#context.happened("SLACK_RECEIVE_MESSAGE", payload, () => true);
      if (thread !== undefined) this.#context.happened("SLACK_RECEIVE_THREAD_REPLY", payload, () => true);
    }
    return message;
  }

  /** Adds or takes back a reaction, which fires the triggers. @throws ToolFailure */
  setReaction(message: SlackMessage, given: string, user: string, adds: boolean): SlackMessage {
    const name = given.replace(/^:|:$/g, "");
    if (!/^[\p{L}\p{N}_+'-]{1,100}(?:::skin-tone-[2-6])?$/u.test(name)) throw new ToolFailure("invalid_name");
    const known = message.reactions.find((one) => one.name === name);
    const isThere = known?.users.includes(user) === true;
    if (adds && isThere) throw new ToolFailure("already_reacted");
    if (!adds && !isThere) throw new ToolFailure("no_reaction");
    const users = adds ? [...(known?.users ?? []), user] : (known?.users ?? []).filter((one) => one !== user);
    const reactions = [
      ...message.reactions.filter((one) => one.name !== name),
      ...(users.length > 0 ? [{ name, users }] : []),
    ];
    const changed = this.#messages.put({ ...message, reactions });
    this.#context.happened(
      adds ? "SLACK_REACTION_ADDED" : "SLACK_REACTION_REMOVED",
      {
        user,
        reaction: name,
        item_user: message.user,
        item: { type: "message", channel: message.channel, ts: message.ts },
        event_ts: this.#newTs(),
      },
      () => true,
    );
    return changed;
  }

  /** @param given an id, or a name with or without `#`. @throws ToolFailure channel_not_found */
  channel(given: string): SlackChannel {
    const name = given.replace(/^#/, "").toLowerCase();
    const known = this.#channels.get(given) ?? this.named(name);
    if (known !== undefined) return known;
    // An id is one that an event, or the user's own Slack, has given: here it is not known from before.
    if (ID.test(given)) return this.addChannel({ id: given, name: given.toLowerCase() });
    throw new ToolFailure("channel_not_found");
  }

  named(name: string): SlackChannel | undefined {
    return this.#channels.all().find((channel) => !channel.isDirect && channel.name === name);
  }

  addChannel({
    id,
    name,
    creator = SLACK_PERSON,
    isPrivate = false,
  }: Partial<SlackChannel> & { id: string; name: string }) {
    const created = Math.floor(this.#context.clock.now() / 1_000);
    return this.#channels.put({ id, name, isPrivate, isDirect: id.startsWith("D"), creator, created });
  }

  /** @throws ToolFailure channel_not_found, message_not_found */
  message(channel: string, ts: string): SlackMessage {
    const message = this.#messages.get(`${this.channel(channel).id} ${ts}`);
    if (message === undefined) throw new ToolFailure("message_not_found");
    return message;
  }

  #newTs(): string {
    this.#lastMicro = Math.max(this.#lastMicro + 1, this.#context.clock.now() * 1_000);
    return `${Math.floor(this.#lastMicro / 1e6)}.${String(this.#lastMicro % 1e6).padStart(6, "0")}`;
  }

  /** Newest first. */
  search(query: string): SlackMessage[] {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return this.#messages
      .filter((message) =>
        words.every((word) => {
          const [modifier, value = ""] = word.split(":", 2);
          const wanted = value.replace(/^[#@]/, "");
          if (modifier === "in") {
            return [message.channel, this.#channels.get(message.channel)?.name].some(
              (one) => one?.toLowerCase() === wanted,
            );
          }
          if (modifier === "from") return message.user.toLowerCase() === wanted;
          return message.text.toLowerCase().includes(word);
        }),
      )
      .reverse();
  }
}

/** The bot of a connected account, and the person that it belongs to. */
export function botOf({ userId }: Actor) {
  const of = (prefix: string) =>
    `${prefix}${stableNano("x", `slack ${userId} ${prefix}`).slice(2).toUpperCase()}`;
  return { user: of("U0BOT"), id: of("B"), person: userId === "default" ? SLACK_PERSON : of("U0") };
}
