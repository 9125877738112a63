/** Runs what concerns the same thing one after the other. */
export class Turns {
  /** The last of each thing. */
  readonly #last = new Map<string, Promise<unknown>>();

  async run<Result>(id: string, run: () => Promise<Result>): Promise<Result> {
    const turn = (this.#last.get(id) ?? Promise.resolve()).then(run, run);
    this.#last.set(id, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(id) === turn) this.#last.delete(id);
    }
  }
}
