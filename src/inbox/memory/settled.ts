import { Bodies, type Shelved } from "./bodies.js";
import { type Placed, Ring } from "./ring.js";

/** What is kept here. */
export interface SettledRecord extends Placed, Shelved {
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

  add(slot: Slot): void {
    const ring = this.#ringOf(slot);
    if (ring.capacity === 0) return;
    this.#bodies.shelve(slot);
    this.#forget(ring.add(slot));
    while (this.#bodies.heldBytes > this.#mostBytes && this.#done.size + this.#dead.size > 1) {
      this.#forget(this.#done.shift() ?? this.#dead.shift());
    }
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

  #forget(slot: Slot | undefined): void {
    if (slot !== undefined) this.#bodies.forget(slot);
  }
}
