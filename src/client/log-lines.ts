import { dateOf } from "../base/date-of.js";
import type { JsonObject } from "../model/json.js";
import type { LogDoubt } from "../model/platform.js";
import type { TriggerLog } from "../model/trigger-log.js";
import { BadResponse, badResponse, shown } from "./api-error.js";
import { objectIn, objectOf, optionalText } from "./read.js";

/** The name of the log in errors. */
export const LOG = "the trigger log";

/** Called for each reason why a line of the range may not have been read. */
export type OnDoubt = (doubt: LogDoubt) => void;

/** Clocks within one machine room differ by less, milliseconds. */
const FUTURE_MS = 10_000;

/** When a line was written. @throws ApiError ERR_BAD_ANSWER */
export function requiredTime(from: JsonObject): Date {
  const meta = objectOf(from.meta);
  const date = dateOf(from.createdAt) ?? dateOf(meta.createdAt) ?? dateOf(from.created_at);
  if (date !== undefined) return date;
  const said = from.createdAt === undefined || from.createdAt === null ? "" : " that can be read as a time";
  throw badResponse(LOG, `has no \`createdAt\`${said}`);
}

/** Reads a page's lines. One that cannot be read is a doubt, at its time where it has one. */
export function linesIn(
  list: unknown,
  read: (line: JsonObject) => TriggerLog,
  onDoubt: OnDoubt,
): TriggerLog[] {
  if (!Array.isArray(list)) throw badResponse(LOG, "has no list where one belongs");
  const lines: TriggerLog[] = [];
  for (const item of list) {
    try {
      lines.push(read(objectIn(item, LOG)));
    } catch (thrown) {
      if (!(thrown instanceof BadResponse)) throw thrown;
      const raw = objectOf(item);
      const id = optionalText(raw.id);
      const at = (dateOf(raw.createdAt) ?? dateOf(objectOf(raw.meta).createdAt))?.getTime();
      const which = id === undefined ? "a line" : `the line ${shown(id)}`;
      onDoubt({ reason: `${which} ${thrown.problem}`, at });
    }
  }
  return lines;
}

/** Reports a log with times in the future: no range of it is reliable then. */
export function checkFuture(lines: readonly TriggerLog[], nowMs: number, onDoubt: OnDoubt): void {
  const last = lines.find(({ createdAt }) => createdAt.getTime() > nowMs + FUTURE_MS);
  if (last === undefined) return;
  const reason = `the line ${shown(last.id)} is from the future, ${last.createdAt.toISOString()}`;
  onDoubt({ reason, at: undefined });
}

/** Whether a line belongs to a range, without `until` itself. */
export function isInside({ createdAt }: TriggerLog, since: number, until: number): boolean {
  const at = createdAt.getTime();
  return at >= since && at < until;
}

/** The second in which a time lies. */
export function wholeSecond(time: number): number {
  return Number.isFinite(time) ? Math.floor(time / 1000) * 1000 : time;
}

/** Collects lines by id, and watches their order. */
export class LineCollector {
  readonly lines = new Map<string, TriggerLog>();
  readonly #prints = new Map<string, { readonly print: string; readonly at: number }>();
  /** Every line's time was a whole second: then each may stand for any moment within it. */
  isCoarse = true;
  /** No line was newer than the one before it. */
  #falls = true;
  /** Some line was older than the one before it. */
  #hasFallen = false;
  #last: number | undefined;
  readonly #onDoubt: OnDoubt;

  constructor(onDoubt: OnDoubt) {
    this.#onDoubt = onDoubt;
  }

  /** The number of lines, those included that are not stored here. */
  get count(): number {
    return this.#prints.size;
  }

  /** Whether the lines came newest first, for certain: lines of one time say nothing. */
  get newestFirst(): boolean {
    return this.#falls && this.#hasFallen;
  }

  /**
   * @param isHeld whether the line itself is held, beside its id
   * @returns whether its id was new
   */
  add(line: TriggerLog, isHeld = true): boolean {
    const at = line.createdAt.getTime();
    const print = fingerprint(line);
    const known = this.#prints.get(line.id);
    if (known !== undefined) {
      // The inbox would drop the second as a duplicate of the first.
      if (known.print !== print) {
        const reason = `two different lines have the id ${shown(line.id)}`;
        for (const time of [at, known.at]) this.#onDoubt({ reason, at: time });
      }
      return false;
    }
    this.#prints.set(line.id, { print, at });
    if (this.#last !== undefined && at > this.#last) this.#falls = false;
    if (this.#last !== undefined && at < this.#last) this.#hasFallen = true;
    this.#last = at;
    if (at % 1000 !== 0) this.isCoarse = false;
    if (isHeld) this.lines.set(line.id, line);
    return true;
  }
}

/** A short hash to tell different lines of one id apart: of a long log, only this is held. */
function fingerprint({ triggerName, createdAt, payload }: TriggerLog): string {
  let text = "";
  try {
    text = JSON.stringify(payload) ?? "";
  } catch {
    // Nested deeper than any stack.
  }
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return `${triggerName} ${createdAt.getTime()} ${text.length} ${hash}`;
}
