import type { AlertSchedule } from "../../settings/alerts.js";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/**
 * When the time that is now under way began, epoch milliseconds; `undefined` outside of the schedule. On a day whose
 * clock is changed it may be off by that change.
 */
export function startOfSchedule(schedule: Required<AlertSchedule>, nowMs: number): number | undefined {
  const { day, minutes } = localTime(schedule.timeZone as string, nowMs);
  const from = minutesOf(schedule.from as string);
  const to = minutesOf(schedule.to as string);
  const days = schedule.days as readonly number[];
  const startedAgo = (passed: number) => nowMs - passed * MINUTE_MS - (nowMs % MINUTE_MS);
  // Around the clock, one day goes on from the other.
  if (to - from === DAY_MINUTES) {
    if (!days.includes(day)) return undefined;
    let before = 0;
    while (before < 6 && days.includes((day + 6 - before) % 7)) before += 1;
    return startedAgo(minutes + before * DAY_MINUTES);
  }
  if (from < to)
    return days.includes(day) && minutes >= from && minutes < to ? startedAgo(minutes - from) : undefined;
  // Over midnight: it belongs to the day on which it began.
  if (minutes >= from && days.includes(day)) return startedAgo(minutes - from);
  if (minutes < to && days.includes((day + 6) % 7)) return startedAgo(minutes + DAY_MINUTES - from);
  return undefined;
}

function localTime(timeZone: string, nowMs: number): { readonly day: number; readonly minutes: number } {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const parts = Object.fromEntries(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  return {
    day: weekdays.indexOf(parts.weekday ?? ""),
    minutes: Number(parts.hour) * 60 + Number(parts.minute),
  };
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}
