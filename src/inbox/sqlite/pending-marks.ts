import type { Clock, Timer } from "../../clock.js";

/** How late a mark may be written, milliseconds. */
const WRITE_AFTER_MS = 500;

/**
 * Marks change with every frame of the socket, and a flush of the disk for each would be one too many: the
 * last value of each is written twice a second.
 */
export class PendingMarks {
  readonly #clock: Clock;
  readonly #write: (marks: readonly (readonly [name: string, value: string])[]) => Promise<unknown>;
  readonly #values = new Map<string, string>();
  #timer: Timer | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  /** @param write is not to reject: nobody waits for it */
  constructor(
    clock: Clock,
    write: (marks: readonly (readonly [name: string, value: string])[]) => Promise<unknown>,
  ) {
    this.#clock = clock;
    this.#write = write;
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: string): void {
    this.#values.set(name, value);
    this.#timer ??= this.#clock.after(WRITE_AFTER_MS, () => void this.flush());
  }

  /** Writes what is there now. */
  flush(): Promise<unknown> {
    this.#timer?.clear();
    this.#timer = undefined;
    if (this.#values.size > 0) {
      const marks = [...this.#values];
      this.#values.clear();
      this.#writing = this.#write(marks);
    }
    return this.#writing;
  }
}
