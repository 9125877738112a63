import { api } from "./api.js";
import { live } from "./live.js";
import type { EventRow, Fate, RowsAnswer, Sight } from "./types.js";

const MOST = 50_000;
/** Ten changes a second are all that anybody can read. */
const PAUSE_MS = 100;

/** Every event in the log, newest last, in memory outside of React: a burst of thousands is one change. */
class EventStore {
  rows: EventRow[] = [];
  version = 0;
  connected = true;
  /** Whether the log was read: until then, nobody knows whether it is empty. */
  loaded = false;
  /** What became of events since their rows were made. */
  readonly #fates = new Map<string, Fate>();
  readonly #watchers = new Set<() => void>();
  #last = 0;
  #loading: Promise<void> | undefined;
  #queued: Sight[] = [];
  #timer = 0;

  constructor() {
    live.on((sights) => this.#take(sights));
  }

  subscribe = (fn: () => void): (() => void) => {
    this.#watchers.add(fn);
    return () => {
      this.#watchers.delete(fn);
    };
  };

  snapshot = (): number => this.version;

  fateOf({ id, fate }: Pick<EventRow, "id" | "fate">): Fate {
    return this.#fates.get(id) ?? fate;
  }

  #take(sights: readonly Sight[]): void {
    for (const sight of sights) this.#queued.push(sight);
    if (this.#timer === 0) this.#timer = window.setTimeout(() => this.#apply(), PAUSE_MS);
  }

  #apply(): void {
    this.#timer = 0;
    const sights = this.#queued;
    this.#queued = [];
    for (const sight of sights) {
      if (sight.type === "fired") this.#add(sight.row);
      else if (sight.type === "step" || sight.type === "settled") this.#fates.set(sight.id, sight.fate);
      else if (sight.type === "connected" || sight.type === "behind") {
        this.connected = true;
        void this.reload();
      } else if (sight.type === "lost") this.connected = false;
    }
    this.#changed();
  }

  #add(row: EventRow): void {
    if (row.number <= this.#last) return;
    this.#last = row.number;
    this.rows.push(row);
    if (this.rows.length > MOST * 1.1) {
      for (const old of this.rows.splice(0, this.rows.length - MOST)) this.#fates.delete(old.id);
    }
  }

  /** Asks for the whole list, page by page, newest first. */
  reload(): Promise<void> {
    this.#loading ??= this.#load()
      // Whoever comes back connected asks again.
      .catch(() => undefined)
      .finally(() => {
        this.#loading = undefined;
      });
    return this.#loading;
  }

  async #load(): Promise<void> {
    // The rows will say it; what is told from now on is newer than they are.
    this.#fates.clear();
    const pages: EventRow[][] = [];
    let before: number | null = null;
    for (let count = 0; count < MOST; ) {
      const from: string = before === null ? "" : `&before=${before}`;
      const answer: RowsAnswer = await api("GET", `rows?limit=5000${from}`);
      pages.unshift([...answer.rows].reverse());
      count += answer.rows.length;
      before = answer.next;
      if (before === null) break;
    }
    const newest = pages.at(-1)?.at(-1)?.number ?? 0;
    const late = this.rows.filter((row) => row.number > newest && newest > 0);
    this.rows = [...pages.flat(), ...late];
    this.#last = this.rows.at(-1)?.number ?? 0;
    this.loaded = true;
    this.#changed();
  }

  #changed(): void {
    this.version += 1;
    for (const fn of this.#watchers) fn();
  }
}

export const events = new EventStore();
