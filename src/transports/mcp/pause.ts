import { type Clock, sleep } from "../../base/clock.js";

/** A wait between two steps that may be ended early. */
export class Pause {
  #early: AbortController | undefined;

  /** Ends the wait, if one is under way. */
  end(): void {
    this.#early?.abort();
  }

  /** Resolves after the time, when it is ended, or when the signal is aborted. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    const early = new AbortController();
    const onAbort = () => early.abort();
    this.#early = early;
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    await sleep(clock, ms, early.signal).catch(() => undefined);
    signal.removeEventListener("abort", onAbort);
    this.#early = undefined;
  }
}
