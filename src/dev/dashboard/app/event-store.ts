import { api } from "./api.js";
import { live } from "./live.js";
import type { EventRow, Sight, Step } from "./types.js";

/** What became of an event, as far as the list shows it. */
export type Fate = "fired" | "kept" | "failing" | "done" | "dead";

const MOST = 50_000;

const fates: Readonly<Record<string, Fate>> = {
  "event.kept": "kept",
  "event.unmatched": "kept",
  "callback.failed": "failing",
  "webhook.failed": "failing",
  "record.done": "done",
  "record.dead": "dead",
};

/** The fate after a step. A copy that comes later changes nothing about an event that is done. */
export function fateAfter(before: Fate | undefined, { type }: Step): Fate | undefined {
  const next = fates[type];
  if (next === undefined || (before === "done" && next !== "dead")) return before;
  return next === "kept" && before !== undefined && before !== "fired" ? before : next;
}

/** Every event in the log, newest last, in memory outside of React: a burst of thousands is one change. */
class EventStore {
  rows: EventRow[] = [];
  readonly fates = new Map<string, Fate>();
  version = 0;
  connected = true;
  readonly #watchers = new Set<() => void>();
  #last = 0;
  #loading: Promise<void> | undefined;
  #queued: Sight[] = [];
  #frame = 0;

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

  #take(sights: readonly Sight[]): void {
    for (const sight of sights) this.#queued.push(sight);
    // Ten changes a second are all that anybody can read.
    if (this.#frame === 0) this.#frame = window.setTimeout(() => this.#apply(), 100);
  }

  #apply(): void {
    this.#frame = 0;
    const sights = this.#queued;
    this.#queued = [];
    const errors = new Map<string, string | null>();
    for (const sight of sights) {
      if (sight.type === "fired") this.#add(sight.row);
      else if (sight.type === "settled") errors.set(sight.id, sight.error);
      else if (sight.type === "step") {
        const fate = fateAfter(this.fates.get(sight.id), sight.step);
        if (fate !== undefined) this.fates.set(sight.id, fate);
      } else if (sight.type === "connected" || sight.type === "behind") {
        this.connected = true;
        void this.reload();
      } else if (sight.type === "lost") this.connected = false;
    }
    if (errors.size > 0) {
      this.rows = this.rows.map((row) => {
        const error = errors.get(row.id);
        return error === undefined ? row : { ...row, error };
      });
    }
    this.#changed();
  }

  #add(row: EventRow): void {
    if (row.number <= this.#last) return;
    this.#last = row.number;
    this.rows.push(row);
    if (this.rows.length > MOST * 1.1) {
      for (const old of this.rows.splice(0, this.rows.length - MOST)) this.fates.delete(old.id);
    }
  }

  /** Asks for the whole list, page by page, newest first. */
  reload(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const pages: EventRow[][] = [];
    let before: number | null = null;
    for (let count = 0; count < MOST; ) {
      const from: string = before === null ? "" : `&before=${before}`;
      const answer: { rows: EventRow[]; next: number | null } = await api("GET", `rows?limit=5000${from}`);
      pages.unshift(answer.rows.reverse());
      count += answer.rows.length;
      before = answer.next;
      if (before === null) break;
    }
    const newest = pages.at(-1)?.at(-1)?.number ?? 0;
    const late = this.rows.filter((row) => row.number > newest && newest > 0);
    this.rows = [...pages.flat(), ...late];
    this.#last = this.rows.at(-1)?.number ?? 0;
    this.#changed();
  }

  #changed(): void {
    this.version += 1;
    for (const fn of this.#watchers) fn();
  }
}

export const events = new EventStore();
