import { outsideNotice } from "../../tools/as-prompt.js";
import { byteLength, type ShownSize, safeJson, sizes } from "../../tools/safe-json.js";

/** One line of a fenced list. */
export interface FencedItem {
  /** What identifies it: shown in full, as far as its texts are short. */
  readonly facts: object;
  /** What is shortened where it does not fit. Absent: there is none. */
  readonly payload?: unknown;
}

/** Ids and names have at most some hundred characters. */
const factsSize: ShownSize = { text: 1000, items: 50, levels: 6 };
const tightFactsSize: ShownSize = { text: 300, items: 10, levels: 4 };

/** For the tags, and the line that says how many are left out. */
const RESERVE_BYTES = 128;
/** Least room for one item. */
const LEAST_BYTES = 200;

/**
 * Data from outside as text for a model: a sentence that says so, then one line of JSON for each item between tags. No
 * text of an item can close the tag. Long texts and lists are shortened and say by how much; then the last items are left
 * out, and their number is given.
 *
 * @param tag of letters
 * @param maxBytes of the whole text, in UTF-8
 */
export function fenced(tag: string, items: readonly FencedItem[], maxBytes: number): string {
  let room = maxBytes - byteLength(outsideNotice) - RESERVE_BYTES;
  const lines: string[] = [];
  for (const [at, item] of items.entries()) {
    const left = items.length - at;
    const line = lineOf(item, Math.max(room / left, Math.min(room, LEAST_BYTES)));
    const bytes = byteLength(line) + 1;
    if (bytes > room) {
      lines.push(`(${left} more left out)`);
      break;
    }
    lines.push(line);
    room -= bytes;
  }
  return `${outsideNotice}\n<${tag}>\n${lines.join("\n")}\n</${tag}>`;
}

function lineOf({ facts, payload }: FencedItem, room: number): string {
  let head = safeJson(facts, factsSize);
  if (byteLength(head) > room) head = safeJson(facts, tightFactsSize);
  if (payload === undefined) return head;
  const open = head === "{}" ? "{" : `${head.slice(0, -1)},`;
  let line = head;
  for (const size of sizes) {
    // A value that is too large is not written out to its end.
    line = `${open}"payload":${safeJson(payload, size, room)}}`;
    if (byteLength(line) <= room) return line;
  }
  return line;
}
