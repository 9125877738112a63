import {
  anything,
  choice,
  flag,
  formatted,
  interval,
  link,
  list,
  nullable,
  optional,
  text,
  triggersOf,
  when,
  whole,
  wholeFrom,
} from "../fields.js";

const calendarId = optional(text("Which calendar.", "primary"), "primary");

const core = {
  event_id: text("The event's id in its calendar.", "7k2m4n6p8q0r2s4t"),
  calendar_id: text("The calendar's id.", "primary"),
  summary: nullable(text("The event's title.", "Site relaunch", "Stand-up")),
  start_time: nullable(when("When it starts; for a whole day, a date.", "2025-03-12T09:00:00Z")),
  organizer_email: nullable(formatted("email", "Who organizes it.", "mona@example.com")),
};

const attendees = list(
  "Who is invited.",
  anything("An invitation.", { email: "you@example.com", responseStatus: "needsAction" }),
);

const place = {
  description: nullable(text("What it is about.", "The last look before we go.")),
  location: nullable(text("Where.", "Room 4")),
  hangout_link: nullable(link("Where to meet online.", "https://meet.google.com/abc-defg-hij")),
  html_link: nullable(link("The event's page.", "https://calendar.google.com/event?eid=abc")),
  status: nullable(text("`confirmed`, `tentative` or `canceled`.", "confirmed")),
  creator_email: nullable(formatted("email", "Who created it.", "mona@example.com")),
};

export const googleCalendarTriggers = () =>
  triggersOf(
    { name: "googlecalendar", displayName: "Google Calendar", version: "20250930_00" },
    {
      GOOGLECALENDAR_GOOGLE_CALENDAR_EVENT_SYNC_TRIGGER: {
        displayName: "Event changed",
        description: "Fires when an event is created, changed or deleted, with the whole event.",
        type: "poll",
        config: {
          calendarId,
          interval,
          showDeleted: optional(flag("Whether deleted events count as well."), true),
        },
        payload: {
          event_type: choice("What was done.", ["created", "updated", "deleted"]),
          ...core,
          ...place,
          attendees,
          end_time: nullable(when("When it ends.", "2025-03-12T10:00:00Z")),
          organizer_name: nullable(text("The organizer's name.", "Mona Lisa")),
          creator_name: nullable(text("The creator's name.", "Mona Lisa")),
          created_at: nullable(when("When it was created.")),
          updated_at: nullable(when("When it was last changed.")),
          recurring_event_id: nullable(text("The id of the series it belongs to.", "7k2m4n6p8q0r2s4t")),
          visibility: nullable(text("Who may see it.", "default")),
          conference_data: nullable(anything("How to meet online.", { conferenceId: "abc-defg-hij" })),
        },
      },
      GOOGLECALENDAR_GOOGLE_CALENDAR_EVENT_CREATED_TRIGGER: {
        displayName: "Event created",
        description: "Fires when an event is created.",
        type: "poll",
        config: { calendarId, interval },
        payload: {
          ...core,
          end_time: nullable(when("When it ends.", "2025-03-12T10:00:00Z")),
          organizer_name: nullable(text("The organizer's name.", "Mona Lisa")),
        },
      },
      GOOGLECALENDAR_EVENT_STARTING_SOON_TRIGGER: {
        displayName: "Event starting soon",
        description: "Fires some minutes before an event starts.",
        type: "poll",
        config: {
          calendarId,
          interval,
          minutesBeforeStart: optional(wholeFrom("How many minutes before.", 1, 10)),
        },
        payload: {
          ...core,
          ...place,
          attendees,
          organizer_self: optional(flag("Whether the connected account organizes it.", true)),
          minutes_until_start: whole("Minutes until it starts.", 9, 10),
          countdown_window_minutes: whole("How many minutes before the trigger was asked for.", 10),
          updated: optional(when("When it was last changed.")),
        },
      },
    },
  );
