import type { Writable } from "node:stream";

/** The stream of a progress bar. */
export type ProgressStream = Pick<Writable, "write"> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/** Least time between two redraws, milliseconds. */
const REDRAW_MS = 100;
const BAR_COLUMNS = 30;

/** Progress of long work, on one line that is redrawn. Writes nothing if the stream is not a terminal. */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #title: string;
  readonly #now: () => number;
  readonly #startedAt: number;
  #drawnAt = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds */
  constructor(stream: ProgressStream, title: string, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#title = title;
    this.#now = now;
    this.#startedAt = now();
  }

  /** @param total if known: shows a bar and the time left */
  show(count: number, total?: number): void {
    const now = this.#now();
    if (this.#stream.isTTY !== true || (now - this.#drawnAt < REDRAW_MS && count !== total)) return;
    this.#drawnAt = now;
    const text = total === undefined ? `${this.#title} ${count}` : this.#bar(count, total, now);
    // Some terminals report a width of 0.
    const { columns = 0 } = this.#stream;
    this.#stream.write(`\r\u001b[K${text.slice(0, (columns > 1 ? columns : 80) - 1)}`);
  }

  /** Erases the line. */
  end(): void {
    if (this.#drawnAt > Number.NEGATIVE_INFINITY) this.#stream.write("\r\u001b[K");
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  #bar(count: number, total: number, now: number): string {
    const part = total === 0 ? 1 : Math.min(1, count / total);
    const full = Math.round(part * BAR_COLUMNS);
    const leftMs = count === 0 ? 0 : ((now - this.#startedAt) / count) * (total - count);
    const left = leftMs < 1000 ? "" : `, ${Math.round(leftMs / 1000)} s left`;
    const bar = "#".repeat(full) + "-".repeat(BAR_COLUMNS - full);
    return `${this.#title} [${bar}] ${Math.floor(part * 100)} %, ${count} of ${total}${left}`;
  }
}
