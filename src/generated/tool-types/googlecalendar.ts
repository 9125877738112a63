// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface GooglecalendarTools {
  /** Create event. Creates an event in a calendar. */
  GOOGLECALENDAR_CREATE_EVENT: {
    arguments: {
      /**
       * When it begins: `YYYY-MM-DDTHH:MM:SS`, in the time zone.
       * @example "2025-03-12T09:00:00"
       */
      start_datetime: string;
      /**
       * The title.
       * @example "Site relaunch"
       */
      summary?: string | undefined;
      /**
       * What it is about.
       * @example "The last look before we go."
       */
      description?: string | undefined;
      /**
       * Where.
       * @example "Room 4"
       */
      location?: string | undefined;
      /** Whom to invite. */
      attendees?: string[] | undefined;
      /**
       * How many hours it takes.
       * @default 0
       * @example 1
       */
      event_duration_hour?: number | undefined;
      /**
       * And how many minutes; 0 to 59.
       * @default 30
       * @example 30
       */
      event_duration_minutes?: number | undefined;
      /**
       * The time zone's IANA name.
       * @default "UTC"
       * @example "Europe/Berlin"
       */
      timezone?: string | undefined;
      /**
       * Which calendar.
       * @default "primary"
       * @example "primary"
       */
      calendar_id?: string | undefined;
    };
    data: {
      /**
       * The event's id.
       * @example "7k2m4n6p8q0r2s4t"
       */
      id: string;
      /**
       * `confirmed` or `cancelled`.
       * @example "confirmed"
       */
      status: string;
      /**
       * Its title.
       * @example "Site relaunch"
       */
      summary: string | null;
      /**
       * Its page.
       * @example "https://calendar.google.com/event?eid=abc"
       */
      html_link: string;
      /** When it begins. */
      start: Record<string, unknown>;
      /** When it ends. */
      end: Record<string, unknown>;
      /** Who is invited. */
      attendees: Record<string, unknown>[];
    };
  };
  /** Delete event. Deletes an event from a calendar. */
  GOOGLECALENDAR_DELETE_EVENT: {
    arguments: {
      /**
       * The event's id.
       * @example "7k2m4n6p8q0r2s4t"
       */
      event_id: string;
      /**
       * Which calendar.
       * @default "primary"
       * @example "primary"
       */
      calendar_id?: string | undefined;
    };
    data: {
      /**
       * What came of it.
       * @example "deleted"
       */
      status: string;
    };
  };
  /** Find event. Finds events of a calendar by words and by time, earliest first. */
  GOOGLECALENDAR_FIND_EVENT: {
    arguments: {
      /**
       * Which calendar.
       * @default "primary"
       * @example "primary"
       */
      calendar_id?: string | undefined;
      /**
       * Words of the title, the text or the place.
       * @example "relaunch"
       */
      query?: string | undefined;
      /**
       * Only events that end after this.
       * @example "2025-03-11T14:05:09Z"
       */
      timeMin?: string | undefined;
      /**
       * Only events that begin before this.
       * @example "2025-03-11T14:05:09Z"
       */
      timeMax?: string | undefined;
      /**
       * How many at most.
       * @default 10
       */
      max_results?: number | undefined;
    };
    data: {
      /** The events. */
      event_data: Record<string, unknown>[];
    };
  };
  /** Get current date and time. Tells the date and time. */
  GOOGLECALENDAR_GET_CURRENT_DATE_TIME: {
    arguments: Record<string, never>;
    data: {
      /**
       * Now.
       * @example "2025-03-11T14:05:09Z"
       */
      current_datetime: string;
      /**
       * Whether it is UTC.
       * @example true
       */
      is_utc: boolean;
    };
  };
  /** List calendars. Lists the calendars of the connected account. */
  GOOGLECALENDAR_LIST_CALENDARS: {
    arguments: Record<string, never>;
    data: {
      /** The calendars. */
      calendars: Record<string, unknown>[];
    };
  };
  /** Update event. Replaces an event: what is not given becomes empty. */
  GOOGLECALENDAR_UPDATE_EVENT: {
    arguments: {
      /**
       * The event's id.
       * @example "7k2m4n6p8q0r2s4t"
       */
      event_id: string;
      /**
       * When it begins: `YYYY-MM-DDTHH:MM:SS`, in the time zone.
       * @example "2025-03-12T09:00:00"
       */
      start_datetime: string;
      /**
       * The title.
       * @example "Site relaunch"
       */
      summary?: string | undefined;
      /**
       * What it is about.
       * @example "The last look before we go."
       */
      description?: string | undefined;
      /**
       * Where.
       * @example "Room 4"
       */
      location?: string | undefined;
      /** Whom to invite. */
      attendees?: string[] | undefined;
      /**
       * How many hours it takes.
       * @default 0
       * @example 1
       */
      event_duration_hour?: number | undefined;
      /**
       * And how many minutes; 0 to 59.
       * @default 30
       * @example 30
       */
      event_duration_minutes?: number | undefined;
      /**
       * The time zone's IANA name.
       * @default "UTC"
       * @example "Europe/Berlin"
       */
      timezone?: string | undefined;
      /**
       * Which calendar.
       * @default "primary"
       * @example "primary"
       */
      calendar_id?: string | undefined;
    };
    data: {
      /**
       * The event's id.
       * @example "7k2m4n6p8q0r2s4t"
       */
      id: string;
      /**
       * `confirmed` or `cancelled`.
       * @example "confirmed"
       */
      status: string;
      /**
       * Its title.
       * @example "Site relaunch"
       */
      summary: string | null;
      /**
       * Its page.
       * @example "https://calendar.google.com/event?eid=abc"
       */
      html_link: string;
      /** When it begins. */
      start: Record<string, unknown>;
      /** When it ends. */
      end: Record<string, unknown>;
      /** Who is invited. */
      attendees: Record<string, unknown>[];
    };
  };
}
