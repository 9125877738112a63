import { api } from "./api.js";
import { liveUpdates } from "./live-updates.js";
import type { DashboardUpdate, EventProgress, EventRow, EventStatus, RowsResponse } from "./types.js";

const MAX_ROWS = 50_000;
/** The list is drawn at most ten times a second. */
const RENDER_INTERVAL_MS = 100;

/** Every event in the log, newest last. It lives outside of React, so that a burst of thousands renders once. */
class EventStore {
  rows: EventRow[] = [];
  version = 0;
  connected = true;
  /** Whether the log was read. Until then, an empty list does not mean an empty log. */
  loaded = false;
  /** Progress that is newer than the rows. */
  readonly #progress = new Map<string, EventProgress>();
  #counted: { readonly version: number; readonly counts: ReadonlyMap<EventStatus, number> } | undefined;
  readonly #subscribers = new Set<() => void>();
  #lastNumber = 0;
  #loading: Promise<void> | undefined;
  #queued: DashboardUpdate[] = [];
  #timer = 0;

  constructor() {
    liveUpdates.subscribe((updates) => this.#queue(updates));
  }

  subscribe = (fn: () => void): (() => void) => {
    this.#subscribers.add(fn);
    return () => {
      this.#subscribers.delete(fn);
    };
  };

  snapshot = (): number => this.version;

  progressOf({ id, progress }: EventRow): EventProgress {
    return this.#progress.get(id) ?? progress;
  }

  statusOf(row: EventRow): EventStatus {
    return this.progressOf(row).status;
  }

  /** The status that the updates contained; undefined while there was none for this event. */
  updatedStatus(id: string): EventStatus | undefined {
    return this.#progress.get(id)?.status;
  }

  /** The number of events in each status. */
  counts(): ReadonlyMap<EventStatus, number> {
    if (this.#counted?.version === this.version) return this.#counted.counts;
    const counts = new Map<EventStatus, number>();
    for (const row of this.rows) {
      const status = this.statusOf(row);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    this.#counted = { version: this.version, counts };
    return counts;
  }

  #queue(updates: readonly DashboardUpdate[]): void {
    for (const update of updates) this.#queued.push(update);
    if (this.#timer === 0) this.#timer = window.setTimeout(() => this.#apply(), RENDER_INTERVAL_MS);
  }

  #apply(): void {
    this.#timer = 0;
    const updates = this.#queued;
    this.#queued = [];
    for (const update of updates) {
      if (update.type === "fired") this.#add(update.row);
      else if (update.type === "step" || update.type === "settled")
        this.#progress.set(update.id, update.progress);
      else if (update.type === "connected" || update.type === "behind") {
        this.connected = true;
        void this.reload();
      } else if (update.type === "lost") this.connected = false;
    }
    this.#changed();
  }

  #add(row: EventRow): void {
    if (row.number <= this.#lastNumber) return;
    this.#lastNumber = row.number;
    this.rows.push(row);
    if (this.rows.length > MAX_ROWS * 1.1) {
      for (const old of this.rows.splice(0, this.rows.length - MAX_ROWS)) this.#progress.delete(old.id);
    }
  }

  /** Loads the whole list, page by page, newest first. */
  reload(): Promise<void> {
    this.#loading ??= this.#load()
      // The next reconnect loads again.
      .catch(() => undefined)
      .finally(() => {
        this.#loading = undefined;
      });
    return this.#loading;
  }

  async #load(): Promise<void> {
    // The rows contain this progress; updates that arrive from now on are newer.
    this.#progress.clear();
    const pages: EventRow[][] = [];
    let before: number | null = null;
    for (let count = 0; count < MAX_ROWS; ) {
      const from: string = before === null ? "" : `&before=${before}`;
      const page: RowsResponse = await api("GET", `rows?limit=5000${from}`);
      pages.unshift([...page.rows].reverse());
      count += page.rows.length;
      before = page.next;
      if (before === null) break;
    }
    const newest = pages.at(-1)?.at(-1)?.number ?? 0;
    const late = this.rows.filter((row) => row.number > newest && newest > 0);
    this.rows = [...pages.flat(), ...late];
    this.#lastNumber = this.rows.at(-1)?.number ?? 0;
    this.loaded = true;
    this.#changed();
  }

  #changed(): void {
    this.version += 1;
    for (const fn of this.#subscribers) fn();
  }
}

export const events = new EventStore();
