/** Called with `isLast` false when signals are to be aborted, and with true when nobody waits any more. */
type OnStop = (reason: unknown, isLast: boolean) => void;

/**
 * Tells running callbacks that the listener will not wait any longer. Each running callback hangs on it, and
 * hundreds may: an AbortSignal would warn of a leak at eleven, and costs ten times as much to hang on.
 */
export class StopSwitch {
  readonly #waiting = new Set<OnStop>();
  #thrown: { readonly reason: unknown } | undefined;

  /** @returns a function that takes `fn` off again */
  onStop(fn: OnStop): () => void {
    if (this.#thrown !== undefined) fn(this.#thrown.reason, false);
    this.#waiting.add(fn);
    return () => this.#waiting.delete(fn);
  }

  /** Aborts the signals of all that run, and of all that will. */
  stop(reason: unknown): void {
    this.#thrown ??= { reason };
    for (const fn of [...this.#waiting]) fn(reason, false);
  }

  /** Ends the attempts of callbacks that go on all the same, as failed. */
  giveUp(reason: unknown): void {
    for (const fn of [...this.#waiting]) fn(reason, true);
    this.#waiting.clear();
  }
}
