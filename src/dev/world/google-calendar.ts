import type { JsonObject } from "../../model/json.js";
import { type AppContext, configFits, isoOf } from "./app-context.js";
import { type Actor, type Args, checkLength, type Effects, LONGEST_TEXT, ToolFailure } from "./effect.js";
import { addressOf } from "./gmail.js";
import { Records } from "./records.js";

/** An event of a user's calendar in the local Google Calendar. */
export interface CalendarEvent {
  readonly id: string;
  readonly userId: string;
  readonly calendarId: string;
  readonly summary: string | null;
  readonly description: string | null;
  readonly location: string | null;
  readonly attendees: readonly string[];
  /** ISO 8601 with the zone's offset, UTC. */
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The local Google Calendar: calendars of each user. */
export class GoogleCalendarWorld {
  readonly #context: AppContext;
  readonly #events: Records<CalendarEvent>;

  constructor(context: AppContext) {
    this.#context = context;
    this.#events = new Records(({ id }) => id, context.changed);
  }

  begin(): void {}

  /** Earliest first. */
  events(userId = "default"): readonly CalendarEvent[] {
    return this.#events
      .filter((event) => event.userId === userId)
      .sort((a, b) => a.start.localeCompare(b.start));
  }

  toJSON() {
    return { events: this.#events.all() };
  }

  clear(): void {
    this.#events.clear();
  }

  effects(): Effects {
    return {
      GOOGLECALENDAR_CREATE_EVENT: (args, by) => {
        const now = isoOf(this.#context);
        const id = this.#context.ids.secret(8);
        const event = this.#events.put({ ...read(args, by, id), ...{ createdAt: now, updatedAt: now } });
        this.#happened(event, "created", by);
        return shown(event);
      },
      GOOGLECALENDAR_UPDATE_EVENT: (args, by) => {
        const { id, createdAt } = this.#event(args, by);
        const event = this.#events.put({ ...read(args, by, id), createdAt, updatedAt: isoOf(this.#context) });
        this.#happened(event, "updated", by);
        return shown(event);
      },
      GOOGLECALENDAR_DELETE_EVENT: (args, by) => {
        const event = this.#event(args, by);
        this.#events.delete(event.id);
        this.#happened(event, "deleted", by);
        return { status: "deleted" };
      },
      GOOGLECALENDAR_FIND_EVENT: (args, by) => {
        const words = args.text("query").toLowerCase().split(/\s+/).filter(Boolean);
        const [from, to] = [boundOf(args, "timeMin"), boundOf(args, "timeMax")];
        const found = this.events(by.userId).filter(
          (event) =>
            event.calendarId === args.text("calendar_id") &&
            (from === undefined || Date.parse(event.end) > from) &&
            (to === undefined || Date.parse(event.start) < to) &&
            words.every((word) =>
              `${event.summary} ${event.description} ${event.location}`.toLowerCase().includes(word),
            ),
        );
        return { event_data: found.slice(0, args.number("max_results", 10)).map(shown) };
      },
      GOOGLECALENDAR_LIST_CALENDARS: (_, by) => {
        const ids = new Set(["primary", ...this.events(by.userId).map(({ calendarId }) => calendarId)]);
        return { calendars: [...ids].map((id) => ({ id, summary: id, primary: id === "primary" })) };
      },
      GOOGLECALENDAR_GET_CURRENT_DATE_TIME: () => ({ current_datetime: isoOf(this.#context), is_utc: true }),
    };
  }

  #event(args: Args, { userId }: Actor): CalendarEvent {
    const event = this.#events.get(args.text("event_id"));
    if (event?.userId !== userId || event.calendarId !== args.text("calendar_id"))
      throw new ToolFailure("Not Found");
    return event;
  }

  #happened(event: CalendarEvent, change: string, { userId }: Actor): void {
    const email = addressOf(userId);
    const core = {
      event_id: event.id,
      calendar_id: event.calendarId,
      summary: event.summary,
      start_time: event.start,
      organizer_email: email,
      end_time: event.end,
      organizer_name: userId,
    };
    const isOf = ({ config, userId: whose }: { config: Readonly<Record<string, unknown>>; userId: string }) =>
      whose === userId && configFits(config, { calendarId: event.calendarId });
    if (change === "created") {
      this.#context.happened("GOOGLECALENDAR_GOOGLE_CALENDAR_EVENT_CREATED_TRIGGER", core, isOf);
    }
    const whole = {
      event_type: change,
      ...core,
      description: event.description,
      location: event.location,
      hangout_link: null,
      html_link: linkOf(event),
      status: change === "deleted" ? "cancelled" : "confirmed",
      creator_email: email,
      creator_name: userId,
      attendees: event.attendees.map((one) => ({ email: one, responseStatus: "needsAction" })),
      created_at: event.createdAt,
      updated_at: event.updatedAt,
      recurring_event_id: null,
      visibility: "default",
      conference_data: null,
    };
    this.#context.happened("GOOGLECALENDAR_GOOGLE_CALENDAR_EVENT_SYNC_TRIGGER", whole, (one) => {
      return isOf(one) && (change !== "deleted" || one.config.showDeleted !== false);
    });
  }
}

/** @throws ToolFailure for a time that is none */
function read(args: Args, { userId }: Actor, id: string): Omit<CalendarEvent, "createdAt" | "updatedAt"> {
  const timeZone = args.text("timezone");
  const startMs = momentOf(args.text("start_datetime"), timeZone);
  const duration =
    args.number("event_duration_hour", 0) * HOUR_MS + args.number("event_duration_minutes", 30) * MINUTE_MS;
  if (duration <= 0 || duration > 10_000 * HOUR_MS)
    throw new ToolFailure("The specified time range is empty.");
  const textAt = (name: string) =>
    args.has(name) ? checkLength(args.text(name), LONGEST_TEXT, `Invalid value for ${name}`) : null;
  return {
    ...{ id, userId, timeZone },
    calendarId: args.text("calendar_id"),
    summary: textAt("summary"),
    description: textAt("description"),
    location: textAt("location"),
    attendees: (args.texts("attendees") ?? []).slice(0, 200),
    start: new Date(startMs).toISOString(),
    end: new Date(startMs + duration).toISOString(),
  };
}

/** A time without an offset is one of the zone. @throws ToolFailure */
function momentOf(text: string, timeZone: string): number {
  const hasOffset = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  const asUtc = Date.parse(hasOffset ? text : `${text}Z`);
  // A year of five digits cannot be written as these are.
  if (Number.isNaN(asUtc) || Math.abs(asUtc) > 2e14)
    throw new ToolFailure(`Bad Request: ${JSON.stringify(text)} is no time`);
  return hasOffset ? asUtc : asUtc - offsetOf(asUtc, timeZone);
}

/** How far a zone is ahead of UTC at a moment, milliseconds. @throws ToolFailure for a zone that does not exist */
function offsetOf(atMs: number, timeZone: string): number {
  try {
    const parts = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      ...{
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      },
    }).formatToParts(atMs);
    const at = (type: string) => Number(parts.find((part) => part.type === type)?.value);
    return Date.UTC(at("year"), at("month") - 1, at("day"), at("hour"), at("minute"), at("second")) - atMs;
  } catch {
    throw new ToolFailure(`Bad Request: there is no time zone ${JSON.stringify(timeZone)}`);
  }
}

function boundOf(args: Args, name: string): number | undefined {
  const text = args.maybeText(name);
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new ToolFailure(`Bad Request: ${name} is no time`);
  return at;
}

const linkOf = ({ id }: CalendarEvent): string => `https://calendar.google.com/event?eid=${id}`;

function shown(event: CalendarEvent): JsonObject {
  const { id, summary, description, location, start, end, timeZone, attendees } = event;
  return {
    ...{ id, summary, description, location },
    status: "confirmed",
    html_link: linkOf(event),
    start: { dateTime: start, timeZone },
    end: { dateTime: end, timeZone },
    attendees: attendees.map((email) => ({ email, responseStatus: "needsAction" })),
  };
}
