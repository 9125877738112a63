import type { DevReport } from "../../protocol/dev.js";

/** One step of an event's timeline. */
export interface TimelineStep extends DevReport {
  /** The listener that reported it; absent for the platform's own steps. */
  readonly listener?: string;
}

/** An event that fails for ever must not fill the memory. */
const MOST_STEPS = 200;
/** The oldest go so many at a time: a map finds its first key slowly where many before it were deleted. */
const CUT = 1_000;

/** The timelines of the last events: what became of each, step by step. The oldest timelines go first. */
export class Timelines {
  readonly #most: number;
  readonly #steps = new Map<string, TimelineStep[]>();

  /** @param most how many events' timelines are kept */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#steps.size;
  }

  add(id: string, step: TimelineStep): void {
    let steps = this.#steps.get(id);
    if (steps === undefined) {
      steps = [];
      this.#steps.set(id, steps);
      if (this.#steps.size > this.#most + CUT) this.#dropOldest();
    }
    steps.push(step);
    // The first step, how it was fired, stays.
    if (steps.length > MOST_STEPS) steps.splice(1, 1);
  }

  #dropOldest(): void {
    let left = CUT;
    for (const id of this.#steps.keys()) {
      if (left === 0) return;
      left -= 1;
      this.#steps.delete(id);
    }
  }

  of(id: string): readonly TimelineStep[] {
    return this.#steps.get(id) ?? [];
  }
}
