import type { AttemptLogLine, DevReport } from "../../protocol/dev.js";

/** What one attempt of one callback wrote to the console. */
export interface CallbackLog {
  readonly callback: string;
  readonly attempt: number;
  /** When the attempt ended, epoch milliseconds: of its step in the timeline. */
  readonly at: number;
  /** Oldest first. */
  readonly lines: readonly AttemptLogLine[];
}

/** Characters of all lines; the events that logged first go first. */
const MOST_TEXT = 8 * 1024 * 1024;

/** The console lines of the last attempts, by event. */
export class AttemptLogStore {
  readonly #logs = new Map<string, { readonly logs: CallbackLog[]; size: number }>();
  #size = 0;

  add(id: string, { callback = "", attempt = 0, at, logs = [] }: DevReport): void {
    if (logs.length === 0) return;
    const known = this.#logs.get(id) ?? { logs: [], size: 0 };
    const size = logs.reduce((sum, { text }) => sum + text.length + 40, 0);
    this.#logs.delete(id);
    this.#logs.set(id, known);
    known.logs.push({ callback, attempt, at, lines: logs });
    known.size += size;
    this.#size += size;
    for (const [oldest, entry] of this.#logs) {
      if (this.#size <= MOST_TEXT) break;
      this.#logs.delete(oldest);
      this.#size -= entry.size;
    }
  }

  of(id: string): readonly CallbackLog[] {
    return this.#logs.get(id)?.logs ?? [];
  }
}
