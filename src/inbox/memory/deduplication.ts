import type { ContentMatch, Entry } from "../contract.js";

/** What is remembered of a record: when it was stored (whole seconds, to stay a small integer), and what else names it. */
interface Memory {
  readonly id: string;
  readonly storedAtSeconds: number;
  /** Further deduplication keys that stand for the record. */
  keys: readonly string[];
  readonly content: MatchedContent | undefined;
}

/** Which record an entry is a copy of, and how that is known. */
export interface Duplicate {
  readonly id: string;
  readonly by: "id" | "content";
}

type Identified = Pick<Entry, "id" | "keys" | "content">;

/** How many of the oldest keys each addition checks: more than it adds, so that expiry keeps pace. */
const CHECKS_PER_ADD = 2;

/**
 * The deduplication keys of the records of the last days, in the order they were stored. Bounded by age and by number;
 * each addition removes at most a few expired ones, so that expiry never is a pause.
 */
export class DeduplicationIndex {
  /** A plain record is its storing time only; one with keys or content needs an object. */
  readonly #ids = new Map<string, number | Memory>();
  /** Further keys, each with the id of its record. */
  readonly #keys = new Map<string, string>();
  readonly #contents = new ContentHashIndex();
  readonly #dedupeWindowMs: number;
  readonly #most: number;
  readonly #unfinished: { has(id: string): boolean };
  /**
   * One walk along the queue that goes on where it stands. To begin anew each time would cost a step for every
   * key that was removed before it: with a million of them, a millisecond for each event.
   */
  #walk = this.#ids.entries();
  #oldest: readonly [string, number | Memory] | undefined;

  /** @param unfinished the records that must not be forgotten, however old */
  constructor(dedupeWindowMs: number, most: number, unfinished: { has(id: string): boolean }) {
    this.#dedupeWindowMs = dedupeWindowMs;
    this.#most = most;
    this.#unfinished = unfinished;
  }

  get size(): number {
    return this.#ids.size;
  }

  /** The remembered record that this is a copy of. Where content tells, that record is matched with it. */
  duplicateOf(entry: Identified): Duplicate | undefined {
    if (this.#ids.has(entry.id)) return { id: entry.id, by: "id" };
    if (this.#keys.size > 0) {
      const byId = this.#keys.get(entry.id);
      if (byId !== undefined) return { id: byId, by: "id" };
    }
    for (const key of entry.keys ?? []) {
      const id = this.#keys.get(key) ?? (this.#ids.has(key) ? key : undefined);
      if (id !== undefined) return { id, by: "id" };
    }
    return entry.content === undefined ? undefined : this.#duplicateByContent(entry, entry.content);
  }

  add(entry: Identified, nowMs: number): void {
    const storedAtSeconds = Math.floor(nowMs / 1000);
    const { id, keys = [], content } = entry;
    if (keys.length === 0 && content === undefined) {
      this.#ids.set(id, storedAtSeconds);
    } else {
      this.#ids.set(id, {
        id,
        storedAtSeconds,
        keys,
        content: content && this.#contents.add(id, content),
      });
      for (const key of keys) this.#keys.set(key, id);
    }
    this.#expire(nowMs);
  }

  #duplicateByContent(entry: Identified, content: ContentMatch): Duplicate | undefined {
    const id = this.#contents.match(content);
    const memory = id === undefined ? undefined : this.#ids.get(id);
    if (id === undefined || typeof memory !== "object") return undefined;
    const more = [...(content.hasId ? [entry.id] : []), ...(entry.keys ?? [])];
    for (const key of more) this.#keys.set(key, id);
    memory.keys = [...memory.keys, ...more];
    return { id, by: "content" };
  }

  #expire(nowMs: number): void {
    for (let checks = CHECKS_PER_ADD; checks > 0; checks -= 1) {
      const [id, memory] = this.#peekOldest() ?? [];
      if (id === undefined || memory === undefined) return;
      const storedAtSeconds = typeof memory === "number" ? memory : memory.storedAtSeconds;
      const old = (storedAtSeconds + 1) * 1000 + this.#dedupeWindowMs <= nowMs;
      if (!(old || this.#ids.size > this.#most)) return;
      this.#oldest = undefined;
      this.#ids.delete(id);
      // To the end of the queue: it is looked at again when everything else has had its turn.
      if (this.#unfinished.has(id)) this.#ids.set(id, memory);
      else if (typeof memory !== "number") this.#forget(memory);
    }
  }

  /** The oldest record. */
  #peekOldest(): readonly [string, number | Memory] | undefined {
    if (this.#oldest !== undefined) return this.#oldest;
    let next = this.#walk.next();
    if (next.done === true) {
      // A walk that has ended stays ended, whatever is added later.
      this.#walk = this.#ids.entries();
      next = this.#walk.next();
    }
    this.#oldest = next.value;
    return this.#oldest;
  }

  #forget({ id, keys, content }: Memory): void {
    for (const key of keys) if (this.#keys.get(key) === id) this.#keys.delete(key);
    if (content !== undefined) this.#contents.remove(content);
  }
}

/** A record as its content tells it. */
export interface MatchedContent {
  readonly id: string;
  readonly hashes: readonly string[];
  /** When the event happened, epoch milliseconds. */
  readonly at: number;
  /** What brought the record, or was matched with it. */
  readonly channels: Set<string>;
  /** Whether the record's id is the event's. */
  hasId: boolean;
}

/** Records by the hash of their content, oldest first: for copies that have no id in common. */
export class ContentHashIndex {
  readonly #byHash = new Map<string, Set<MatchedContent>>();

  add(id: string, { hashes, channel, hasId, at }: ContentMatch): MatchedContent {
    const content: MatchedContent = { id, hashes, at, channels: new Set([channel]), hasId };
    for (const hash of hashes) {
      const alike = this.#byHash.get(hash);
      if (alike === undefined) this.#byHash.set(hash, new Set([content]));
      else alike.add(content);
    }
    return content;
  }

  /** Matches the oldest record that can be the other copy. @returns its id */
  match({ hashes, channel, hasId, since, until }: ContentMatch): string | undefined {
    let oldest: MatchedContent | undefined;
    for (const hash of hashes) {
      for (const content of this.#byHash.get(hash) ?? []) {
        const isPossible =
          content.at >= since &&
          content.at <= until &&
          !(hasId && content.hasId) &&
          !content.channels.has(channel);
        if (isPossible && (oldest === undefined || content.at < oldest.at)) oldest = content;
      }
    }
    if (oldest === undefined) return undefined;
    oldest.channels.add(channel);
    oldest.hasId ||= hasId;
    return oldest.id;
  }

  remove(content: MatchedContent): void {
    for (const hash of content.hashes) {
      const alike = this.#byHash.get(hash);
      alike?.delete(content);
      if (alike?.size === 0) this.#byHash.delete(hash);
    }
  }
}
