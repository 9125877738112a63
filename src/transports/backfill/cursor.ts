import type { Clock, Timer } from "../../base/clock.js";

/** What the cursor is kept in: the inbox's metadata. */
export interface Marks {
  readMetadata(name: string): string | undefined | Promise<string | undefined>;
  writeMetadata(name: string, value: string): void | Promise<void>;
}

/** What {@link Cursor} takes. */
export interface CursorOptions {
  readonly marks: Marks;
  readonly clock: Clock;
  /** Distinguishes the channels whose listeners share an inbox. */
  readonly name: string;
  /** Up to when everything is known to be kept, epoch milliseconds; `undefined` where nothing is known. */
  readonly heardUntil: () => number | undefined;
  readonly onTrouble: (error: unknown) => void;
}

/** How often a moving cursor is written, milliseconds. A restart reads that much more of the log, no more. */
const WRITE_EVERY_MS = 1000;

/** Up to when everything was heard, kept beside the records: after a restart the log is read from there. */
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

  /** Writes where it stands, and does so again and again. Resolves with the first time. */
  async follow(): Promise<void> {
    this.#following = true;
    await this.#write();
    this.#wait();
  }

  /** Writes where it stands, if it ever followed, and follows no more. */
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
    const { marks, heardUntil, onTrouble } = this.#options;
    const until = heardUntil();
    if (until === undefined || until === this.#written) return;
    try {
      await marks.writeMetadata(this.#name, String(until));
      this.#written = until;
    } catch (error) {
      onTrouble(error);
    }
  }
}
