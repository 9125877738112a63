import type { Clock } from "../../clock.js";
import type { Chunk } from "../../wire/pusher.js";

/** What the parts of unfinished messages may take. */
export interface ChunkLimits {
  /** Unfinished messages at one time. */
  readonly maxMessages: number;
  /** For all of them together, counted as memory: two bytes a character and the book-keeping. */
  readonly maxBytes: number;
  /** From a message's first part to its last, milliseconds. */
  readonly maxWaitMs: number;
}

/** A message that will not be completed any more. */
export interface Abandoned {
  readonly id: string;
  /** When its first part came, epoch milliseconds. */
  readonly firstAt: number;
  /** Parts that came. */
  readonly parts: number;
  /** Parts that it has; `undefined` where the last one never came. */
  readonly total: number | undefined;
  readonly why: "too late" | "too many at once" | "too large" | "contradictory" | "stopped";
}

/** Book-keeping of one part and of one message, in bytes; so that empty parts are not free. */
const PART_BYTES = 64;
const MESSAGE_BYTES = 256;
/** Ids of finished messages that are remembered, for each message that may be unfinished. */
const SETTLED_PER_MESSAGE = 10;

interface Unfinished {
  readonly id: string;
  readonly parts: Map<number, string>;
  readonly firstAt: number;
  /** By the monotonic clock. */
  readonly dueAt: number;
  bytes: number;
  highest: number;
  total: number | undefined;
}

/**
 * Puts large messages together again. Parts may come in any order, twice, and with those of other messages
 * between them; the one marked `final` has the highest index and need not be the last to come.
 *
 * Every message ends in one of two ways, once: `add` returns its text, or it is handed to `abandoned`. Late
 * copies of its parts are then known by its id and ignored.
 */
export class Chunks {
  readonly #clock: Pick<Clock, "now" | "monotonic">;
  readonly #limits: ChunkLimits;
  readonly #abandoned: (message: Abandoned) => void;
  /** In the order of their first parts: the first is the oldest. A Map, as ids are the sender's to choose. */
  readonly #partials = new Map<string, Unfinished>();
  /** Finished or abandoned ids, oldest first, and until when each is remembered. */
  readonly #settled = new Map<string, number>();
  #bytes = 0;

  constructor(
    clock: Pick<Clock, "now" | "monotonic">,
    limits: ChunkLimits,
    abandoned: (message: Abandoned) => void,
  ) {
    this.#clock = clock;
    this.#limits = limits;
    this.#abandoned = abandoned;
  }

  /** Unfinished messages. */
  get messages(): number {
    return this.#partials.size;
  }

  /** What they take, in bytes; never above the limit. */
  get bytes(): number {
    return this.#bytes;
  }

  /** When the first part of the oldest unfinished message came, epoch milliseconds. */
  get unfinishedSince(): number | undefined {
    for (const message of this.#partials.values()) return message.firstAt;
    return undefined;
  }

  /** Milliseconds until the oldest unfinished message is overdue; `undefined` where there is none. */
  get dueInMs(): number | undefined {
    for (const partial of this.#partials.values()) {
      return Math.max(0, partial.dueAt - this.#clock.monotonic());
    }
    return undefined;
  }

  /** @returns the text of the whole message, where this part completes it */
  add({ id, index, chunk, final }: Chunk): string | undefined {
    const now = this.#clock.monotonic();
    this.#forget(now);
    if (this.#settled.has(id)) return undefined;
    const partial = this.#partials.get(id) ?? this.#begin(id, now);
    const held = partial.parts.get(index);
    if (held !== undefined && held === chunk && !(final && partial.total !== index + 1)) return undefined;
    if (contradicts(partial, index, chunk, final)) {
      this.#abandon(partial, "contradictory");
      return undefined;
    }
    if (final) partial.total = index + 1;
    if (held === undefined) {
      partial.parts.set(index, chunk);
      partial.highest = Math.max(partial.highest, index);
      this.#charge(partial, PART_BYTES + 2 * chunk.length);
    }
    if (partial.parts.size === partial.total) return this.#finish(partial);
    this.#makeRoom(partial);
    return undefined;
  }

  /** Gives up what is overdue. */
  expire(): void {
    const now = this.#clock.monotonic();
    for (const partial of this.#partials.values()) {
      if (partial.dueAt > now) break;
      this.#abandon(partial, "too late");
    }
    this.#forget(now);
  }

  /** Gives up everything and forgets every id. */
  clear(): void {
    for (const partial of this.#partials.values()) this.#abandon(partial, "stopped");
    this.#settled.clear();
  }

  #begin(id: string, now: number): Unfinished {
    const partial: Unfinished = {
      id,
      parts: new Map(),
      firstAt: this.#clock.now(),
      dueAt: now + this.#limits.maxWaitMs,
      bytes: 0,
      highest: -1,
      total: undefined,
    };
    this.#partials.set(id, partial);
    this.#charge(partial, MESSAGE_BYTES + 2 * id.length);
    return partial;
  }

  #charge(partial: Unfinished, bytes: number): void {
    partial.bytes += bytes;
    this.#bytes += bytes;
  }

  /** The oldest go first: they are the least likely to be completed. */
  #makeRoom(current: Unfinished): void {
    const { maxMessages, maxBytes } = this.#limits;
    if (current.bytes > maxBytes) this.#abandon(current, "too large");
    for (const partial of this.#partials.values()) {
      if (this.#partials.size <= maxMessages && this.#bytes <= maxBytes) return;
      if (partial !== current) this.#abandon(partial, "too many at once");
    }
  }

  #finish(partial: Unfinished): string {
    this.#settle(partial);
    const parts: string[] = [];
    for (let index = 0; index < partial.parts.size; index += 1) parts.push(partial.parts.get(index) ?? "");
    return parts.join("");
  }

  #abandon(partial: Unfinished, why: Abandoned["why"]): void {
    this.#settle(partial);
    const { id, firstAt, parts, total } = partial;
    this.#abandoned({ id, firstAt, parts: parts.size, total, why });
  }

  #settle(partial: Unfinished): void {
    this.#partials.delete(partial.id);
    this.#bytes -= partial.bytes;
    this.#settled.set(partial.id, this.#clock.monotonic() + this.#limits.maxWaitMs);
    if (this.#settled.size > this.#limits.maxMessages * SETTLED_PER_MESSAGE) {
      const [oldest] = this.#settled.keys();
      if (oldest !== undefined) this.#settled.delete(oldest);
    }
  }

  #forget(now: number): void {
    for (const [id, until] of this.#settled) {
      if (until > now) return;
      this.#settled.delete(id);
    }
  }
}

/** Whether a part cannot belong to the message that the parts before it belong to. */
function contradicts(partial: Unfinished, index: number, chunk: string, final: boolean): boolean {
  const held = partial.parts.get(index);
  if (held !== undefined && held !== chunk) return true;
  if (partial.total !== undefined && (index >= partial.total || (final && index + 1 !== partial.total)))
    return true;
  return final && index < partial.highest;
}
