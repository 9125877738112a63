import { anything, interval, text, triggersOf } from "../fields.js";

const channelId = text("The channel's id.", "UC_x5XG1OV2P6uZZ5FSM9Ttw");
const snippet = {
  publishedAt: "2025-03-11T14:05:09Z",
  channelId: "UC_x5XG1OV2P6uZZ5FSM9Ttw",
  title: "How we bake",
  description: "From flour to loaf.",
};

/** What stands beside `event_type` is a resource of the YouTube Data API, version 3. */
export const youtubeTriggers = () =>
  triggersOf(
    { name: "youtube", displayName: "YouTube", version: "20250930_00" },
    {
      YOUTUBE_NEW_ACTIVITY_TRIGGER: {
        displayName: "Channel active",
        description: "Fires for what a channel does: an upload, a like, an addition to a playlist.",
        type: "poll",
        config: { channelId, interval },
        payload: {
          event_type: text("What happened.", "new_activity"),
          activity: anything("The activity.", {
            kind: "youtube#activity",
            id: "MTUxNzQxNzAxOTA5",
            snippet: { ...snippet, type: "upload" },
          }),
        },
      },
      YOUTUBE_NEW_PLAYLIST_TRIGGER: {
        displayName: "Playlist created",
        description: "Fires when a channel gets a new playlist.",
        type: "poll",
        config: { channelId, interval },
        payload: {
          event_type: text("What happened.", "new_playlist"),
          playlist: anything("The playlist.", {
            kind: "youtube#playlist",
            id: "PLOU2XLYxmsIJGErt5rrCqaSGTMyyqNt2H",
            snippet,
          }),
        },
      },
      YOUTUBE_NEW_PLAYLIST_ITEM_TRIGGER: {
        displayName: "Playlist grown",
        description: "Fires when a playlist gets a new video.",
        type: "poll",
        config: { playlistId: text("The playlist's id.", "PLOU2XLYxmsIJGErt5rrCqaSGTMyyqNt2H"), interval },
        payload: {
          event_type: text("What happened.", "new_playlist_item"),
          item: anything("The item.", {
            kind: "youtube#playlistItem",
            id: "UExPVTJYTFl4bXNJSg",
            snippet: { ...snippet, resourceId: { kind: "youtube#video", videoId: "dQw4w9WgXcQ" } },
          }),
        },
      },
      YOUTUBE_NEW_SUBSCRIPTION_TRIGGER: {
        displayName: "Channel subscribed to",
        description: "Fires when the connected account subscribes to a channel.",
        type: "poll",
        config: { interval },
        payload: {
          event_type: text("What happened.", "new_subscription"),
          subscription: anything("The subscription.", {
            kind: "youtube#subscription",
            id: "dGhlIHN1YnNjcmlwdGlvbg",
            snippet: { ...snippet, title: "Bread at home" },
          }),
        },
      },
    },
  );
