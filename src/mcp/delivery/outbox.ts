import type { Occurrence } from "../events/event-log.js";

/** An event that is to be delivered to an endpoint. */
export interface OutboxItem {
  readonly position: number;
  readonly occurrence: Occurrence;
  isSettled: boolean;
  /** Attempts that failed while the endpoint took other events. */
  failures: number;
  /** By the monotonic clock, milliseconds: a wall clock that is set back delays no delivery. */
  retryAt: number;
}

/** The events of one subscription that were read and are not all settled, in the order of the log. */
export class Outbox {
  #items: OutboxItem[] = [];
  #readTo: number;
  #position: number;

  /** @param position everything up to here is settled */
  constructor(position: number) {
    this.#position = position;
    this.#readTo = position;
  }

  /** Everything up to here is settled. */
  get position(): number {
    return this.#position;
  }

  /** Where the log is read next. */
  get readTo(): number {
    return this.#readTo;
  }

  get size(): number {
    return this.#items.length;
  }

  /** When the first of the items that wait may be tried again, by the monotonic clock. */
  get nextRetryAt(): number {
    return Math.min(...this.#items.filter(({ isSettled }) => !isSettled).map(({ retryAt }) => retryAt));
  }

  add(
    events: readonly { readonly position: number; readonly occurrence: Occurrence }[],
    readTo: number,
  ): void {
    for (const event of events) this.#items.push({ ...event, isSettled: false, failures: 0, retryAt: 0 });
    this.#readTo = Math.max(this.#readTo, readTo);
    this.advance();
  }

  /**
   * The first items that may be sent now.
   *
   * @param nowMs by the monotonic clock
   */
  due(nowMs: number, most: number): readonly OutboxItem[] {
    return this.#items.filter(({ isSettled, retryAt }) => !isSettled && retryAt <= nowMs).slice(0, most);
  }

  /** Moves the position over what is settled. */
  advance(): void {
    let settled = 0;
    while (this.#items[settled]?.isSettled === true) settled += 1;
    this.#items = this.#items.slice(settled);
    const [first] = this.#items;
    // Just before the first that is open: what the log has between is settled, or of no interest.
    this.#position = first === undefined ? this.#readTo : first.position - 1;
  }
}
