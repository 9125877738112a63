import type { DevReports } from "../../protocol/dev.js";

/** A listener that tells of itself. */
export interface KnownListener {
  readonly about: DevReports["listener"];
  /** Epoch milliseconds. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly done: number;
  readonly failed: number;
  readonly dead: number;
}

/** A record that a listener gave up. */
export interface DeadLetter {
  readonly id: string;
  readonly listener: string;
  readonly at: number;
  readonly message: string;
}

const MOST_LISTENERS = 200;
const MOST_DEAD = 1_000;

/** The listeners that told of themselves, and what they gave up. */
export class ReportingListeners {
  readonly #known = new Map<string, KnownListener>();
  readonly #dead = new Map<string, DeadLetter>();

  take({ listener, reports }: DevReports, now: number): void {
    const known = this.#known.get(listener.id);
    const count = (type: string) => reports.filter((report) => report.type === type).length;
    this.#known.delete(listener.id);
    this.#known.set(listener.id, {
      about: listener,
      firstSeenAt: known?.firstSeenAt ?? now,
      lastSeenAt: now,
      done: (known?.done ?? 0) + count("event.done"),
      failed: (known?.failed ?? 0) + count("callback.failed"),
      dead: (known?.dead ?? 0) + count("event.dead-lettered"),
    });
    for (const { type, id, at, message } of reports) {
      if (id === undefined) continue;
      if (type === "event.dead-lettered")
        this.#dead.set(id, { id, listener: listener.id, at, message: message ?? "" });
      if (type === "event.done") this.#dead.delete(id);
    }
    shorten(this.#known, MOST_LISTENERS);
    shorten(this.#dead, MOST_DEAD);
  }

  /** Newest news first. */
  all(): readonly KnownListener[] {
    return [...this.#known.values()].reverse();
  }

  /** Newest first. */
  dead(): readonly DeadLetter[] {
    return [...this.#dead.values()].reverse();
  }
}

function shorten(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
