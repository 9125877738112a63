import { Bodies, type Shelved } from "./bodies.js";
import { type Placed, Ring } from "./ring.js";

/** What is kept here. */
export interface SettledRecord extends Placed, Shelved {
  readonly id: string;
  state: string;
}

/** Records that are done or dead: the last of each, as many as are asked for and no more than so many bytes. */
export class Settled<Slot extends SettledRecord> implements Iterable<Slot> {
  readonly #done: Ring<Slot>;
  readonly #dead: Ring<Slot>;
  readonly #bodies = new Bodies();
  readonly #mostBytes: number;

  /**
   * @param most done ones and dead ones, each
   * @param mostBytes of the bodies of all of them; beyond it the oldest go, and of two kinds the done go first
   */
  constructor(most: number, mostBytes: number) {
    this.#done = new Ring(most);
    this.#dead = new Ring(most);
    this.#mostBytes = mostBytes;
  }

  get done(): number {
    return this.#done.size;
  }

  get dead(): number {
    return this.#dead.size;
  }

  /** @returns how many dead ones had to go */
  add(slot: Slot): number {
    const ring = this.#ringOf(slot);
    if (ring.capacity === 0) return slot.state === "dead" ? 1 : 0;
    this.#bodies.shelve(slot);
    let dropped = this.#forget(ring.add(slot));
    while (this.#bodies.heldBytes > this.#mostBytes && this.#done.size + this.#dead.size > 1) {
      dropped += this.#forget(this.#done.shift() ?? this.#dead.shift());
    }
    return dropped;
  }

  findDead(id: string): Slot | undefined {
    for (const slot of this.#dead) if (slot.id === id) return slot;
    return undefined;
  }

  /** Takes one out, with its body. */
  remove(slot: Slot): void {
    this.#ringOf(slot).remove(slot);
    this.#bodies.unshelve(slot);
  }

  /** The dead, then the done, each from the oldest on. */
  *[Symbol.iterator](): Iterator<Slot> {
    yield* this.#dead;
    yield* this.#done;
  }

  #ringOf({ state }: Slot): Ring<Slot> {
    return state === "done" ? this.#done : this.#dead;
  }

  /** @returns 1 for a dead one */
  #forget(slot: Slot | undefined): number {
    if (slot === undefined) return 0;
    this.#bodies.forget(slot);
    return slot.state === "dead" ? 1 : 0;
  }
}
