import type { Clock } from "../../base/clock.js";
import type { Chunk } from "../../protocol/pusher.js";
import { compare, type EndedMessage, EndedMessages, remember } from "./ended-messages.js";

/** Limits for the parts of unfinished messages. */
export interface ReassemblyLimits {
  /** Unfinished messages at one time. */
  readonly maxMessages: number;
  /** For all of them together, counted as memory: two bytes per character, and an overhead. */
  readonly maxBytes: number;
  /** From a message's first part to its last, milliseconds. */
  readonly maxWaitMs: number;
}

/** A message that was given up. */
export interface IncompleteMessage {
  readonly id: string;
  /** When its first part was received, epoch milliseconds. */
  readonly firstAt: number;
  /** Parts that were received. */
  readonly parts: number;
  /** Parts of the whole message; `undefined` if the last one was not received. */
  readonly total: number | undefined;
  readonly why: "too late" | "too many at once" | "too large" | "contradictory" | "stopped";
}

/** Overhead of one part and of one message, bytes: empty parts take memory too. */
const PART_BYTES = 64;
const MESSAGE_BYTES = 256;

interface Unfinished {
  readonly id: string;
  readonly parts: Map<number, string>;
  readonly firstAt: number;
  /** By the monotonic clock. */
  readonly dueAt: number;
  /** The message that had this id before, if it is still remembered. */
  readonly before: EndedMessage | undefined;
  /**
   * Parts that may be late copies of that message's: what contradicts them takes their place. True where one came
   * in its turn, after all parts with a lower index: then it is taken for a part of this message.
   */
  readonly unsure: Map<number, boolean>;
  /** How many parts there are from index 0 on without a hole. */
  prefix: number;
  bytes: number;
  highest: number;
  total: number | undefined;
}

/**
 * Assembles large messages. Parts may come in any order, twice, and with those of other messages between them;
 * the one marked `final` has the highest index and need not be the last to come.
 *
 * Every message ends once: `add` returns its text, or `onIncomplete` is called with it. Late
 * copies of its parts are ignored. An id may be used again: a part that the message before it did not have
 * begins a new one.
 */
export class Reassembly {
  readonly #clock: Pick<Clock, "now" | "monotonic">;
  readonly #limits: ReassemblyLimits;
  readonly #onIncomplete: (message: IncompleteMessage) => void;
  /** In the order of their first parts: the first is the oldest. A Map, as ids are the sender's to choose. */
  readonly #partials = new Map<string, Unfinished>();
  /** Parts under the id of an ended message that may be its copies, or the first of a new one. */
  readonly #repeats = new Map<string, Unfinished>();
  readonly #ended: EndedMessages;
  #bytes = 0;
  #repeatBytes = 0;

  constructor(
    clock: Pick<Clock, "now" | "monotonic">,
    limits: ReassemblyLimits,
    onIncomplete: (message: IncompleteMessage) => void,
  ) {
    this.#clock = clock;
    this.#limits = limits;
    this.#onIncomplete = onIncomplete;
    this.#ended = new EndedMessages(limits.maxMessages);
  }

  /** Unfinished messages. */
  get messages(): number {
    return this.#partials.size;
  }

  /** Their memory in bytes; never above the limit. */
  get bytes(): number {
    return this.#bytes;
  }

  /** When the first part of the oldest unfinished message was received, epoch milliseconds. */
  get unfinishedSince(): number | undefined {
    let since: number | undefined;
    for (const { firstAt } of this.#partials.values()) {
      since = firstAt;
      break;
    }
    for (const { firstAt, before } of this.#repeats.values()) {
      // Missing parts of a message that was given up are not copies.
      if (before?.whole === false) return Math.min(since ?? firstAt, firstAt);
    }
    return since;
  }

