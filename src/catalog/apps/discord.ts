import { interval, record, text, triggersOf, when } from "../fields.js";

export const discordTriggers = () =>
  triggersOf(
    { name: "discord", displayName: "Discord", version: "20250930_00" },
    {
      DISCORD_NEW_MESSAGE_TRIGGER: {
        displayName: "Message posted",
        description: "Fires for a message in a channel.",
        instructions: "Discord lets a bot read messages, not a user: connect a bot that is in the channel.",
        type: "poll",
        config: {
          channel_id: text("The id of the channel.", "41771983423143937"),
          interval,
        },
        payload: {
          event_type: text("What happened.", "new_message"),
          message: record("The message.", {
            message_id: text("Its id.", "334385199974967042"),
            channel_id: text("The id of its channel.", "41771983423143937"),
            content: text("What it says.", "The new site is up!"),
            author_id: text("The id of who wrote it.", "53908099506183680"),
            username: text("The name of who wrote it.", "mona"),
            timestamp: when("When it was written."),
          }),
        },
      },
    },
  );
