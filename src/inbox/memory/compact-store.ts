import { EarshotError } from "../../base/errors.js";
import type { InboxContext, StepResult } from "../contract.js";

/** How much is held. */
export interface MemoryLimits {
  readonly maxRemembered: number;
  readonly maxSettled: number;
  readonly maxSettledBytes: number;
}

/** What is kept here. */
export interface SettledRecord extends RingItem, BodyHolder {
  readonly id: string;
  state: string;
  steps?: readonly StepResult[] | undefined;
}

/** Records that are done or dead: the last of each, as many as are asked for and no more than so many bytes. */
export class SettledRecords<Slot extends SettledRecord> implements Iterable<Slot> {
  readonly #done: RingBuffer<Slot>;
  readonly #dead: RingBuffer<Slot>;
  readonly #bodies = new BlockStore();
  readonly #mostBytes: number;
  /** Of the results of steps, in characters. */
  #stepLength = 0;

  /**
   * @param most done ones and dead ones, each
   * @param mostBytes of the bodies and steps of all of them; beyond it the oldest go, and of two kinds the done go first
   */
  constructor(most: number, mostBytes: number) {
    this.#done = new RingBuffer(most);
    this.#dead = new RingBuffer(most);
    this.#mostBytes = mostBytes;
  }

  get done(): number {
    return this.#done.size;
  }

  get dead(): number {
    return this.#dead.size;
  }

  /** @returns how many dead ones had to go */
  add(slot: Slot): number {
    const ring = this.#ringOf(slot);
    if (ring.capacity === 0) return slot.state === "dead" ? 1 : 0;
    this.#bodies.moveIn(slot);
    this.#stepLength += stepLength(slot);
    let dropped = this.#forget(ring.add(slot));
    while (
      this.#bodies.heldBytes + this.#stepLength > this.#mostBytes &&
      this.#done.size + this.#dead.size > 1
    ) {
      dropped += this.#forget(this.#done.shift() ?? this.#dead.shift());
    }
    return dropped;
  }

  findDead(id: string): Slot | undefined {
    for (const slot of this.#dead) if (slot.id === id) return slot;
    return undefined;
  }

  /** Takes one out, with its body. */
  remove(slot: Slot): void {
    this.#ringOf(slot).remove(slot);
    this.#bodies.restore(slot);
    this.#stepLength -= stepLength(slot);
  }

  /** The dead, then the done, each from the oldest on. */
  *[Symbol.iterator](): Iterator<Slot> {
    yield* this.#dead;
    yield* this.#done;
  }

  #ringOf({ state }: Slot): RingBuffer<Slot> {
    return state === "done" ? this.#done : this.#dead;
  }

  /** @returns 1 for a dead one */
  #forget(slot: Slot | undefined): number {
    if (slot === undefined) return 0;
    this.#bodies.forget(slot);
    this.#stepLength -= stepLength(slot);
    return slot.state === "dead" ? 1 : 0;
  }
}

function stepLength({ steps }: SettledRecord): number {
  if (steps === undefined) return 0;
  return steps.reduce((length, { result = "" }) => length + result.length, 0);
}

/** At most one report in this time, milliseconds. */
const REPORT_MS = 60_000;

/** Reports dead letters that were dropped because of the limits of the memory inbox. */
export class DroppedDeadLetters {
  readonly #limits: string;
  /** Since the last report. */
  #count = 0;
  /** By the monotonic clock. */
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(records: number, bytes: number) {
    this.#limits = `the memory inbox holds ${records} of them and ${bytes} bytes`;
  }

