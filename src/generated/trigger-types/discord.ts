// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface DiscordTriggers {
  /** Message posted. Fires for a message in a channel. */
  DISCORD_NEW_MESSAGE_TRIGGER: {
    config: {
      /**
       * The id of the channel.
       * @example "41771983423143937"
       */
      channel_id: string;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * What happened.
       * @example "new_message"
       */
      event_type: string;
      /** The message. */
      message: {
        /**
         * Its id.
         * @example "334385199974967042"
         */
        message_id: string;
        /**
         * The id of its channel.
         * @example "41771983423143937"
         */
        channel_id: string;
        /**
         * What it says.
         * @example "The new site is up!"
         */
        content: string;
        /**
         * The id of who wrote it.
         * @example "53908099506183680"
         */
        author_id: string;
        /**
         * The name of who wrote it.
         * @example "mona"
         */
        username: string;
        /**
         * When it was written.
         * @example "2025-03-11T14:05:09Z"
         */
        timestamp: string;
      };
    };
  };
}
