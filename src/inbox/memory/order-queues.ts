/** What stands in a queue. */
export interface Queued {
  readonly orderKey: string | undefined;
  readonly state: string;
  /** Place in the order of storing. */
  readonly place: number;
}

/** Order key → its unfinished records, oldest first; only the first may run. */
export class OrderQueues<Slot extends Queued> {
  readonly #queues = new Map<string, Slot[]>();

  /** @returns whether the record may run: it has no order key, or is the first of its line */
  join(slot: Slot): boolean {
    if (slot.orderKey === undefined) return true;
    const queue = this.#queues.get(slot.orderKey);
    if (queue === undefined) {
      this.#queues.set(slot.orderKey, [slot]);
      return true;
    }
    // What is replayed was stored before what waits now; what runs now is not taken from under its callbacks.
    const running = queue[0]?.state === "running" ? 1 : 0;
    let at = queue.length;
    while (at > running && (queue[at - 1] as Slot).place > slot.place) at -= 1;
    queue.splice(at, 0, slot);
    return at === 0;
  }

  /** Whether no earlier record of its key is unfinished. */
  isFirst(slot: Slot): boolean {
    return slot.orderKey === undefined || this.#queues.get(slot.orderKey)?.[0] === slot;
  }

  /** The record of its key that runs first. */
  first(slot: Slot): Slot {
    return (slot.orderKey === undefined ? undefined : this.#queues.get(slot.orderKey)?.[0]) ?? slot;
  }

  /** @returns the record that may run now; `undefined` where that has not changed */
  leave(slot: Slot): Slot | undefined {
    if (slot.orderKey === undefined) return undefined;
    const queue = this.#queues.get(slot.orderKey);
    if (queue === undefined) return undefined;
    const wasFirst = queue[0] === slot;
    queue.splice(queue.indexOf(slot), 1);
    const [next] = queue;
    if (next === undefined) this.#queues.delete(slot.orderKey);
    return wasFirst ? next : undefined;
  }
}
