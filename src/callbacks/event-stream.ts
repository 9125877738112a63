import type { WaitOptions } from "./wait-for-event.js";

/** The reason for an event that a loop did not reach: its record is released, without a failed attempt. */
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

/** Never throws: a callback may throw a proxy that throws at any access. */
export function isLoopEnded(thrown: unknown): boolean {
  try {
    return thrown instanceof LoopEnded;
  } catch {
    return false;
  }
}

interface Waiting<Event> {
  readonly event: Event;
  /** The consumer has finished the event: its record is done. */
  readonly done: () => void;
  /** The loop has ended before the event: its record is released. */
  readonly release: (error: Error) => void;
}

/**
 * A callback's events as an async iterable.
 *
 * A record is done when the consumer requests the next event. So an event that was in work when the process ended
 * runs again. Of several events in work, the oldest is done. At most `concurrency` events wait here; the others stay in the inbox.
 */
export class EventStream<Event> implements AsyncIterableIterator<Event> {
  readonly #waiting: Waiting<Event>[] = [];
  readonly #onClose: () => void;
  /** Handed out, and not finished: several where `next()` is called again before it resolves, as by two loops. */
  readonly #current: Waiting<Event>[] = [];
  #pendingNexts: ((result: IteratorResult<Event, undefined>) => void)[] = [];
  #closed = false;
  readonly #check: (fail: (error: Error) => void) => void;

  /**
   * @param onClose removes the callback; called once
   * @param check called whenever the consumer has to wait. It calls `fail` where no event can come
   */
  constructor(onClose: () => void, check: (fail: (error: Error) => void) => void = () => undefined) {
    this.#onClose = onClose;
    this.#check = check;
  }

  /** The callback. Resolves when the consumer has finished the event. */
  readonly push = (event: Event): Promise<void> =>
    new Promise((done, release) => {
      this.#waiting.push({ event, done, release });
      const resolveNext = this.#pendingNexts.shift();
      if (resolveNext !== undefined) resolveNext(this.#shift());
    });

  async next(): Promise<IteratorResult<Event, undefined>> {
    this.#current.shift()?.done();
    if (this.#closed) return { done: true, value: undefined };
    if (this.#waiting.length > 0) return this.#shift();
    return new Promise((resolve, reject) => {
      this.#pendingNexts.push(resolve);
      this.#check((error) => {
        this.#pendingNexts = this.#pendingNexts.filter((pending) => pending !== resolve);
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
    for (const { done } of this.#current.splice(0)) done();
    for (const { release } of this.#waiting.splice(0)) {
      release(new LoopEnded("The loop over these events has ended."));
    }
    for (const resolveNext of this.#pendingNexts.splice(0)) resolveNext({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #shift(): IteratorResult<Event, undefined> {
    const next = this.#waiting.shift();
    if (next === undefined) return { done: true, value: undefined };
    this.#current.push(next);
    return { done: false, value: next.event };
  }
}

/** Opens a stream of the events that a callback gets. It closes with its loop, or with the listener. */
export function openStream<Event>({ clock, register, open, blocked }: Omit<WaitOptions<Event>, "options">) {
  const stream: EventStream<Event> = new EventStream(
    () => {
      remove();
      open.delete(stream);
    },
    (fail) => {
      const now = blocked();
      if (now?.isFinal) fail(now.error);
      else if (now !== undefined) clock.after(0, () => blocked() !== undefined && fail(now.error));
    },
  );
  const remove = register(stream.push);
  open.add(stream);
  return stream;
}