  add(count: number, { clock, warn }: InboxContext): void {
    this.#count += count;
    if (clock.monotonic() - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = clock.monotonic();
    const what = `${this.#count} dead-lettered ${this.#count === 1 ? "record was" : "records were"} dropped`;
    warn(new EarshotError("ERR_DEAD_LETTERS_DROPPED", `${what}: ${this.#limits}.`));
    this.#count = 0;
  }
}

/** A block of memory that bodies lie in, one behind the other. */
interface Block {
  readonly bytes: Uint8Array;
  /** Bodies in it that are still needed. */
  bodies: number;
}

/** A record with its body: in the record, or in a block. */
export interface BodyHolder {
  body: string | Uint8Array;
  block: Block | undefined;
  bodyAt: number;
  bodyBytes: number;
}

const BLOCK_BYTES = 64 * 1024;
/** The most that one unit of UTF-16 takes in UTF-8. */
const MOST_BYTES_A_UNIT = 3;
const NO_BYTES = new Uint8Array(0);
/** Absent on runtimes that are not Node. */
const NO_BUFFER: Uint8Array = globalThis.Buffer?.alloc(0) ?? NO_BYTES;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The bodies of settled records, as bytes in a few blocks that are used again. As texts or buffers of their own, the
 * last thousand are what the garbage collector copies most: a webhook then costs 1.15 times as much.
 */
export class BlockStore {
  #filling: Block = { bytes: new Uint8Array(0), bodies: 0 };
  /** How far the block is filled. */
  #filled = 0;
  #spare: Block | undefined;
  #heldBytes = 0;

