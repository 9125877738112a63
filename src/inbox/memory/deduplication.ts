import type { ContentMatch } from "../../model/content-match.js";
import type { Entry } from "../contract.js";

/** What is remembered of a record that is known by its content too. */
interface Memory {
  readonly id: string;
  /** Whole seconds, to stay a small integer. */
  readonly storedAtSeconds: number;
  /** Further deduplication keys. Copies that are matched by content add theirs. */
  keys: readonly string[];
  readonly hashes: readonly string[];
  /** When the event happened, epoch milliseconds. */
  readonly at: number;
  /** What brought the record. */
  readonly channel: string;
  /** What brought copies that were matched with it. */
  otherChannels: readonly string[];
  /** Whether the record's id is the event's. */
  hasId: boolean;
}

/** A record: its memory, or only when it was stored. A text: the id of the record that has this further key. */
type Remembered = Memory | number | string;

/** Which record an entry is a copy of, and how that is known. */
export interface Duplicate {
  readonly id: string;
  readonly by: "id" | "content";
}

type Identified = Pick<Entry, "id" | "keys" | "content">;

const none: readonly string[] = Object.freeze([]);

/** How many of the oldest records each addition checks: more than it adds, so that expiry keeps pace. */
const CHECKS_PER_ADD = 2;

/**
 * The deduplication keys of the records of the last days, in the order they were stored. Bounded by age and by number;
 * each addition removes at most a few expired ones, so that expiry never is a pause.
 */
export class DeduplicationIndex {
  /**
   * By id. The further keys of a plain record follow its id, each with that id: a list and a map of them would be a
   * tenth of the garbage of a webhook that has one.
   */
  readonly #records = new Map<string, Remembered>();
  #size = 0;
  /** The further keys of the other records, each with the record's id. */
  readonly #keys = new Map<string, string>();
  readonly #contents = new ContentHashIndex();
  readonly #dedupeWindowMs: number;
  readonly #most: number;
  readonly #unfinished: { has(id: string): boolean };
  /**
   * One walk along the queue that goes on where it stands. To begin anew each time would cost a step for every
   * key that was removed before it: with a million of them, a millisecond for each event.
   */
  #walk = this.#records.entries();
  #oldest: readonly [string, Remembered] | undefined;

  /** @param unfinished the records that must not be forgotten, however old */
  constructor(dedupeWindowMs: number, most: number, unfinished: { has(id: string): boolean }) {
    this.#dedupeWindowMs = dedupeWindowMs;
    this.#most = most;
    this.#unfinished = unfinished;
  }

  /** How many records are remembered. */
  get size(): number {
    return this.#size;
  }

  /** The remembered record that this is a copy of. Where content tells, that record is matched with it. */
  duplicateOf(entry: Identified): Duplicate | undefined {
    const id = this.#recordOf(entry.id);
    if (id !== undefined) return { id, by: "id" };
    if (entry.keys !== undefined) {
      for (const key of entry.keys) {
        const sharing = this.#recordOf(key);
        if (sharing !== undefined) return { id: sharing, by: "id" };
      }
    }
    return entry.content === undefined ? undefined : this.#duplicateByContent(entry, entry.content);
  }

  add(entry: Identified, nowMs: number): void {
    const storedAtSeconds = Math.floor(nowMs / 1000);
    const { id, keys = none, content } = entry;
    this.#size += 1;
    if (content === undefined) {
      this.#records.set(id, storedAtSeconds);
      for (const key of keys) if (key !== id) this.#records.set(key, id);
    } else {
      const { hashes, channel, hasId, at } = content;
      const memory: Memory = {
        id,
        storedAtSeconds,
        keys,
        hashes,
        at,
        channel,
        otherChannels: none,
        hasId,
      };
      this.#records.set(id, memory);
      this.#contents.add(memory);
      for (const key of keys) this.#keys.set(key, id);
    }
    this.#expire(nowMs);
  }

