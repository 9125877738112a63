import { isJsonObject, type JsonObject } from "../../model/json.js";
import type { AppContext } from "./app-context.js";
import { type Actor, type Args, type Effects, ToolFailure } from "./effect.js";
import {
  botOf,
  SLACK_PERSON,
  SLACK_TEAM,
  type SlackChannel,
  type SlackMessage,
  type SlackWorld,
} from "./slack.js";

/** What Slack's tools do. */
export function slackEffects(slack: SlackWorld, context: AppContext): Effects {
  const post = (args: Args, by: Actor): JsonObject => {
    const text = args.maybeText("markdown_text") ?? args.text("text");
    const blocks = listOf(args, "blocks");
    const attachments = listOf(args, "attachments");
    if (text === "" && blocks === undefined && attachments === undefined) throw new ToolFailure("no_text");
    const bot = botOf(by);
    const message = slack.write({
      channel: args.text("channel"),
      text,
      ...(args.has("thread_ts") && { threadTs: args.text("thread_ts") }),
      ...(args.flag("as_user") ? { user: bot.person, botId: null } : { user: bot.user, botId: bot.id }),
      username: args.maybeText("username"),
      blocks,
      attachments,
    });
    return { ok: true, channel: message.channel, ts: message.ts, message: shown(slack, message) };
  };
  return {
    SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL: post,
    SLACK_SEND_MESSAGE: post,
    SLACK_UPDATES_A_SLACK_MESSAGE: (args, by) => {
      const message = slack.message(args.text("channel"), args.text("ts"));
      const bot = botOf(by);
      if (message.botId !== bot.id && message.user !== bot.person)
        throw new ToolFailure("cant_update_message");
      const text = args.maybeText("markdown_text") ?? args.maybeText("text") ?? message.text;
      const changed = slack.edit(message, text);
      return { ok: true, channel: changed.channel, ts: changed.ts, text, message: shown(slack, changed) };
    },
    SLACK_DELETES_A_MESSAGE_FROM_A_CHAT: (args) => {
      const message = slack.message(args.text("channel"), args.text("ts"));
      slack.delete(message);
      const { channel, ts } = message;
      return { ok: true, channel, ts };
    },
    SLACK_FETCH_CONVERSATION_HISTORY: (args) => {
      const channel = slack.channel(args.text("channel"));
      const messages = slack.messages(channel.id).filter(({ threadTs }) => threadTs === undefined);
      return history(slack, messages.reverse(), args);
    },
    SLACK_FETCH_MESSAGE_THREAD_FROM_A_CONVERSATION: (args) => {
      const messages = slack.thread(args.text("channel"), args.text("ts"));
      if (messages.length === 0) throw new ToolFailure("thread_not_found");
      return history(slack, messages, args);
    },
    SLACK_SEARCH_MESSAGES: (args) => {
      const found = slack.search(args.text("query"));
      const matches = found.slice(0, args.number("count", 20)).map((message) => shown(slack, message));
      return { ok: true, messages: { total: found.length, matches } };
    },
    SLACK_ADD_REACTION_TO_AN_ITEM: (args, by) => {
      const message = slack.message(args.text("channel"), args.text("timestamp"));
      slack.setReaction(message, args.text("name"), botOf(by).user, true);
      return { ok: true };
    },
    SLACK_REMOVE_REACTION_FROM_ITEM: (args, by) => {
      const message = slack.message(args.text("channel"), args.text("timestamp"));
      slack.setReaction(message, args.text("name"), botOf(by).user, false);
      return { ok: true };
    },
    SLACK_FETCH_ITEM_REACTIONS: (args) => {
      const message = slack.message(args.text("channel"), args.text("timestamp"));
      return { ok: true, channel: message.channel, message: shown(slack, message) };
    },
    SLACK_LIST_ALL_CHANNELS: (args) => {
      const part = args.maybeText("channel_name")?.replace(/^#/, "").toLowerCase();
      const found = slack
        .channels()
        .filter(({ isDirect, name }) => !isDirect && (part === undefined || name.includes(part)));
      const { items, next } = pageOf(found, args);
      return { ok: true, channels: items.map(shownChannel), response_metadata: { next_cursor: next } };
    },
    SLACK_CREATE_CHANNEL: (args, by) => {
      const name = args.text("name").replace(/^#/, "");
      if (!/^[\p{Ll}\p{N}_-]{1,80}$/u.test(name)) throw new ToolFailure("invalid_name");
      if (slack.named(name) !== undefined) throw new ToolFailure("name_taken");
      const id = `C${context.ids.nano("x").slice(2, 12).toUpperCase()}`;
      const channel = slack.addChannel({
        id,
        name,
        creator: botOf(by).user,
        isPrivate: args.flag("is_private"),
      });
      const { creator, created } = channel;
      context.happened("SLACK_CHANNEL_CREATED", { id, name, creator, created }, () => !channel.isPrivate);
      return { ok: true, channel: shownChannel(channel) };
    },
    SLACK_LIST_ALL_USERS: (args, by) => {
      const bot = botOf(by);
      const people = new Set([
        SLACK_PERSON,
        ...slack
          .messages()
          .filter(({ botId }) => botId === null)
          .map(({ user }) => user),
      ]);
      const members = [
        ...[...people].map((id) => ({ id, team_id: SLACK_TEAM, name: id.toLowerCase(), is_bot: false })),
        {
          id: bot.user,
          team_id: SLACK_TEAM,
          name: `${by.userId}-bot`,
          is_bot: true,
          profile: { bot_id: bot.id },
        },
      ];
      const { items, next } = pageOf(members, args);
      return { ok: true, members: items, response_metadata: { next_cursor: next } };
    },
  };
}

function history(slack: SlackWorld, messages: readonly SlackMessage[], args: Args): JsonObject {
  const oldest = Number(args.maybeText("oldest") ?? Number.NEGATIVE_INFINITY);
  const latest = Number(args.maybeText("latest") ?? Number.POSITIVE_INFINITY);
  const inclusive = args.flag("inclusive");
  const within = messages.filter(({ ts }) => {
    const at = Number(ts);
    return (at > oldest && at < latest) || (inclusive && (at === oldest || at === latest));
  });
  const { items, next } = pageOf(within, args);
  return {
    ok: true,
    messages: items.map((message) => shown(slack, message)),
    has_more: next !== "",
    response_metadata: { next_cursor: next },
  };
}

/** As Slack's API gives it. */
function shown(slack: SlackWorld, message: SlackMessage): JsonObject {
  const { ts, user, text, threadTs, botId, username, blocks, attachments, reactions, isEdited } = message;
  const replies = threadTs === undefined ? slack.thread(message.channel, ts).length - 1 : 0;
  return {
    type: "message",
    ts,
    user,
    text,
    team: SLACK_TEAM,
    ...(botId !== null && { bot_id: botId }),
    ...(username !== undefined && { username }),
    ...(threadTs !== undefined && { thread_ts: threadTs }),
    ...(replies > 0 && { thread_ts: ts, reply_count: replies }),
    ...(blocks !== undefined && { blocks }),
    ...(attachments !== undefined && { attachments }),
    ...(isEdited === true && { edited: { user, ts } }),
    ...(reactions.length > 0 && {
      reactions: reactions.map(({ name, users }) => ({ name, users, count: users.length })),
    }),
  };
}

function shownChannel({ id, name, isPrivate, isDirect, creator, created }: SlackChannel) {
  return {
    id,
    name,
    is_channel: !isDirect,
    is_private: isPrivate,
    is_archived: false,
    is_member: true,
    creator,
    created,
  };
}

/** A list that is given as an array, or as JSON text. @throws ToolFailure */
function listOf(args: Args, name: string): readonly unknown[] | undefined {
  const given = args.all[name];
  if (Array.isArray(given)) return given;
  if (typeof given !== "string" || given.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(given);
    if (Array.isArray(value)) return value;
    if (isJsonObject(value)) return [value];
  } catch {
    // Reported below.
  }
  throw new ToolFailure(`invalid_${name}`);
}

/** A page by Slack's cursor, which is a number here. @throws ToolFailure invalid_cursor */
function pageOf<Item>(
  all: readonly Item[],
  args: Args,
): { readonly items: readonly Item[]; readonly next: string } {
  const cursor = args.maybeText("cursor") ?? "";
  if (!/^\d{0,9}$/.test(cursor)) throw new ToolFailure("invalid_cursor");
  const from = Number(cursor);
  const to = from + args.number("limit", 100);
  return { items: all.slice(from, to), next: to < all.length ? String(to) : "" };
}