  /** Bytes of all blocks that have bodies in them, and of the bodies that stay in their records. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Takes the body out of the record and keeps it here. */
  moveIn(owner: BodyHolder): void {
    const { body } = owner;
    if (typeof body !== "string") {
      if (body.length > BLOCK_BYTES) this.#put(owner, { bytes: body, bodies: 0 }, 0, body.length);
      else {
        const at = this.#makeRoom(body.length);
        this.#filling.bytes.set(body, at);
        this.#put(owner, this.#filling, at, body.length);
      }
      return;
    }
    // Half a surrogate pair has no bytes: such a text stays as it is.
    if (!body.isWellFormed()) {
      this.#heldBytes += bytesInRecord(owner);
      return;
    }
    const room = body.length * MOST_BYTES_A_UNIT;
    if (room > BLOCK_BYTES) {
      const bytes = encoder.encode(body);
      this.#put(owner, { bytes, bodies: 0 }, 0, bytes.length);
      return;
    }
    const at = this.#makeRoom(room);
    const { written } = encoder.encodeInto(body, this.#filling.bytes.subarray(at));
    this.#put(owner, this.#filling, at, written);
  }

  /** Gives the record its body back. */
  restore(owner: BodyHolder): void {
    const body = recordBody(owner);
    this.forget(owner);
    owner.body = body;
  }

  /** The record is gone, and its body with it. */
  forget(owner: BodyHolder): void {
    const { block } = owner;
    if (block === undefined) {
      this.#heldBytes -= bytesInRecord(owner);
      return;
    }
    owner.block = undefined;
    block.bodies -= 1;
    if (block.bodies > 0 || block === this.#filling) return;
    this.#heldBytes -= block.bytes.length;
    if (block.bytes.length === BLOCK_BYTES) this.#spare = block;
  }

  #put(owner: BodyHolder, block: Block, at: number, bytes: number): void {
    if (block === this.#filling) this.#filled += bytes;
    else this.#heldBytes += block.bytes.length;
    block.bodies += 1;
    // Still tells what it was.
    if (typeof owner.body === "string") owner.body = "";
    else owner.body = owner.body instanceof NO_BUFFER.constructor ? NO_BUFFER : NO_BYTES;
    owner.block = block;
    owner.bodyAt = at;
    owner.bodyBytes = bytes;
  }

  /** @returns where in the block that is being filled there is room for so many bytes */
  #makeRoom(bytes: number): number {
    if (this.#filled + bytes > this.#filling.bytes.length) this.#nextBlock();
    return this.#filled;
  }

  #nextBlock(): void {
    // All that was in it has gone meanwhile: it is filled again from its beginning.
    if (this.#filling.bodies > 0 || this.#filling.bytes.length === 0) {
      this.#filling = this.#spare ?? { bytes: new Uint8Array(BLOCK_BYTES), bodies: 0 };
      this.#spare = undefined;
      this.#heldBytes += BLOCK_BYTES;
    }
    this.#filled = 0;
  }
}

function bytesInRecord({ body }: BodyHolder): number {
  return typeof body === "string" ? body.length * 2 : body.length;
}

/** The body of a record, wherever it lies. Never a view of a block: that is used again. */
export function recordBody({ body, block, bodyAt, bodyBytes }: BodyHolder): string | Uint8Array {
  if (block === undefined) return body;
  const bytes = block.bytes.subarray(bodyAt, bodyAt + bodyBytes);
  if (typeof body === "string") return decoder.decode(bytes);
  // `String()` of a Buffer is its text, of any other bytes it is a list of numbers.
  return body === NO_BUFFER && body !== NO_BYTES ? globalThis.Buffer.from(bytes) : new Uint8Array(bytes);
}

/** What a ring can hold: it writes down its place, to be found again at once. */
export interface RingItem {
  ringAt: number;
}

/** The last `capacity` items added, oldest first; an item that is removed leaves no hole to the reader. */
export class RingBuffer<T extends RingItem> implements Iterable<T> {
  readonly capacity: number;
  /**
   * One array for good, written round and round. A Set from which the oldest is deleted makes a new table now and
   * then, and through the old ones the garbage collector keeps what they held: each event over the socket then
   * costs 1.3 times as much.
   */
  #items: (T | undefined)[] = [];
  /** Where the next item goes once the array is full: the place of the oldest. */
  #next = 0;
  #size = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns what had to go for it */
  add(item: T): T | undefined {
    if (this.capacity === 0) return undefined;
    const isFull = this.#items.length === this.capacity;
    // A text has been removed, so there is room for this one.
    if (isFull && this.#size < this.capacity) this.#closeHoles();
    if (this.#items.length < this.capacity) {
      item.ringAt = this.#items.push(item) - 1;
      this.#size += 1;
      return undefined;
    }
    const oldest = this.#items[this.#next];
    item.ringAt = this.#next;
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.capacity;
    return oldest;
  }

  /** Takes out the oldest. */
  shift(): T | undefined {
    const [oldest] = this;
    if (oldest !== undefined) this.remove(oldest);
    return oldest;
  }

  remove(item: T): void {
    if (this.#items[item.ringAt] !== item) return;
    this.#items[item.ringAt] = undefined;
    this.#size -= 1;
  }

  *[Symbol.iterator](): Iterator<T> {
    const { length } = this.#items;
    for (let n = 0; n < length; n += 1) {
      const item = this.#items[(this.#next + n) % length];
      if (item !== undefined) yield item;
    }
  }

  #closeHoles(): void {
    this.#items = [...this];
    this.#next = 0;
    for (const [at, item] of this.#items.entries()) (item as T).ringAt = at;
  }
}

/** So many different ones are known; there are as many as there are triggers and callbacks, which is few. */
const MAX_INTERNED = 1000;

/**
 * One object in the place of many that are alike. Each record has its trigger's name and the names of the callbacks
 * that are done; unshared, they are a third of what the garbage collector has to move for a record.
 */
export class InternPool {
  readonly #texts = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();

  text(text: string): string {
    return this.#texts.get(text) ?? put(this.#texts, text, text);
  }

  /** Lists of one text: nearly all are. */
  list(list: readonly string[]): readonly string[] {
    const [only] = list;
    if (only === undefined || list.length > 1) return list;
    return this.#lists.get(only) ?? put(this.#lists, only, list);
  }
}

function put<Value>(known: Map<string, Value>, key: string, value: Value): Value {
  if (known.size < MAX_INTERNED) known.set(key, value);
  return value;
}
