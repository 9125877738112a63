/**
 * Tells running callbacks that the listener will not wait any longer. Each running callback hangs on it, and
 * hundreds may: an AbortSignal would warn of a leak at eleven, and costs ten times as much to hang on.
 */
export class StopSwitch {
  readonly #waiting = new Set<(reason: unknown) => void>();
  #thrown: { readonly reason: unknown } | undefined;

  /** @returns a function that takes `fn` off again */
  onStop(fn: (reason: unknown) => void): () => void {
    if (this.#thrown !== undefined) fn(this.#thrown.reason);
    else this.#waiting.add(fn);
    return () => this.#waiting.delete(fn);
  }

  stop(reason: unknown): void {
    this.#thrown ??= { reason };
    for (const fn of this.#waiting) fn(reason);
    this.#waiting.clear();
  }
}