  /** Milliseconds until the oldest unfinished message is overdue; `undefined` if there is none. */
  get dueInMs(): number | undefined {
    let dueAt: number | undefined;
    for (const pending of [this.#partials, this.#repeats]) {
      for (const message of pending.values()) {
        dueAt = Math.min(dueAt ?? message.dueAt, message.dueAt);
        break;
      }
    }
    return dueAt === undefined ? undefined : Math.max(0, dueAt - this.#clock.monotonic());
  }

  /** @returns the text of the whole message, if this part completes it */
  add(part: Chunk): string | undefined {
    const now = this.#clock.monotonic();
    this.#ended.forget(now);
    const partial = this.#partials.get(part.id);
    if (partial !== undefined) return this.#addTo(partial, part);
    const before = this.#ended.get(part.id);
    if (before === undefined) return this.#addTo(this.#begin(part.id, now, undefined), part);
    return this.#addAfter(before, part, now);
  }

  /** Gives up what is overdue. */
  expire(): void {
    const now = this.#clock.monotonic();
    for (const pending of [this.#partials, this.#repeats]) {
      for (const message of pending.values()) {
        if (message.dueAt > now) break;
        this.#abandon(message, "too late");
      }
    }
    this.#ended.forget(now);
  }

  /** Gives up everything and forgets every id. */
  clear(): void {
    for (const message of this.#partials.values()) this.#abandon(message, "stopped");
    for (const message of this.#repeats.values()) this.#abandon(message, "stopped");
    this.#ended.clear();
  }

  /** Adds a part with the id of an ended message. */
  #addAfter(before: EndedMessage, part: Chunk, now: number): string | undefined {
    const { id, index, chunk, final } = part;
    const repeat = this.#repeats.get(id);
    if (compare(before, part) === "foreign") {
      const begun = this.#begin(id, now, before, repeat);
      return this.#addTo(begun, part);
    }
    const pending = repeat ?? this.#beginRepeat(id, now, before);
    this.#holdUnsure(pending, index, chunk);
    if (final) pending.total = index + 1;
    if (pending.parts.size !== pending.total) {
      this.#makeRoom(pending);
      return undefined;
    }
    // All of a message that was received whole: a copy. All of one that was given up: here it is.
    if (!before.whole) return this.#finish(pending);
    this.#drop(pending);
    return undefined;
  }

  #addTo(partial: Unfinished, part: Chunk): string | undefined {
    const { index, chunk, final } = part;
    // A late copy of a part of the message before is no contradiction of this one.
    const isCopy = partial.before !== undefined && compare(partial.before, part) === "copy";
    if (!isCopy) releaseContradicted(partial, part, (at) => this.#release(partial, at));
    const held = partial.parts.get(index);
    if (held !== undefined && held === chunk && !(final && partial.total !== index + 1)) {
      if (isCopy) this.#holdUnsure(partial, index, chunk);
      else partial.unsure.delete(index);
      return this.#complete(partial);
    }
    if (contradicts(partial, part)) {
      if (!isCopy) this.#abandon(partial, "contradictory");
      return undefined;
    }
    if (final) partial.total = index + 1;
    if (held === undefined) {
      if (isCopy) this.#holdUnsure(partial, index, chunk);
      else this.#hold(partial, index, chunk);
    }
    const whole = this.#complete(partial);
    if (whole === undefined) this.#makeRoom(partial);
    return whole;
  }

  /** The text of a message that has all its parts. With parts that may be another's, it has to be JSON as well. */
  #complete(partial: Unfinished): string | undefined {
    if (partial.parts.size !== partial.total) return undefined;
    for (const inTurn of partial.unsure.values()) if (!inTurn) return undefined;
    if (partial.unsure.size > 0 && !isJson(textOf(partial))) return undefined;
    return this.#finish(partial);
  }

  #begin(id: string, now: number, before: EndedMessage | undefined, repeat?: Unfinished): Unfinished {
    if (repeat !== undefined) this.#drop(repeat);
    const partial: Unfinished = {
      id,
      parts: new Map(),
      firstAt: repeat?.firstAt ?? this.#clock.now(),
      dueAt: now + this.#limits.maxWaitMs,
      before,
      unsure: new Map(),
      prefix: 0,
      bytes: 0,
      highest: -1,
      total: repeat?.total,
    };
    this.#partials.set(id, partial);
    this.#charge(partial, MESSAGE_BYTES + 2 * id.length);
    for (const [index, chunk] of repeat?.parts ?? []) {
      this.#hold(partial, index, chunk);
      partial.unsure.set(index, repeat?.unsure.get(index) === true);
    }
    return partial;
  }

  #beginRepeat(id: string, now: number, before: EndedMessage): Unfinished {
    const repeat: Unfinished = {
      id,
      parts: new Map(),
      firstAt: this.#clock.now(),
      dueAt: now + this.#limits.maxWaitMs,
      before,
      unsure: new Map(),
      prefix: 0,
      bytes: 0,
      highest: -1,
      total: undefined,
    };
    this.#repeats.set(id, repeat);
    this.#charge(repeat, MESSAGE_BYTES + 2 * id.length);
    return repeat;
  }

  /** Holds what may be a copy. One that comes again, in its turn, is taken for a part of this message. */
  #holdUnsure(message: Unfinished, index: number, chunk: string): void {
    if (message.parts.has(index)) {
      if (message.unsure.has(index) && index < message.prefix) message.unsure.set(index, true);
      return;
    }
    message.unsure.set(index, index === message.prefix);
    this.#hold(message, index, chunk);
  }

