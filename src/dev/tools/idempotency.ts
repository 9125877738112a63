import { HttpProblem } from "../http/http-problem.js";
import type { ToolOutcome } from "./tool-outcome.js";

interface Kept {
  readonly fingerprint: string;
  readonly result: Promise<ToolOutcome>;
  bytes: number;
}

/** How many results are remembered, and in how much memory. */
const MOST = 10_000;
const MOST_BYTES = 16 * 1024 * 1024;
const LONGEST_KEY = 255;

/**
 * Runs that were called with an idempotency key: a second call with the key gets the first one's result, also while
 * that one still runs. Only success is remembered: what failed had no effect, and may be tried again.
 */
export class IdempotentRuns {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /**
   * @param fingerprint what the call is to do
   * @throws HttpProblem 400 for a key that is none; 422 for a key that came with another call
   */
  async run(
    key: string,
    fingerprint: string,
    act: () => Promise<ToolOutcome>,
  ): Promise<{ readonly result: ToolOutcome; readonly isReplayed: boolean }> {
    if (key.length > LONGEST_KEY)
      throw new HttpProblem(400, `An idempotency key has at most ${LONGEST_KEY} characters`);
    const known = this.#kept.get(key);
    if (known !== undefined && known.fingerprint !== fingerprint) {
      throw new HttpProblem(422, "The idempotency key came with another tool or other arguments before", {
        suggestion: "Use a new key for a new call",
      });
    }
    if (known !== undefined) return { result: await known.result, isReplayed: true };
    const entry: Kept = { fingerprint, result: act(), bytes: key.length + fingerprint.length };
    this.#kept.set(key, entry);
    this.#bytes += entry.bytes;
    try {
      const result = await entry.result;
      if (result.successful) this.#settled(key, entry, result);
      else this.#forget(key, entry);
      return { result, isReplayed: false };
    } catch (error) {
      this.#forget(key, entry);
      throw error;
    }
  }

  #settled(key: string, entry: Kept, result: ToolOutcome): void {
    if (this.#kept.get(key) !== entry) return;
    const bytes = JSON.stringify(result).length;
    entry.bytes += bytes;
    this.#bytes += bytes;
    for (const [oldest, kept] of this.#kept) {
      if (this.#kept.size <= MOST && this.#bytes <= MOST_BYTES) break;
      this.#forget(oldest, kept);
    }
  }

  #forget(key: string, entry: Kept): void {
    // A run that was forgotten while it ran may have a successor.
    if (this.#kept.get(key) !== entry) return;
    this.#bytes -= entry.bytes;
    this.#kept.delete(key);
  }
}
