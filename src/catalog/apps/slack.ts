import { anything, list, nullable, optional, record, text, triggersOf, whole } from "../fields.js";

const channel = text("The id of the conversation.", "C024BE91L", "C061EG9SL");
const directChannel = text("The id of the conversation.", "D024BE91L", "D069C7QFK");
const user = text("The id of the member.", "U061F7AUR", "U0G9QF9C6");
const ts = text("When, and the message's id within its conversation: Unix seconds.", "1741701909.000200");

const message = (channelType: string) => ({
  channel: channelType === "im" ? directChannel : channel,
  channel_type: text("What sort of conversation it is.", channelType),
  user,
  text: text("The message, in Slack's markup.", "The new site is up :tada:", "Who has the keys?"),
  ts,
  team_id: text("The id of the workspace.", "T0001"),
  thread_ts: optional(
    text("The id of the message that the thread is about, where it is in one.", "1741701900.000100"),
  ),
  // Null by default: a message is normally written by a person.
  bot_id: optional(nullable(text("The id of the bot, where a bot wrote it.", "B123ABC456")), null),
  attachments: optional(
    list("What is attached.", anything("An attachment.", { fallback: "opening-hours.png", id: 1 })),
  ),
});

const reaction = {
  user,
  reaction: text("The emoji's name, without colons.", "tada", "eyes"),
  item_user: optional(text("The id of the member whose message it is.", "U0G9QF9C6")),
  item: record("What was reacted to.", {
    type: text("Its sort.", "message"),
    channel,
    ts,
  }),
  event_ts: text("When, in Unix seconds.", "1741701910.000300"),
};

/** Slack sends one app's events to one URL: these triggers come through an endpoint of one's own app. */
const ofOwnApp = {
  instructions: "Create a webhook endpoint for your Slack app, and enter its URL as the Request URL.",
  requiresWebhookEndpoint: true,
  config: {},
};

const instructions = "With an OAuth app of your own, its event subscriptions must point at the platform.";

/** Events of Slack's Events API. */
export const slackTriggers = () =>
  triggersOf(
    { name: "slack", displayName: "Slack", version: "20250930_00" },
    {
      SLACK_RECEIVE_MESSAGE: {
        displayName: "Message received",
        description: "Fires for a message in a channel that the connected account is in.",
        instructions,
        config: {},
        payload: message("channel"),
      },
      SLACK_RECEIVE_DIRECT_MESSAGE: {
        displayName: "Direct message received",
        description: "Fires for a direct message to the connected account.",
        instructions,
        config: {},
        payload: message("im"),
      },
      SLACK_RECEIVE_THREAD_REPLY: {
        displayName: "Thread reply received",
        description: "Fires for a reply in a thread of a channel that the connected account is in.",
        instructions,
        config: {},
        payload: {
          ...message("channel"),
          thread_ts: text("The id of the message that the thread is about.", "1741701900.000100"),
        },
      },
      SLACK_REACTION_ADDED: {
        displayName: "Reaction added",
        description: "Fires when a member reacts to a message.",
        instructions,
        config: {},
        payload: reaction,
      },
      SLACK_REACTION_REMOVED: {
        displayName: "Reaction removed",
        description: "Fires when a member takes a reaction back.",
        instructions,
        config: {},
        payload: reaction,
      },
      SLACK_CHANNEL_MESSAGE_RECEIVED: {
        displayName: "Channel message received",
        description: "Fires for a message in a channel that the connected account can see.",
        ...ofOwnApp,
        payload: message("channel"),
      },
      SLACK_DIRECT_MESSAGE_RECEIVED: {
        displayName: "Direct message received (own app)",
        description: "Fires for a direct message that the connected account can see.",
        ...ofOwnApp,
        payload: message("im"),
      },
      SLACK_MESSAGE_REACTION_ADDED: {
        displayName: "Reaction added to a message",
        description: "Fires when a member reacts to a message that the connected account can see.",
        ...ofOwnApp,
        payload: reaction,
      },
      SLACK_CHANNEL_CREATED: {
        displayName: "Channel created",
        description: "Fires when a public channel is created in the workspace.",
        instructions,
        config: {},
        payload: {
          id: text("The channel's id.", "C024BE91L"),
          name: text("The channel's name, without #.", "site-relaunch"),
          creator: text("The id of the member who created it.", "U061F7AUR"),
          created: whole("When, in Unix seconds.", 1_741_701_909),
        },
      },
    },
  );
