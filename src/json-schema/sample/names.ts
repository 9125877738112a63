/** Last words of names whose value tells one thing from every other. */
const idWords = new Set([
  ..."id ids gid uid uuid guid sha hash key etag digest fingerprint nonce identifier number".split(" "),
]);

/** Last words of names whose value is a point in time. */
const timeWords = new Set([
  ..."ts at time timestamp created updated modified date datetime on start end since until expires".split(
    " ",
  ),
]);

/** Of these, the ones that leave no doubt, where no example or format says it too. */
const surelyTimeWords = new Set(["ts", "at", "timestamp", "created", "updated", "modified"]);

/** `repository_id`, `issueId`, `number`: the value is new in each event. */
export const isIdName = (name: string): boolean => idWords.has(lastWord(name));

/** `starred_at`, `event_ts`, `last_edited_time` */
export const isTimeName = (name: string): boolean => timeWords.has(lastWord(name));

export const isSurelyTimeName = (name: string): boolean => surelyTimeWords.has(lastWord(name));

/** `thread_ts`: Unix seconds with microseconds, as text. */
export const isTsName = (name: string): boolean => lastWord(name) === "ts";

/** The same for `calendarId` and `calendar_id`. */
export const comparable = (name: string): string => name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();

function lastWord(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  return words.split(/[^a-z0-9]/).findLast((word) => word !== "") ?? "";
}
