import { allOf } from "./event-format.js";
import { sender } from "./sender.js";

/** Google Calendar push notifications: a token is compared; nothing is signed. The body is empty: the facts are in `event.request.headers`. */
export const googleCalendar = sender({
  title: "Google Calendar",
  docs: "https://developers.google.com/workspace/calendar/api/guides/push",
  checked: "the vendor's page",
  setup: "A `token` that you make up, given to `events.watch` with the URL.",
  scheme: {
    provider: "google-calendar",
    signature: { form: "token", header: "x-goog-channel-token" },
    eventName: "x-goog-resource-state",
  },
  events: {
    // The first notification of a channel is named "sync".
    read: (_body, { eventName, request }) => ({
      name: eventName,
      id: allOf(":", request?.headers["x-goog-channel-id"], request?.headers["x-goog-message-number"]),
    }),
  },
});
