import { type Identity, isCopy } from "../../model/identity.js";

/** What is remembered of a record: its identity, and when it was kept (whole seconds, to stay a small integer). */
interface Memory extends Identity {
  readonly keptAtSeconds: number;
}

/** How many of the oldest each addition looks at: more than the one that was added, so that it catches up. */
const LOOKS = 2;

/**
 * The identities of the records of the last days, in the order they were kept. Bounded by age and by number;
 * each addition removes at most a few expired ones, so that expiry never is a pause.
 */
export class Remembered {
  /** A plain record is its keeping time alone; only one with a twin needs an object. */
  readonly #ids = new Map<string, number | Memory>();
  readonly #twins = new Map<string, Memory>();
  readonly #rememberMs: number;
  readonly #most: number;
  readonly #unfinished: { has(id: string): boolean };
  /**
   * One walk along the queue that goes on where it stands. To begin anew each time would cost a step for every
   * identity that was removed before it: with a million of them, a millisecond for each event.
   */
  #walk = this.#ids.entries();
  #oldest: readonly [string, number | Memory] | undefined;

  /** @param unfinished the records that must not be forgotten, however old */
  constructor(rememberMs: number, most: number, unfinished: { has(id: string): boolean }) {
    this.#rememberMs = rememberMs;
    this.#most = most;
    this.#unfinished = unfinished;
  }

  get size(): number {
    return this.#ids.size;
  }

  /** The id of the remembered record that this is a copy of. */
  copyOf(entry: Identity): string | undefined {
    if (this.#ids.has(entry.id)) return entry.id;
    if (entry.twin !== undefined && this.#ids.has(entry.twin)) return entry.twin;
    if (this.#twins.size === 0) return undefined;
    for (const key of [entry.id, entry.twin]) {
      const memory = key === undefined ? undefined : this.#twins.get(key);
      if (memory !== undefined && isCopy(memory, entry)) return memory.id;
    }
    return undefined;
  }

  add(entry: Identity, nowMs: number): void {
    const keptAtSeconds = Math.floor(nowMs / 1000);
    if (entry.twin === undefined) {
      this.#ids.set(entry.id, keptAtSeconds);
    } else {
      const memory = { id: entry.id, twin: entry.twin, keptAtSeconds };
      this.#ids.set(entry.id, memory);
      // A later event with the same content takes the twin over: the newest is the one whose copy may still come.
      this.#twins.set(entry.twin, memory);
    }
    this.#expire(nowMs);
  }

  #expire(nowMs: number): void {
    for (let looks = LOOKS; looks > 0; looks -= 1) {
      const [id, memory] = this.#look() ?? [];
      if (id === undefined || memory === undefined) return;
      const keptAtSeconds = typeof memory === "number" ? memory : memory.keptAtSeconds;
      const old = (keptAtSeconds + 1) * 1000 + this.#rememberMs <= nowMs;
      if (!(old || this.#ids.size > this.#most)) return;
      this.#oldest = undefined;
      this.#ids.delete(id);
      // To the end of the queue: it is looked at again when everything else has had its turn.
      if (this.#unfinished.has(id)) this.#ids.set(id, memory);
      else if (typeof memory !== "number") this.#forgetTwin(memory);
    }
  }

  /** The oldest identity. */
  #look(): readonly [string, number | Memory] | undefined {
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

  #forgetTwin(memory: Memory): void {
    if (memory.twin !== undefined && this.#twins.get(memory.twin) === memory) this.#twins.delete(memory.twin);
  }
}
