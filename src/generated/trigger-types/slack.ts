// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface SlackTriggers {
  /** Channel created. Fires when a public channel is created in the workspace. */
  SLACK_CHANNEL_CREATED: {
    config: Record<string, never>;
    payload: {
      /**
       * The channel's id.
       * @example "C024BE91L"
       */
      id: string;
      /**
       * The channel's name, without #.
       * @example "site-relaunch"
       */
      name: string;
      /**
       * The id of the member who created it.
       * @example "U061F7AUR"
       */
      creator: string;
      /**
       * When, in Unix seconds.
       * @example 1741701909
       */
      created: number;
    };
  };
  /** Channel message received. Fires for a message in a channel that the connected account can see. */
  SLACK_CHANNEL_MESSAGE_RECEIVED: {
    config: Record<string, never>;
    payload: {
      /**
       * The id of the conversation.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * What sort of conversation it is.
       * @example "channel"
       */
      channel_type: string;
      /**
       * The id of the member.
       * @example "U061F7AUR"
       */
      user: string;
      /**
       * The message, in Slack's markup.
       * @example "The new site is up :tada:"
       */
      text: string;
      /**
       * When, and the message's id within its conversation: Unix seconds.
       * @example "1741701909.000200"
       */
      ts: string;
      /**
       * The id of the workspace.
       * @example "T0001"
       */
      team_id: string;
      /**
       * The id of the message that the thread is about, where it is in one.
       * @example "1741701900.000100"
       */
      thread_ts?: string | undefined;
      /**
       * The id of the bot, where a bot wrote it.
       * @example "B123ABC456"
       */
      bot_id?: string | null | undefined;
      /** What is attached. */
      attachments?: Record<string, unknown>[] | undefined;
    };
  };
  /** Direct message received (own app). Fires for a direct message that the connected account can see. */
  SLACK_DIRECT_MESSAGE_RECEIVED: {
    config: Record<string, never>;
    payload: {
      /**
       * The id of the conversation.
       * @example "D024BE91L"
       */
      channel: string;
      /**
       * What sort of conversation it is.
       * @example "im"
       */
      channel_type: string;
      /**
       * The id of the member.
       * @example "U061F7AUR"
       */
      user: string;
      /**
       * The message, in Slack's markup.
       * @example "The new site is up :tada:"
       */
      text: string;
      /**
       * When, and the message's id within its conversation: Unix seconds.
       * @example "1741701909.000200"
       */
      ts: string;
      /**
       * The id of the workspace.
       * @example "T0001"
       */
      team_id: string;
      /**
       * The id of the message that the thread is about, where it is in one.
       * @example "1741701900.000100"
       */
      thread_ts?: string | undefined;
      /**
       * The id of the bot, where a bot wrote it.
       * @example "B123ABC456"
       */
      bot_id?: string | null | undefined;
      /** What is attached. */
      attachments?: Record<string, unknown>[] | undefined;
    };
  };
  /** Reaction added to a message. Fires when a member reacts to a message that the connected account can see. */
  SLACK_MESSAGE_REACTION_ADDED: {
    config: Record<string, never>;
    payload: {
      /**
       * The id of the member.
       * @example "U061F7AUR"
       */
      user: string;
      /**
       * The emoji's name, without colons.
       * @example "tada"
       */
      reaction: string;
      /**
       * The id of the member whose message it is.
       * @example "U0G9QF9C6"
       */
      item_user?: string | undefined;
      /** What was reacted to. */
      item: {
        /**
         * Its sort.
         * @example "message"
         */
        type: string;
        /**
         * The id of the conversation.
         * @example "C024BE91L"
         */
        channel: string;
        /**
         * When, and the message's id within its conversation: Unix seconds.
         * @example "1741701909.000200"
         */
        ts: string;
      };
      /**
       * When, in Unix seconds.
       * @example "1741701910.000300"
       */
      event_ts: string;
    };
  };
  /** Reaction added. Fires when a member reacts to a message. */
  SLACK_REACTION_ADDED: {
    config: Record<string, never>;
    payload: {
      /**
       * The id of the member.
       * @example "U061F7AUR"
       */
      user: string;
      /**
       * The emoji's name, without colons.
       * @example "tada"
       */
      reaction: string;
      /**
       * The id of the member whose message it is.
       * @example "U0G9QF9C6"
       */
      item_user?: string | undefined;
      /** What was reacted to. */
      item: {
        /**
         * Its sort.
         * @example "message"
         */
        type: string;
        /**
         * The id of the conversation.
         * @example "C024BE91L"
         */
        channel: string;
        /**
         * When, and the message's id within its conversation: Unix seconds.
         * @example "1741701909.000200"
         */
        ts: string;
      };
      /**
       * When, in Unix seconds.
       * @example "1741701910.000300"
       */
      event_ts: string;
    };
  };
  /** Reaction removed. Fires when a member takes a reaction back. */
  SLACK_REACTION_REMOVED: {
    config: Record<string, never>;
    payload: {
      /**
       * The id of the member.
       * @example "U061F7AUR"
       */
      user: string;
      /**
       * The emoji's name, without colons.
       * @example "tada"
       */
      reaction: string;
      /**
       * The id of the member whose message it is.
       * @example "U0G9QF9C6"
       */
      item_user?: string | undefined;
      /** What was reacted to. */
      item: {
        /**
         * Its sort.
         * @example "message"
         */
        type: string;
        /**
         * The id of the conversation.
         * @example "C024BE91L"
         */
        channel: string;
        /**
         * When, and the message's id within its conversation: Unix seconds.
         * @example "1741701909.000200"
         */
        ts: string;
      };
      /**
       * When, in Unix seconds.
       * @example "1741701910.000300"
       */
      event_ts: string;
    };
  };
  /** Direct message received. Fires for a direct message to the connected account. */
  SLACK_RECEIVE_DIRECT_MESSAGE: {
    config: Record<string, never>;
    payload: {
      /**
       * The id of the conversation.
       * @example "D024BE91L"
       */
      channel: string;
      /**
       * What sort of conversation it is.
       * @example "im"
       */
      channel_type: string;
      /**
       * The id of the member.
       * @example "U061F7AUR"
       */
      user: string;
      /**
       * The message, in Slack's markup.
       * @example "The new site is up :tada:"
       */
      text: string;
      /**
       * When, and the message's id within its conversation: Unix seconds.
       * @example "1741701909.000200"
       */
      ts: string;
      /**
       * The id of the workspace.
       * @example "T0001"
       */
      team_id: string;
      /**
       * The id of the message that the thread is about, where it is in one.
       * @example "1741701900.000100"
       */
      thread_ts?: string | undefined;
      /**
       * The id of the bot, where a bot wrote it.
       * @example "B123ABC456"
       */
      bot_id?: string | null | undefined;
      /** What is attached. */
      attachments?: Record<string, unknown>[] | undefined;
    };
  };
  /** Message received. Fires for a message in a channel that the connected account is in. */
  SLACK_RECEIVE_MESSAGE: {
    config: Record<string, never>;
    payload: {
      /**
       * The id of the conversation.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * What sort of conversation it is.
       * @example "channel"
       */
      channel_type: string;
      /**
       * The id of the member.
       * @example "U061F7AUR"
       */
      user: string;
      /**
       * The message, in Slack's markup.
       * @example "The new site is up :tada:"
       */
      text: string;
      /**
       * When, and the message's id within its conversation: Unix seconds.
       * @example "1741701909.000200"
       */
      ts: string;
      /**
       * The id of the workspace.
       * @example "T0001"
       */
      team_id: string;
      /**
       * The id of the message that the thread is about, where it is in one.
       * @example "1741701900.000100"
       */
      thread_ts?: string | undefined;
      /**
       * The id of the bot, where a bot wrote it.
       * @example "B123ABC456"
       */
      bot_id?: string | null | undefined;
      /** What is attached. */
      attachments?: Record<string, unknown>[] | undefined;
    };
  };
  /** Thread reply received. Fires for a reply in a thread of a channel that the connected account is in. */
  SLACK_RECEIVE_THREAD_REPLY: {
    config: Record<string, never>;
    payload: {
      /**
       * The id of the conversation.
       * @example "C024BE91L"
       */
      channel: string;
      /**
       * What sort of conversation it is.
       * @example "channel"
       */
      channel_type: string;
      /**
       * The id of the member.
       * @example "U061F7AUR"
       */
      user: string;
      /**
       * The message, in Slack's markup.
       * @example "The new site is up :tada:"
       */
      text: string;
      /**
       * When, and the message's id within its conversation: Unix seconds.
       * @example "1741701909.000200"
       */
      ts: string;
      /**
       * The id of the workspace.
       * @example "T0001"
       */
      team_id: string;
      /**
       * The id of the message that the thread is about.
       * @example "1741701900.000100"
       */
      thread_ts: string;
      /**
       * The id of the bot, where a bot wrote it.
       * @example "B123ABC456"
       */
      bot_id?: string | null | undefined;
      /** What is attached. */
      attachments?: Record<string, unknown>[] | undefined;
    };
  };
}
