// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface GooglecalendarTriggers {
  /** Event starting soon. Fires some minutes before an event starts. */
  GOOGLECALENDAR_EVENT_STARTING_SOON_TRIGGER: {
    config: {
      /**
       * Which calendar.
       * @default "primary"
       * @example "primary"
       */
      calendarId?: string | undefined;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
      /**
       * How many minutes before.
       * @default 10
       */
      minutesBeforeStart?: number | undefined;
    };
    payload: {
      /**
       * The event's id in its calendar.
       * @example "7k2m4n6p8q0r2s4t"
       */
      event_id: string;
      /**
       * The calendar's id.
       * @example "primary"
       */
      calendar_id: string;
      /**
       * The event's title.
       * @example "Site relaunch"
       */
      summary: string | null;
      /**
       * When it starts; for a whole day, a date.
       * @example "2025-03-12T09:00:00Z"
       */
      start_time: string | null;
      /**
       * Who organizes it.
       * @example "mona@example.com"
       */
      organizer_email: string | null;
      /**
       * What it is about.
       * @example "The last look before we go."
       */
      description: string | null;
      /**
       * Where.
       * @example "Room 4"
       */
      location: string | null;
      /**
       * Where to meet online.
       * @example "https://meet.google.com/abc-defg-hij"
       */
      hangout_link: string | null;
      /**
       * The event's page.
       * @example "https://calendar.google.com/event?eid=abc"
       */
      html_link: string | null;
      /**
       * `confirmed`, `tentative` or `canceled`.
       * @example "confirmed"
       */
      status: string | null;
      /**
       * Who created it.
       * @example "mona@example.com"
       */
      creator_email: string | null;
      /** Who is invited. */
      attendees: Record<string, unknown>[];
      /**
       * Whether the connected account organizes it.
       * @example true
       */
      organizer_self?: boolean | undefined;
      /**
       * Minutes until it starts.
       * @example 9
       */
      minutes_until_start: number;
      /**
       * How many minutes before the trigger was asked for.
       * @example 10
       */
      countdown_window_minutes: number;
      /**
       * When it was last changed.
       * @example "2025-03-11T14:05:09Z"
       */
      updated?: string | undefined;
    };
  };
  /** Event created. Fires when an event is created. */
  GOOGLECALENDAR_GOOGLE_CALENDAR_EVENT_CREATED_TRIGGER: {
    config: {
      /**
       * Which calendar.
       * @default "primary"
       * @example "primary"
       */
      calendarId?: string | undefined;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * The event's id in its calendar.
       * @example "7k2m4n6p8q0r2s4t"
       */
      event_id: string;
      /**
       * The calendar's id.
       * @example "primary"
       */
      calendar_id: string;
      /**
       * The event's title.
       * @example "Site relaunch"
       */
      summary: string | null;
      /**
       * When it starts; for a whole day, a date.
       * @example "2025-03-12T09:00:00Z"
       */
      start_time: string | null;
      /**
       * Who organizes it.
       * @example "mona@example.com"
       */
      organizer_email: string | null;
      /**
       * When it ends.
       * @example "2025-03-12T10:00:00Z"
       */
      end_time: string | null;
      /**
       * The organizer's name.
       * @example "Mona Lisa"
       */
      organizer_name: string | null;
    };
  };
  /** Event changed. Fires when an event is created, changed or deleted, with the whole event. */
  GOOGLECALENDAR_GOOGLE_CALENDAR_EVENT_SYNC_TRIGGER: {
    config: {
      /**
       * Which calendar.
       * @default "primary"
       * @example "primary"
       */
      calendarId?: string | undefined;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
      /**
       * Whether deleted events count as well.
       * @default true
       */
      showDeleted?: boolean | undefined;
    };
    payload: {
      /** What was done. */
      event_type: "created" | "updated" | "deleted";
      /**
       * The event's id in its calendar.
       * @example "7k2m4n6p8q0r2s4t"
       */
      event_id: string;
      /**
       * The calendar's id.
       * @example "primary"
       */
      calendar_id: string;
      /**
       * The event's title.
       * @example "Site relaunch"
       */
      summary: string | null;
      /**
       * When it starts; for a whole day, a date.
       * @example "2025-03-12T09:00:00Z"
       */
      start_time: string | null;
      /**
       * Who organizes it.
       * @example "mona@example.com"
       */
      organizer_email: string | null;
      /**
       * What it is about.
       * @example "The last look before we go."
       */
      description: string | null;
      /**
       * Where.
       * @example "Room 4"
       */
      location: string | null;
      /**
       * Where to meet online.
       * @example "https://meet.google.com/abc-defg-hij"
       */
      hangout_link: string | null;
      /**
       * The event's page.
       * @example "https://calendar.google.com/event?eid=abc"
       */
      html_link: string | null;
      /**
       * `confirmed`, `tentative` or `canceled`.
       * @example "confirmed"
       */
      status: string | null;
      /**
       * Who created it.
       * @example "mona@example.com"
       */
      creator_email: string | null;
      /** Who is invited. */
      attendees: Record<string, unknown>[];
      /**
       * When it ends.
       * @example "2025-03-12T10:00:00Z"
       */
      end_time: string | null;
      /**
       * The organizer's name.
       * @example "Mona Lisa"
       */
      organizer_name: string | null;
      /**
       * The creator's name.
       * @example "Mona Lisa"
       */
      creator_name: string | null;
      /**
       * When it was created.
       * @example "2025-03-11T14:05:09Z"
       */
      created_at: string | null;
      /**
       * When it was last changed.
       * @example "2025-03-11T14:05:09Z"
       */
      updated_at: string | null;
      /**
       * The id of the series it belongs to.
       * @example "7k2m4n6p8q0r2s4t"
       */
      recurring_event_id: string | null;
      /**
       * Who may see it.
       * @example "default"
       */
      visibility: string | null;
      /** How to meet online. */
      conference_data: Record<string, unknown> | null;
    };
  };
}
