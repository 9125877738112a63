// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface SlackTools {
  /** Add reaction to message. Adds an emoji reaction to a message. */
  SLACK_ADD_REACTION_TO_AN_ITEM: {
    arguments: {
      /**
       * The id of the channel, private channel or direct message, or a channel's name.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * The emoji's name, without colons.
       * @example "tada"
       */
      name: string;
      /**
       * The message's `ts`: Unix seconds, and its id within the conversation.
       * @example "1741701909.000200"
       */
      timestamp: string;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
    };
  };
  /** Create channel. Creates a public or private channel. */
  SLACK_CREATE_CHANNEL: {
    arguments: {
      /**
       * The channel's name: lower case, at most 80 characters.
       * @example "site-relaunch"
       */
      name: string;
      /**
       * Whether only its members see it.
       * @default false
       */
      is_private?: boolean | undefined;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
      /** The new channel. */
      channel: Record<string, unknown>;
    };
  };
  /** Delete a message from a chat. Deletes a message from a conversation. */
  SLACK_DELETES_A_MESSAGE_FROM_A_CHAT: {
    arguments: {
      /**
       * The id of the channel, private channel or direct message, or a channel's name.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * The message's `ts`: Unix seconds, and its id within the conversation.
       * @example "1741701909.000200"
       */
      ts: string;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
      /**
       * The conversation's id.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * The message's `ts`: Unix seconds, and its id within the conversation.
       * @example "1741701909.000200"
       */
      ts: string;
    };
  };
  /** Fetch conversation history. Reads the messages of a conversation, newest first, without the replies in threads. */
  SLACK_FETCH_CONVERSATION_HISTORY: {
    arguments: {
      /**
       * The id of the channel, private channel or direct message, or a channel's name.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * Only messages after this `ts`.
       * @example "1741600000.000000"
       */
      oldest?: string | undefined;
      /**
       * Only messages before this `ts`.
       * @example "1741700000.000000"
       */
      latest?: string | undefined;
      /** Whether a message at `oldest` or `latest` counts. */
      inclusive?: boolean | undefined;
      /** `next_cursor` of the page before. */
      cursor?: string | undefined;
      /**
       * How many at most.
       * @default 100
       */
      limit?: number | undefined;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
      /** The messages. */
      messages: Record<string, unknown>[];
      /**
       * Whether there are more.
       * @example false
       */
      has_more: boolean;
      /** Where the next page begins. */
      response_metadata: {
        /** What `cursor` is to be for it; empty at the end. */
        next_cursor: string;
      };
    };
  };
  /** Get message reactions. Reads the reactions that a message has. */
  SLACK_FETCH_ITEM_REACTIONS: {
    arguments: {
      /**
       * The id of the channel, private channel or direct message, or a channel's name.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * The message's `ts`: Unix seconds, and its id within the conversation.
       * @example "1741701909.000200"
       */
      timestamp: string;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
      /**
       * The conversation's id.
       * @example "C024BE91L"
       */
      channel: string;
      /** The message, as Slack's API gives it. */
      message: Record<string, unknown>;
    };
  };
  /** Retrieve conversation replies. Reads a thread of a conversation: the message that it is about and its replies, oldest first. */
  SLACK_FETCH_MESSAGE_THREAD_FROM_A_CONVERSATION: {
    arguments: {
      /**
       * The id of the channel, private channel or direct message, or a channel's name.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * The `ts` of the message that the thread is about.
       * @example "1741701900.000100"
       */
      ts: string;
      /**
       * Only messages after this `ts`.
       * @example "1741600000.000000"
       */
      oldest?: string | undefined;
      /**
       * Only messages before this `ts`.
       * @example "1741700000.000000"
       */
      latest?: string | undefined;
      /** Whether a message at `oldest` or `latest` counts. */
      inclusive?: boolean | undefined;
      /** `next_cursor` of the page before. */
      cursor?: string | undefined;
      /**
       * How many at most.
       * @default 100
       */
      limit?: number | undefined;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
      /** The messages. */
      messages: Record<string, unknown>[];
      /**
       * Whether there are more.
       * @example false
       */
      has_more: boolean;
      /** Where the next page begins. */
      response_metadata: {
        /** What `cursor` is to be for it; empty at the end. */
        next_cursor: string;
      };
    };
  };
  /** List all channels. Lists the channels of the workspace. */
  SLACK_LIST_ALL_CHANNELS: {
    arguments: {
      /**
       * Only channels with this in their name.
       * @example "general"
       */
      channel_name?: string | undefined;
      /** Whether archived channels are left out. */
      exclude_archived?: boolean | undefined;
      /**
       * Kinds of conversation, comma-separated.
       * @example "public_channel,private_channel"
       */
      types?: string | undefined;
      /** `next_cursor` of the page before. */
      cursor?: string | undefined;
      /**
       * How many at most.
       * @default 100
       */
      limit?: number | undefined;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
      /** The channels. */
      channels: Record<string, unknown>[];
      /** Where the next page begins. */
      response_metadata: {
        /** What `cursor` is to be for it; empty at the end. */
        next_cursor: string;
      };
    };
  };
  /** List all users. Lists the members of the workspace, bots included. */
  SLACK_LIST_ALL_USERS: {
    arguments: {
      /** `next_cursor` of the page before. */
      cursor?: string | undefined;
      /**
       * How many at most.
       * @default 100
       */
      limit?: number | undefined;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
      /** The members. */
      members: Record<string, unknown>[];
      /** Where the next page begins. */
      response_metadata: {
        /** What `cursor` is to be for it; empty at the end. */
        next_cursor: string;
      };
    };
  };
  /** Remove reaction from message. Takes an emoji reaction back from a message. */
  SLACK_REMOVE_REACTION_FROM_ITEM: {
    arguments: {
      /**
       * The id of the channel, private channel or direct message, or a channel's name.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * The emoji's name, without colons.
       * @example "tada"
       */
      name: string;
      /**
       * The message's `ts`: Unix seconds, and its id within the conversation.
       * @example "1741701909.000200"
       */
      timestamp: string;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
    };
  };
  /** Search messages. Finds messages of all channels by words, `in:channel` and `from:user`. */
  SLACK_SEARCH_MESSAGES: {
    arguments: {
      /**
       * Words to find, with modifiers such as `in:general`.
       * @example "site in:general"
       */
      query: string;
      /**
       * How many at most.
       * @default 20
       */
      count?: number | undefined;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
      /** What was found. */
      messages: {
        /**
         * How many there are.
         * @example 1
         */
        total: number;
        /** The messages, newest first. */
        matches: Record<string, unknown>[];
      };
    };
  };
  /** Send a message to a Slack channel. Posts a message to a Slack channel, direct message or thread. */
  SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL: {
    arguments: {
      /**
       * The id of the channel, private channel or direct message, or a channel's name.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * The message, in Slack's markup.
       * @example "The new site is up :tada:"
       */
      text?: string | undefined;
      /**
       * The message in Markdown, instead of `text`.
       * @example "**The new site is up**"
       */
      markdown_text?: string | undefined;
      /**
       * Block Kit blocks, as JSON text.
       * @example "[{\"type\":\"divider\"}]"
       */
      blocks?: string | undefined;
      /**
       * Attachments, as JSON text.
       * @example "[{\"text\":\"opening-hours.png\"}]"
       */
      attachments?: string | undefined;
      /**
       * The `ts` of the message to reply to in its thread.
       * @example "1741701900.000100"
       */
      thread_ts?: string | undefined;
      /** Whether a reply in a thread is shown in the channel too. */
      reply_broadcast?: boolean | undefined;
      /**
       * The name that the bot appears with.
       * @example "Roast bot"
       */
      username?: string | undefined;
      /**
       * An emoji as the bot's picture.
       * @example ":fire:"
       */
      icon_emoji?: string | undefined;
      /**
       * The URL of the bot's picture.
       * @example "https://example.com/bot.png"
       */
      icon_url?: string | undefined;
      /** Whether it is posted as the user instead of the bot. */
      as_user?: boolean | undefined;
      /** Whether Slack's markup is read. */
      mrkdwn?: boolean | undefined;
      /** Whether names of users and channels become links. */
      link_names?: boolean | undefined;
      /**
       * How links are found: `full` or `none`.
       * @example "full"
       */
      parse?: string | undefined;
      /** Whether links are shown with a preview. */
      unfurl_links?: boolean | undefined;
      /** Whether media are shown with a preview. */
      unfurl_media?: boolean | undefined;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
      /**
       * The conversation's id.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * The message's `ts`: Unix seconds, and its id within the conversation.
       * @example "1741701909.000200"
       */
      ts: string;
      /** The message, as Slack's API gives it. */
      message: Record<string, unknown>;
    };
  };
  /** Send message. Posts a message to a Slack channel, direct message or thread. */
  SLACK_SEND_MESSAGE: {
    arguments: {
      /**
       * The id of the channel, private channel or direct message, or a channel's name.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * The message, in Slack's markup.
       * @example "The new site is up :tada:"
       */
      text?: string | undefined;
      /**
       * The message in Markdown, instead of `text`.
       * @example "**The new site is up**"
       */
      markdown_text?: string | undefined;
      /**
       * Block Kit blocks, as JSON text.
       * @example "[{\"type\":\"divider\"}]"
       */
      blocks?: string | undefined;
      /**
       * Attachments, as JSON text.
       * @example "[{\"text\":\"opening-hours.png\"}]"
       */
      attachments?: string | undefined;
      /**
       * The `ts` of the message to reply to in its thread.
       * @example "1741701900.000100"
       */
      thread_ts?: string | undefined;
      /** Whether a reply in a thread is shown in the channel too. */
      reply_broadcast?: boolean | undefined;
      /**
       * The name that the bot appears with.
       * @example "Roast bot"
       */
      username?: string | undefined;
      /**
       * An emoji as the bot's picture.
       * @example ":fire:"
       */
      icon_emoji?: string | undefined;
      /**
       * The URL of the bot's picture.
       * @example "https://example.com/bot.png"
       */
      icon_url?: string | undefined;
      /** Whether it is posted as the user instead of the bot. */
      as_user?: boolean | undefined;
      /** Whether Slack's markup is read. */
      mrkdwn?: boolean | undefined;
      /** Whether names of users and channels become links. */
      link_names?: boolean | undefined;
      /**
       * How links are found: `full` or `none`.
       * @example "full"
       */
      parse?: string | undefined;
      /** Whether links are shown with a preview. */
      unfurl_links?: boolean | undefined;
      /** Whether media are shown with a preview. */
      unfurl_media?: boolean | undefined;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
      /**
       * The conversation's id.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * The message's `ts`: Unix seconds, and its id within the conversation.
       * @example "1741701909.000200"
       */
      ts: string;
      /** The message, as Slack's API gives it. */
      message: Record<string, unknown>;
    };
  };
  /** Update a Slack message. Replaces the text of a message that the bot has posted. */
  SLACK_UPDATES_A_SLACK_MESSAGE: {
    arguments: {
      /**
       * The id of the channel, private channel or direct message, or a channel's name.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * The message's `ts`: Unix seconds, and its id within the conversation.
       * @example "1741701909.000200"
       */
      ts: string;
      /**
       * The message, in Slack's markup.
       * @example "The new site is up :tada:"
       */
      text?: string | undefined;
      /**
       * The message in Markdown, instead of `text`.
       * @example "**The new site is up**"
       */
      markdown_text?: string | undefined;
      /**
       * Block Kit blocks, as JSON text.
       * @example "[{\"type\":\"divider\"}]"
       */
      blocks?: string | undefined;
      /**
       * Attachments, as JSON text.
       * @example "[{\"text\":\"opening-hours.png\"}]"
       */
      attachments?: string | undefined;
    };
    data: {
      /**
       * Whether Slack did it.
       * @example true
       */
      ok: boolean;
      /**
       * The conversation's id.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * The message's `ts`: Unix seconds, and its id within the conversation.
       * @example "1741701909.000200"
       */
      ts: string;
      /** The message, as Slack's API gives it. */
      message: Record<string, unknown>;
      /**
       * The new text.
       * @example "The new site is up :tada:"
       */
      text: string;
    };
  };
}
