// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface YoutubeTriggers {
  /** Channel active. Fires for what a channel does: an upload, a like, an addition to a playlist. */
  YOUTUBE_NEW_ACTIVITY_TRIGGER: {
    config: {
      /**
       * The channel's id.
       * @example "UC_x5XG1OV2P6uZZ5FSM9Ttw"
       */
      channelId: string;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * What happened.
       * @example "new_activity"
       */
      event_type: string;
      /** The activity. */
      activity: Record<string, unknown>;
    };
  };
  /** Playlist grown. Fires when a playlist gets a new video. */
  YOUTUBE_NEW_PLAYLIST_ITEM_TRIGGER: {
    config: {
      /**
       * The playlist's id.
       * @example "PLOU2XLYxmsIJGErt5rrCqaSGTMyyqNt2H"
       */
      playlistId: string;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * What happened.
       * @example "new_playlist_item"
       */
      event_type: string;
      /** The item. */
      item: Record<string, unknown>;
    };
  };
  /** Playlist created. Fires when a channel gets a new playlist. */
  YOUTUBE_NEW_PLAYLIST_TRIGGER: {
    config: {
      /**
       * The channel's id.
       * @example "UC_x5XG1OV2P6uZZ5FSM9Ttw"
       */
      channelId: string;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * What happened.
       * @example "new_playlist"
       */
      event_type: string;
      /** The playlist. */
      playlist: Record<string, unknown>;
    };
  };
  /** Channel subscribed to. Fires when the connected account subscribes to a channel. */
  YOUTUBE_NEW_SUBSCRIPTION_TRIGGER: {
    config: {
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * What happened.
       * @example "new_subscription"
       */
      event_type: string;
      /** The subscription. */
      subscription: Record<string, unknown>;
    };
  };
}
