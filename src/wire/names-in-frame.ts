import { TRIGGER_EVENT } from "./pusher.js";

/** How a server writes a frame of an event, when it writes it plainly: its `data` is JSON within a text. */
const START = `{"event":"${TRIGGER_EVENT}",`;
const CHANNEL = '"channel":"';
const DATA = '"data":"';

/** The members that name an event's trigger, in any shape, as they begin in the text; and how they may go on. */
const members: readonly (readonly [string, readonly string[]])[] = [
  ['\\"trigger', ['_slug\\"', '_name\\"', 'Name\\"']],
  ['\\"type\\"', [""]],
];

/**
 * Whether the text of a frame is of an event whose trigger has none of the names that `asked` knows: found in the
 * text, without parsing it: less than half the work. What is not plain to see counts as asked for, so that the
 * answer is never wrong, only sometimes useless:
 *
 * - whatever may be written with an escape of an ASCII letter (`\u00..`), in which a member's name could hide;
 * - a frame that begins otherwise, or in which no trigger is named;
 * - any value of a member with one of the names, at any depth, in the payload as well, that was asked for, or
 *   has an escape in it.
 *
 * Each search is for a text of seven letters or more, or begins with a rare one: a search for quotes or
 * backslashes, of which JSON in a text is full, costs as much as parsing.
 *
 * @param asked called with names as they stand there, in any case
 */
export function isUnasked(text: string, asked: (name: string) => boolean): boolean {
  if (!text.startsWith(START)) return false;
  const data = dataIn(text);
  if (data === undefined || text.includes("u00")) return false;
  let named = false;
  for (const [start, rests] of members) {
    for (let at = text.indexOf(start, data); at !== -1; at = text.indexOf(start, at + start.length)) {
      const rest = rests.find((one) => text.startsWith(one, at + start.length));
      if (rest === undefined) continue;
      const value = valueAfter(text, at + start.length + rest.length);
      if (value === undefined) return false;
      if (value === "") continue;
      if (asked(value)) return false;
      named = true;
    }
  }
  return named;
}

/** Where the text in the frame's `data` begins, with or without the channel before it. */
function dataIn(text: string): number | undefined {
  let at = START.length;
  if (text.startsWith(CHANNEL, at)) at = text.indexOf('"', at + CHANNEL.length) + 2;
  return text.startsWith(DATA, at) ? at + DATA.length : undefined;
}

/**
 * The text that is the value of a member whose name ends at `at`; `""` where there is none that could be a trigger's
 * name; `undefined` where it cannot be told.
 */
function valueAfter(text: string, at: number): string | undefined {
  const colon = skipSpaces(text, at);
  // It was not a member's name but a value, unless the space around it is not plain.
  if (text[colon] !== ":") return /[,}\]]/.test(text[colon] ?? "") ? "" : undefined;
  const value = skipSpaces(text, colon + 1);
  // An object, a list, true, false, null: nothing that names a trigger. A number might be one.
  if (!text.startsWith('\\"', value)) return /[{[tfn]/.test(text[value] ?? "") ? "" : undefined;
  const end = text.indexOf("\\", value + 2);
  return text.startsWith('\\"', end) ? text.slice(value + 2, end) : undefined;
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === " ") at += 1;
  return at;
}
