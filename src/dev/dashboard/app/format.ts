import { systemClock } from "../../../base/clock.js";

const clock = new Intl.DateTimeFormat(undefined, {
  ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
  ...{ fractionalSecondDigits: 3, hour12: false },
} as Intl.DateTimeFormatOptions);

export function timeOfDay(atMs: number): string {
  return clock.format(atMs);
}

const dateClock = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "medium" });

export function dateAndTime(atMs: number): string {
  return dateClock.format(atMs);
}

export function durationText(ms: number): string {
  if (ms < 1) return "<1 ms";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** `3 s`, `12 min`, `5 h`, `2 d`: how long ago, in one unit. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A time with its date, where it is not of today. */
export function momentText(atMs: number): string {
  const date = new Date(atMs);
  const isToday = date.toDateString() === new Date(systemClock.now()).toDateString();
  return isToday ? timeOfDay(atMs) : `${date.toLocaleDateString()} ${timeOfDay(atMs)}`;
}