  #hold(message: Unfinished, index: number, chunk: string): void {
    message.parts.set(index, chunk);
    while (message.parts.has(message.prefix)) message.prefix += 1;
    message.highest = Math.max(message.highest, index);
    this.#charge(message, PART_BYTES + 2 * chunk.length);
  }

  #release(message: Unfinished, index: number): void {
    const chunk = message.parts.get(index) ?? "";
    message.parts.delete(index);
    message.unsure.delete(index);
    message.prefix = Math.min(message.prefix, index);
    this.#charge(message, -(PART_BYTES + 2 * chunk.length));
    if (message.total === index + 1) message.total = undefined;
    if (message.highest === index) message.highest = highestOf(message.parts);
  }

  #charge(message: Unfinished, bytes: number): void {
    message.bytes += bytes;
    if (this.#repeats.get(message.id) === message) this.#repeatBytes += bytes;
    else this.#bytes += bytes;
  }

  /** Gives up the oldest first: they are the least likely to be completed. Possible copies go before them. */
  #makeRoom(current: Unfinished): void {
    const { maxMessages, maxBytes } = this.#limits;
    const isFull = () =>
      this.#partials.size + this.#repeats.size > maxMessages || this.#bytes + this.#repeatBytes > maxBytes;
    if (current.bytes > maxBytes) this.#abandon(current, "too large");
    for (const pending of [this.#repeats, this.#partials]) {
      for (const message of pending.values()) {
        if (!isFull()) return;
        if (message !== current) this.#abandon(message, "too many at once");
      }
    }
  }

  #finish(message: Unfinished): string {
    const text = textOf(message);
    this.#settle(message, true);
    return text;
  }

  /** A repeat that has only copies is dropped without a warning: the message that it repeats has ended. */
  #abandon(message: Unfinished, why: IncompleteMessage["why"]): void {
    if (this.#repeats.get(message.id) === message && hasCopiesOnly(message)) {
      this.#drop(message);
      return;
    }
    this.#settle(message, false);
    const { id, firstAt, parts, total } = message;
    this.#onIncomplete({ id, firstAt, parts: parts.size, total, why });
  }

  #settle(message: Unfinished, whole: boolean): void {
    this.#drop(message);
    const until = this.#clock.monotonic() + this.#limits.maxWaitMs;
    this.#ended.set(message.id, remember(message.parts, message.total, whole, until));
  }

  #drop(message: Unfinished): void {
    const { id, bytes } = message;
    if (this.#repeats.get(id) === message) {
      this.#repeats.delete(id);
      this.#repeatBytes -= bytes;
    } else {
      this.#partials.delete(id);
      this.#bytes -= bytes;
    }
  }
}

/** Releases parts that may be another message's, if a part contradicts them. */
function releaseContradicted(
  { parts, unsure, total }: Unfinished,
  { index, chunk, final }: Chunk,
  release: (index: number) => void,
): void {
  if (unsure.has(index) && (parts.get(index) !== chunk || (total === index + 1 && !final))) release(index);
  if (total !== undefined && index >= total && unsure.has(total - 1)) release(total - 1);
  if (!final) return;
  // In order: the highest part that is left is looked for only where the highest is released.
  const beyond = [...unsure.keys()].filter((at) => at > index);
  for (const at of beyond.sort((a, b) => a - b)) release(at);
}

/** Whether a part cannot belong to the message that the parts before it belong to. */
function contradicts(partial: Unfinished, { index, chunk, final }: Chunk): boolean {
  const held = partial.parts.get(index);
  if (held !== undefined && held !== chunk) return true;
  if (partial.total !== undefined && (index >= partial.total || (final && index + 1 !== partial.total)))
    return true;
  return final && index < partial.highest;
}

/** Whether every part of a repeat was in the message before it. */
function hasCopiesOnly({ id, parts, total, before }: Unfinished): boolean {
  if (before === undefined) return false;
  for (const [index, chunk] of parts) {
    const final = total === index + 1;
    if (compare(before, { id, index, chunk, final }) !== "copy") return false;
  }
  return true;
}

function textOf({ parts }: Unfinished): string {
  const texts: string[] = [];
  for (let index = 0; index < parts.size; index += 1) texts.push(parts.get(index) ?? "");
  return texts.join("");
}

function highestOf(parts: ReadonlyMap<number, string>): number {
  let highest = -1;
  for (const index of parts.keys()) highest = Math.max(highest, index);
  return highest;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
