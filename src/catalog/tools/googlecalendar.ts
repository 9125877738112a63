import {
  anything,
  flag,
  formatted,
  list,
  nullable,
  optional,
  text,
  toolsOf,
  upTo,
  when,
  whole,
} from "../fields.js";

const calendarId = optional(text("Which calendar.", "primary"), "primary");
const eventId = text("The event's id.", "7k2m4n6p8q0r2s4t");
const start = text("When it begins: `YYYY-MM-DDTHH:MM:SS`, in the time zone.", "2025-03-12T09:00:00");

const details = {
  summary: optional(text("The title.", "Site relaunch")),
  description: optional(text("What it is about.", "The last look before we go.")),
  location: optional(text("Where.", "Room 4")),
  attendees: optional(list("Whom to invite.", formatted("email", "An address.", "mona@example.com"))),
  event_duration_hour: optional(whole("How many hours it takes.", 1), 0),
  event_duration_minutes: optional(whole("And how many minutes; 0 to 59.", 30), 30),
  timezone: optional(text("The time zone's IANA name.", "Europe/Berlin"), "UTC"),
};

const event = {
  id: eventId,
  status: text("`confirmed` or `cancelled`.", "confirmed"),
  summary: nullable(text("Its title.", "Site relaunch")),
  html_link: text("Its page.", "https://calendar.google.com/event?eid=abc"),
  start: anything("When it begins.", { dateTime: "2025-03-12T09:00:00Z", timeZone: "UTC" }),
  end: anything("When it ends.", { dateTime: "2025-03-12T09:30:00Z", timeZone: "UTC" }),
  attendees: list("Who is invited.", anything("An invitation.", { email: "mona@example.com" })),
};

/** Calls of Google Calendar's API. */
export const googleCalendarTools = () =>
  toolsOf(
    { name: "googlecalendar", displayName: "Google Calendar", version: "20250930_00" },
    {
      GOOGLECALENDAR_CREATE_EVENT: {
        displayName: "Create event",
        description: "Creates an event in a calendar.",
        does: "create",
        important: true,
        input: { start_datetime: start, ...details, calendar_id: calendarId },
        output: event,
      },
      GOOGLECALENDAR_UPDATE_EVENT: {
        displayName: "Update event",
        description: "Replaces an event: what is not given becomes empty.",
        does: "update",
        input: { event_id: eventId, start_datetime: start, ...details, calendar_id: calendarId },
        output: event,
      },
      GOOGLECALENDAR_DELETE_EVENT: {
        displayName: "Delete event",
        description: "Deletes an event from a calendar.",
        does: "delete",
        important: true,
        input: { event_id: eventId, calendar_id: calendarId },
        output: { status: text("What came of it.", "deleted") },
      },
      GOOGLECALENDAR_FIND_EVENT: {
        displayName: "Find event",
        description: "Finds events of a calendar by words and by time, earliest first.",
        does: "read",
        important: true,
        input: {
          calendar_id: calendarId,
          query: optional(text("Words of the title, the text or the place.", "relaunch")),
          timeMin: optional(when("Only events that end after this.")),
          timeMax: optional(when("Only events that begin before this.")),
          max_results: upTo("How many at most.", 2_500, 10),
        },
        output: { event_data: list("The events.", anything("An event.", { id: "7k2m4n6p8q0r2s4t" })) },
      },
      GOOGLECALENDAR_LIST_CALENDARS: {
        displayName: "List calendars",
        description: "Lists the calendars of the connected account.",
        does: "read",
        input: {},
        output: {
          calendars: list("The calendars.", anything("A calendar.", { id: "primary", primary: true })),
        },
      },
      GOOGLECALENDAR_GET_CURRENT_DATE_TIME: {
        displayName: "Get current date and time",
        description: "Tells the date and time.",
        does: "read",
        input: {},
        output: { current_datetime: when("Now."), is_utc: flag("Whether it is UTC.", true) },
      },
    },
  );
