import type { Chunk } from "../../protocol/pusher.js";

/** The memory of a message that was assembled or given up: enough to recognize its parts. */
export interface EndedMessage {
  /** A digest of each part's text, by index. */
  readonly digests: ReadonlyMap<number, number>;
  readonly total: number | undefined;
  readonly highest: number;
  /** Whether it was assembled. */
  readonly whole: boolean;
  /** When it is forgotten, by the monotonic clock. */
  readonly until: number;
}

/** Ended messages that are remembered, per message that may be unfinished. */
const ENDED_PER_MESSAGE = 10;
/** Parts that are remembered in all; about 64 bytes each. */
const MOST_PARTS = 50_000;

/** The messages that ended recently, by id. The oldest are forgotten first. */
export class EndedMessages {
  readonly #most: number;
  readonly #byId = new Map<string, EndedMessage>();
  #parts = 0;

  /** @param maxMessages messages that may be unfinished at one time */
  constructor(maxMessages: number) {
    this.#most = maxMessages * ENDED_PER_MESSAGE;
  }

  get(id: string): EndedMessage | undefined {
    return this.#byId.get(id);
  }

  set(id: string, ended: EndedMessage): void {
    this.#delete(id);
    this.#byId.set(id, ended);
    this.#parts += ended.digests.size;
    for (const oldest of this.#byId.keys()) {
      if (this.#byId.size <= this.#most && this.#parts <= MOST_PARTS) return;
      this.#delete(oldest);
    }
  }

  /** Forgets the messages that are due. */
  forget(now: number): void {
    for (const [id, { until }] of this.#byId) {
      if (until > now) return;
      this.#delete(id);
    }
  }

  clear(): void {
    this.#byId.clear();
    this.#parts = 0;
  }

  #delete(id: string): void {
    this.#parts -= this.#byId.get(id)?.digests.size ?? 0;
    this.#byId.delete(id);
  }
}

/** Makes the memory of a message. */
export function remember(
  parts: ReadonlyMap<number, string>,
  total: number | undefined,
  whole: boolean,
  until: number,
): EndedMessage {
  const digests = new Map<number, number>();
  let highest = -1;
  for (const [index, chunk] of parts) {
    digests.set(index, digestOf(chunk));
    highest = Math.max(highest, index);
  }
  return { digests, total, highest, whole, until };
}

/**
 * Whether a part is one that an ended message had (`copy`), one that it lacked (`late`), or one that it cannot
 * have had (`foreign`): then it belongs to a new message under the same id.
 */
export function compare(ended: EndedMessage, { index, chunk, final }: Chunk): "copy" | "late" | "foreign" {
  const { digests, total, highest } = ended;
  const isLast = total === index + 1;
  if (total !== undefined && (index >= total || final !== isLast)) return "foreign";
  if (final && index < highest) return "foreign";
  const digest = digests.get(index);
  if (digest === undefined) return "late";
  if (digest !== digestOf(chunk)) return "foreign";
  // The message before it did not know this part for its last: it may be the last of another.
  return final && total === undefined ? "late" : "copy";
}

/** A hash of 53 bits. It is not cryptographic: it only compares parts. */
function digestOf(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 2_654_435_761);
    low = Math.imul(low ^ unit, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & low) + (high >>> 0);
}
