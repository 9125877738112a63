/** What stands in a line. */
export interface InLine {
  readonly orderKey: string | undefined;
  readonly state: string;
  /** Place in the order of storing. */
  readonly place: number;
}

/** Order key → its unfinished records, oldest first; only the first may run. */
export class OrderLines<Slot extends InLine> {
  readonly #lines = new Map<string, Slot[]>();

  /** @returns whether the record may run: it has no order key, or is the first of its line */
  join(slot: Slot): boolean {
    if (slot.orderKey === undefined) return true;
    const line = this.#lines.get(slot.orderKey);
    if (line === undefined) {
      this.#lines.set(slot.orderKey, [slot]);
      return true;
    }
    // What is replayed was stored before what waits now; what runs now is not taken from under its callbacks.
    const running = line[0]?.state === "running" ? 1 : 0;
    let at = line.length;
    while (at > running && (line[at - 1] as Slot).place > slot.place) at -= 1;
    line.splice(at, 0, slot);
    return at === 0;
  }

  /** Whether no earlier record of its key is unfinished. */
  isFirst(slot: Slot): boolean {
    return slot.orderKey === undefined || this.#lines.get(slot.orderKey)?.[0] === slot;
  }

  /** @returns the record that may run now; `undefined` where that has not changed */
  leave(slot: Slot): Slot | undefined {
    if (slot.orderKey === undefined) return undefined;
    const line = this.#lines.get(slot.orderKey);
    if (line === undefined) return undefined;
    const wasFirst = line[0] === slot;
    line.splice(line.indexOf(slot), 1);
    const [next] = line;
    if (next === undefined) this.#lines.delete(slot.orderKey);
    return wasFirst ? next : undefined;
  }
}
