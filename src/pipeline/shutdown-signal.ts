/** With `isLast` false, the callback's signal is to be aborted; with true, its attempt has failed. */
type OnShutdown = (reason: unknown, isLast: boolean) => void;

/**
 * Ends running callbacks when the listener does not wait any longer. Hundreds may be registered: an AbortSignal
 * would warn of a leak at eleven, and a listener on it costs ten times as much.
 */
export class ShutdownSignal {
  readonly #waiting = new Set<OnShutdown>();
  #thrown: { readonly reason: unknown } | undefined;

  get isAborted(): boolean {
    return this.#thrown !== undefined;
  }

  /** @returns a function that removes `fn` */
  onShutdown(fn: OnShutdown): () => void {
    if (this.#thrown !== undefined) fn(this.#thrown.reason, false);
    this.#waiting.add(fn);
    return () => this.#waiting.delete(fn);
  }

  /** Aborts the signals of all callbacks that run now or later. */
  abort(reason: unknown): void {
    this.#thrown ??= { reason };
    for (const fn of [...this.#waiting]) fn(reason, false);
  }

  /** Ends the attempts of callbacks that still run, as failed. */
  endAll(reason: unknown): void {
    for (const fn of [...this.#waiting]) fn(reason, true);
    this.#waiting.clear();
  }
}