  /** The id of the record that has this text as its id or as a key. */
  #recordOf(text: string): string | undefined {
    const known = this.#records.get(text);
    if (known === undefined) return this.#keys.size === 0 ? undefined : this.#keys.get(text);
    return typeof known === "string" ? known : text;
  }

  #duplicateByContent(entry: Identified, content: ContentMatch): Duplicate | undefined {
    const memory = this.#contents.match(content);
    if (memory === undefined) return undefined;
    const { id } = memory;
    const more = [...(content.hasId ? [entry.id] : []), ...(entry.keys ?? none)];
    for (const key of more) this.#keys.set(key, id);
    memory.keys = [...memory.keys, ...more];
    return { id, by: "content" };
  }

  #expire(nowMs: number): void {
    for (let checks = CHECKS_PER_ADD; checks > 0; checks -= 1) {
      const [id, memory] = this.#peekOldest() ?? [];
      if (id === undefined || memory === undefined) return;
      const storedAtSeconds = typeof memory === "object" ? memory.storedAtSeconds : Number(memory);
      const old = (storedAtSeconds + 1) * 1000 + this.#dedupeWindowMs <= nowMs;
      if (!(old || this.#size > this.#most)) return;
      const isUnfinished = this.#unfinished.has(id);
      this.#removeOldest();
      // To the end of the queue: it is looked at again when everything else has had its turn.
      if (isUnfinished) this.#records.set(id, memory);
      else this.#forget(memory);
      for (let key = this.#oldestKeyOf(id); key !== undefined; key = this.#oldestKeyOf(id)) {
        this.#removeOldest();
        if (isUnfinished) this.#records.set(key, id);
      }
    }
  }

  /** The oldest text, where it is a key of this record, which was the oldest until now. */
  #oldestKeyOf(id: string): string | undefined {
    const [key, owner] = this.#peekOldest() ?? [];
    return owner === id ? key : undefined;
  }

  #removeOldest(): void {
    const [text] = this.#peekOldest() ?? [];
    this.#oldest = undefined;
    if (text !== undefined) this.#records.delete(text);
  }

  #peekOldest(): readonly [string, Remembered] | undefined {
    if (this.#oldest !== undefined) return this.#oldest;
    let next = this.#walk.next();
    if (next.done === true) {
      // A walk that has ended stays ended, whatever is added later.
      this.#walk = this.#records.entries();
      next = this.#walk.next();
    }
    this.#oldest = next.value;
    return this.#oldest;
  }

  #forget(memory: Remembered): void {
    this.#size -= 1;
    if (typeof memory !== "object") return;
    const { id, keys } = memory;
    for (const key of keys) if (this.#keys.get(key) === id) this.#keys.delete(key);
    this.#contents.remove(memory);
  }
}

/** Characters by which a hash is looked up: the hashes of one content begin alike, and are then one look-up. */
const PREFIX = 32;

/**
 * Records by the hash of their content, oldest first: for copies that have no id in common. Most contents are of one
 * record: a set for each would be half of the work.
 */
class ContentHashIndex {
  readonly #byPrefix = new Map<string, Memory | Set<Memory>>();

  add(memory: Memory): void {
    for (let at = 0; at < memory.hashes.length; at += 1) {
      const prefix = prefixAt(memory.hashes, at);
      if (prefix === undefined) continue;
      const alike = this.#byPrefix.get(prefix);
      if (alike === undefined) this.#byPrefix.set(prefix, memory);
      else if (alike instanceof Set) alike.add(memory);
      else if (alike !== memory) this.#byPrefix.set(prefix, new Set([alike, memory]));
    }
  }

  /** The oldest record that can be the other copy, which is matched with it. */
  match(copy: ContentMatch): Memory | undefined {
    let oldest: Memory | undefined;
    for (let at = 0; at < copy.hashes.length; at += 1) {
      const prefix = prefixAt(copy.hashes, at);
      const alike = prefix === undefined ? undefined : this.#byPrefix.get(prefix);
      if (alike === undefined) continue;
      for (const memory of alike instanceof Set ? alike : [alike]) {
        if (isOther(memory, copy) && (oldest === undefined || memory.at < oldest.at)) oldest = memory;
      }
    }
    if (oldest === undefined) return undefined;
    oldest.otherChannels = [...oldest.otherChannels, copy.channel];
    oldest.hasId ||= copy.hasId;
    return oldest;
  }

  remove(memory: Memory): void {
    for (let at = 0; at < memory.hashes.length; at += 1) {
      const prefix = prefixAt(memory.hashes, at);
      if (prefix === undefined) continue;
      const alike = this.#byPrefix.get(prefix);
      if (alike === memory) this.#byPrefix.delete(prefix);
      if (!(alike instanceof Set)) continue;
      alike.delete(memory);
      if (alike.size === 0) this.#byPrefix.delete(prefix);
    }
  }
}

/** `undefined` where it is the first hash's. */
function prefixAt(hashes: readonly string[], at: number): string | undefined {
  const prefix = (hashes[0] as string).slice(0, PREFIX);
  if (at === 0) return prefix;
  const hash = hashes[at] as string;
  return hash.startsWith(prefix) ? undefined : hash.slice(0, PREFIX);
}

/** Whether the two can be copies of one event. */
function isOther(memory: Memory, { hashes, channel, hasId, since, until }: ContentMatch): boolean {
  return (
    memory.at >= since &&
    memory.at <= until &&
    !(hasId && memory.hasId) &&
    memory.channel !== channel &&
    !memory.otherChannels.includes(channel) &&
    memory.hashes.some((hash) => hashes.includes(hash))
  );
}
