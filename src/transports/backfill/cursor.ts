import type { Clock, Timer } from "../../base/clock.js";

/** Where the cursor is stored: the inbox's marks. */
export interface Marks {
  readMetadata(name: string): string | undefined | Promise<string | undefined>;
  writeMetadata(name: string, value: string): void | Promise<void>;
}

/** What {@link Cursor} takes. */
export interface CursorOptions {
  readonly marks: Marks;
  readonly clock: Clock;
  /** Identifies the channel, since several listeners may share an inbox. */
  readonly name: string;
  /** Up to when everything is stored, epoch milliseconds; `undefined` if nothing was received yet. */
  readonly storedUntil: () => number | undefined;
  readonly onError: (error: unknown) => void;
}

/** How often the cursor is written, milliseconds. A restart reads that much more of the log at most. */
const WRITE_EVERY_MS = 1000;

/** Up to when everything is stored, written beside the records: a restart reads the log from there. */
export class Cursor {
  readonly #options: CursorOptions;
  readonly #name: string;
  #timer: Timer | undefined;
  #following = false;
  #writing: Promise<void> | undefined;
  #written: number | undefined;

  constructor(options: CursorOptions) {
    this.#options = options;
    this.#name = `heard:${options.name}`;
  }

  /** Epoch milliseconds; `undefined` on the very first start. */
  async read(): Promise<number | undefined> {
    const text = await this.#options.marks.readMetadata(this.#name);
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  }

  /** Writes the cursor, now and then repeatedly. Resolves when it was written first. */
  async follow(): Promise<void> {
    this.#following = true;
    await this.#write();
    this.#wait();
  }

  /** Writes the cursor for the last time, if it was ever written. */
  async stop(): Promise<void> {
    if (!this.#following) return;
    this.#following = false;
    this.#timer?.clear();
    await this.#writing;
    await this.#write();
  }

  #wait(): void {
    if (!this.#following) return;
    this.#timer = this.#options.clock.after(WRITE_EVERY_MS, () => {
      this.#write().then(() => this.#wait());
    });
  }

  #write(): Promise<void> {
    this.#writing = this.#store();
    return this.#writing;
  }

  async #store(): Promise<void> {
    const { marks, storedUntil, onError } = this.#options;
    const until = storedUntil();
    if (until === undefined || until === this.#written) return;
    try {
      await marks.writeMetadata(this.#name, String(until));
      this.#written = until;
    } catch (error) {
      onError(error);
    }
  }
}
