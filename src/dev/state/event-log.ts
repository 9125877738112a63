import type { FiredEvent } from "../fired.js";

/** One line of the event log: an event that fired, and what became of its webhook. */
export interface LogEntry {
  /** Counts up from 1, over the life of the log; the order of firing. */
  readonly number: number;
  readonly event: FiredEvent;
  readonly triggerType: "webhook" | "poll";
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** Why the webhook was not delivered; `undefined` where it was, is pending, or is not configured. */
  readonly error: string | undefined;
}

interface StoredEntry extends LogEntry {
  readonly bytes: number;
}

/** What is asked of the log. Nothing given, nothing filtered. */
export interface LogFilter {
  /** Only lines older than the one with this number. */
  readonly before?: number | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly fromMs?: number | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly toMs?: number | undefined;
  readonly status?: "success" | "error" | undefined;
  readonly matches?: ((line: LogEntry) => boolean) | undefined;
}

/** Dropped lines are cut off the array this many at a time: cutting one by one would cost the whole length. */
const CUT = 1_024;

/**
 * The last events that fired. Two bounds hold at once, a number of lines and a number of bytes; the oldest
 * lines go first, the newest always stays.
 */
export class EventLog {
  readonly #mostLines: number;
  readonly #mostBytes: number;
  /** What stood before `#start` is `undefined`, so that its event is freed at once. */
  #lines: (StoredEntry | undefined)[] = [];
  /** Index of the oldest line that is still kept. */
  #start = 0;
  #bytes = 0;
  #lastNumber = 0;
  readonly #byId = new Map<string, number>();

  constructor(mostLines: number, mostBytes: number) {
    this.#mostLines = mostLines;
    this.#mostBytes = mostBytes;
  }

  get size(): number {
    return this.#lines.length - this.#start;
  }

  /** How many have fired since the log was begun, kept or not. */
  get total(): number {
    return this.#lastNumber;
  }

  /** @param bytes about what the event takes in memory */
  add(event: FiredEvent, triggerType: LogEntry["triggerType"], bytes: number, error?: string): LogEntry {
    this.#lastNumber += 1;
    const line: StoredEntry = {
      number: this.#lastNumber,
      event,
      triggerType,
      atMs: Date.parse(event.timestamp),
      error,
      bytes,
    };
    this.#lines.push(line);
    this.#byId.set(event.logId, line.number);
    this.#bytes += bytes;
    while (this.size > 1 && (this.size > this.#mostLines || this.#bytes > this.#mostBytes))
      this.#dropOldest();
    return line;
  }

  get(logId: string): LogEntry | undefined {
    const number = this.#byId.get(logId);
    return number === undefined ? undefined : this.#lines[this.#indexOf(number)];
  }

  /**
   * Writes down that an event's webhook was not delivered, or (`undefined`) that it was after all.
   *
   * @returns whether the line is still there
   */
  settle(logId: string, error: string | undefined): boolean {
    const number = this.#byId.get(logId);
    const index = number === undefined ? -1 : this.#indexOf(number);
    const line = this.#lines[index];
    if (line === undefined) return false;
    this.#lines[index] = { ...line, error };
    return true;
  }

  /** Newest first. @param most no more lines than this */
  newest(filter: LogFilter, most: number): LogEntry[] {
    const found: LogEntry[] = [];
    let index = this.#lines.length - 1;
    if (filter.before !== undefined) index = Math.min(index, this.#indexOf(filter.before) - 1);
    for (; index >= this.#start && found.length < most; index -= 1) {
      const line = this.#lines[index];
      if (line !== undefined && fits(line, filter)) found.push(line);
    }
    return found;
  }

  /** Oldest first. */
  all(): LogEntry[] {
    return this.#lines.slice(this.#start).filter((line) => line !== undefined);
  }

  #indexOf(number: number): number {
    const newest = this.#lines.length - 1;
    return newest - (this.#lastNumber - number);
  }

  #dropOldest(): void {
    const oldest = this.#lines[this.#start];
    if (oldest === undefined) return;
    this.#byId.delete(oldest.event.logId);
    this.#bytes -= oldest.bytes;
    this.#lines[this.#start] = undefined;
    this.#start += 1;
    if (this.#start >= CUT && this.#start * 2 >= this.#lines.length) {
      this.#lines = this.#lines.slice(this.#start);
      this.#start = 0;
    }
  }
}

function fits(line: LogEntry, filter: LogFilter): boolean {
  if (filter.fromMs !== undefined && line.atMs < filter.fromMs) return false;
  if (filter.toMs !== undefined && line.atMs > filter.toMs) return false;
  if (filter.status !== undefined && filter.status !== statusOf(line)) return false;
  return filter.matches === undefined || filter.matches(line);
}

/** In the platform's words. */
export function statusOf(line: LogEntry): "success" | "error" {
  return line.error === undefined ? "success" : "error";
}
