import { anything, flag, list, optional, record, text, toolsOf, upTo, whole } from "../fields.js";

const channel = text(
  "The id of the channel, private channel or direct message, or a channel's name.",
  "C024BE91L",
  "general",
);
const ts = text("The message's `ts`: Unix seconds, and its id within the conversation.", "1741701909.000200");
const ok = flag("Whether Slack did it.", true);

const message = anything("The message, as Slack's API gives it.", {
  type: "message",
  user: "U061F7AUR",
  text: "The new site is up :tada:",
  ts: "1741701909.000200",
});

const posted = { ok, channel: text("The conversation's id.", "C024BE91L"), ts, message };

const page = {
  cursor: optional(text("`next_cursor` of the page before.")),
  limit: upTo("How many at most.", 1_000, 100),
};

const next = record("Where the next page begins.", {
  next_cursor: text("What `cursor` is to be for it; empty at the end."),
});

const period = {
  oldest: optional(text("Only messages after this `ts`.", "1741600000.000000")),
  latest: optional(text("Only messages before this `ts`.", "1741700000.000000")),
  inclusive: optional(flag("Whether a message at `oldest` or `latest` counts.")),
};

const history = {
  ok,
  messages: list("The messages.", message),
  has_more: flag("Whether there are more.", false),
  response_metadata: next,
};

const content = {
  text: optional(text("The message, in Slack's markup.", "The new site is up :tada:")),
  markdown_text: optional(text("The message in Markdown, instead of `text`.", "**The new site is up**")),
  blocks: optional(text("Block Kit blocks, as JSON text.", '[{"type":"divider"}]')),
  attachments: optional(text("Attachments, as JSON text.", '[{"text":"opening-hours.png"}]')),
};

const post = {
  channel,
  ...content,
  thread_ts: optional(text("The `ts` of the message to reply to in its thread.", "1741701900.000100")),
  reply_broadcast: optional(flag("Whether a reply in a thread is shown in the channel too.")),
  username: optional(text("The name that the bot appears with.", "Roast bot")),
  icon_emoji: optional(text("An emoji as the bot's picture.", ":fire:")),
  icon_url: optional(text("The URL of the bot's picture.", "https://example.com/bot.png")),
  as_user: optional(flag("Whether it is posted as the user instead of the bot.")),
  mrkdwn: optional(flag("Whether Slack's markup is read.")),
  link_names: optional(flag("Whether names of users and channels become links.")),
  parse: optional(text("How links are found: `full` or `none`.", "full")),
  unfurl_links: optional(flag("Whether links are shown with a preview.")),
  unfurl_media: optional(flag("Whether media are shown with a preview.")),
};

const reaction = {
  channel,
  name: text("The emoji's name, without colons.", "tada", "white_check_mark"),
  timestamp: ts,
};

/** Calls of Slack's Web API. */
export const slackTools = () =>
  toolsOf(
    { name: "slack", displayName: "Slack", version: "20250930_00" },
    {
      SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL: {
        displayName: "Send a message to a Slack channel",
        description: "Posts a message to a Slack channel, direct message or thread.",
        does: "create",
        important: true,
        input: post,
        output: posted,
      },
      SLACK_SEND_MESSAGE: {
        displayName: "Send message",
        description: "Posts a message to a Slack channel, direct message or thread.",
        does: "create",
        important: true,
        input: post,
        output: posted,
      },
      SLACK_UPDATES_A_SLACK_MESSAGE: {
        displayName: "Update a Slack message",
        description: "Replaces the text of a message that the bot has posted.",
        does: "update",
        input: { channel, ts, ...content },
        output: { ...posted, text: text("The new text.", "The new site is up :tada:") },
      },
      SLACK_DELETES_A_MESSAGE_FROM_A_CHAT: {
        displayName: "Delete a message from a chat",
        description: "Deletes a message from a conversation.",
        does: "delete",
        input: { channel, ts },
        output: { ok, channel: text("The conversation's id.", "C024BE91L"), ts },
      },
      SLACK_FETCH_CONVERSATION_HISTORY: {
        displayName: "Fetch conversation history",
        description: "Reads the messages of a conversation, newest first, without the replies in threads.",
        does: "read",
        important: true,
        input: { channel, ...period, ...page },
        output: history,
      },
      SLACK_FETCH_MESSAGE_THREAD_FROM_A_CONVERSATION: {
        displayName: "Retrieve conversation replies",
        description:
          "Reads a thread of a conversation: the message that it is about and its replies, oldest first.",
        does: "read",
        important: true,
        input: {
          channel,
          ts: text("The `ts` of the message that the thread is about.", "1741701900.000100"),
          ...period,
          ...page,
        },
        output: history,
      },
      SLACK_SEARCH_MESSAGES: {
        displayName: "Search messages",
        description: "Finds messages of all channels by words, `in:channel` and `from:user`.",
        does: "read",
        input: {
          query: text("Words to find, with modifiers such as `in:general`.", "site in:general"),
          count: upTo("How many at most.", 100, 20),
        },
        output: {
          ok,
          messages: record("What was found.", {
            total: whole("How many there are.", 1),
            matches: list("The messages, newest first.", message),
          }),
        },
      },
      SLACK_ADD_REACTION_TO_AN_ITEM: {
        displayName: "Add reaction to message",
        description: "Adds an emoji reaction to a message.",
        does: "create",
        important: true,
        input: reaction,
        output: { ok },
      },
      SLACK_REMOVE_REACTION_FROM_ITEM: {
        displayName: "Remove reaction from message",
        description: "Takes an emoji reaction back from a message.",
        does: "delete",
        input: reaction,
        output: { ok },
      },
      SLACK_FETCH_ITEM_REACTIONS: {
        displayName: "Get message reactions",
        description: "Reads the reactions that a message has.",
        does: "read",
        input: { channel, timestamp: ts },
        output: { ok, channel: text("The conversation's id.", "C024BE91L"), message },
      },
      SLACK_LIST_ALL_CHANNELS: {
        displayName: "List all channels",
        description: "Lists the channels of the workspace.",
        does: "read",
        important: true,
        input: {
          channel_name: optional(text("Only channels with this in their name.", "general")),
          exclude_archived: optional(flag("Whether archived channels are left out.")),
          types: optional(text("Kinds of conversation, comma-separated.", "public_channel,private_channel")),
          ...page,
        },
        output: {
          ok,
          channels: list(
            "The channels.",
            anything("A channel.", { id: "C024BE91L", name: "general", is_channel: true }),
          ),
          response_metadata: next,
        },
      },
      SLACK_CREATE_CHANNEL: {
        displayName: "Create channel",
        description: "Creates a public or private channel.",
        does: "create",
        input: {
          name: text("The channel's name: lower case, at most 80 characters.", "site-relaunch"),
          is_private: optional(flag("Whether only its members see it."), false),
        },
        output: {
          ok,
          channel: anything("The new channel.", { id: "C024BE91L", name: "site-relaunch", is_channel: true }),
        },
      },
      SLACK_LIST_ALL_USERS: {
        displayName: "List all users",
        description: "Lists the members of the workspace, bots included.",
        does: "read",
        input: page,
        output: {
          ok,
          members: list(
            "The members.",
            anything("A member.", { id: "U061F7AUR", name: "mona", is_bot: false }),
          ),
          response_metadata: next,
        },
      },
    },
  );
