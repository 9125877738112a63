/** Why an event that waited in a loop was not run: that is no failed attempt. */
export class LoopEnded extends Error {
  override readonly name = "LoopEnded";

  /** What a callback throws may be a proxy that throws at every look. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    try {
      return Function.prototype[Symbol.hasInstance].call(LoopEnded, value);
    } catch {
      return false;
    }
  }
}

interface Waiting<Event> {
  readonly event: Event;
  /** The consumer is through with the event: its record is done. */
  readonly done: () => void;
  /** Nobody will consume it: the record goes back. */
  readonly giveBack: (error: Error) => void;
}

/**
 * A callback's events as an async iterable.
 *
 * An event's record is done when the consumer asks for the next one, so an event that was being worked on when
 * the process died is run again. Nothing piles up here: at most as many events wait as records may run at a
 * time; the others stay in the inbox.
 */
export class EventStream<Event> implements AsyncIterableIterator<Event> {
  readonly #waiting: Waiting<Event>[] = [];
  readonly #onClose: () => void;
  #current: Waiting<Event> | undefined;
  #wanting: ((result: IteratorResult<Event, undefined>) => void)[] = [];
  #closed = false;
  readonly #check: (fail: (error: Error) => void) => void;

  /**
   * @param onClose takes the callback off; called once
   * @param check asked whenever the consumer has to wait: calls `fail` where no event can come
   */
  constructor(onClose: () => void, check: (fail: (error: Error) => void) => void = () => undefined) {
    this.#onClose = onClose;
    this.#check = check;
  }

  /** The callback: resolves when the consumer is through with the event. */
  readonly push = (event: Event): Promise<void> =>
    new Promise((done, giveBack) => {
      this.#waiting.push({ event, done, giveBack });
      const wanting = this.#wanting.shift();
      if (wanting !== undefined) wanting(this.#shift());
    });

  async next(): Promise<IteratorResult<Event, undefined>> {
    this.#current?.done();
    this.#current = undefined;
    if (this.#closed) return { done: true, value: undefined };
    if (this.#waiting.length > 0) return this.#shift();
    return new Promise((resolve, reject) => {
      this.#wanting.push(resolve);
      this.#check((error) => {
        this.#wanting = this.#wanting.filter((wanting) => wanting !== resolve);
        this.close();
        reject(error);
      });
    });
  }

  /** Called by `break`, `return` and `throw` out of a `for await`. */
  async return(): Promise<IteratorResult<Event, undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    this.#current?.done();
    this.#current = undefined;
    for (const { giveBack } of this.#waiting.splice(0)) {
      giveBack(new LoopEnded("The loop over these events has ended."));
    }
    for (const wanting of this.#wanting.splice(0)) wanting({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #shift(): IteratorResult<Event, undefined> {
    this.#current = this.#waiting.shift();
    return this.#current === undefined
      ? { done: true, value: undefined }
      : { done: false, value: this.#current.event };
  }
}
