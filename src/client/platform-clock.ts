/** A `Date` header tells whole seconds, and an answer is some time on its way, milliseconds. */
const UNCERTAIN_MS = 2000;

/**
 * How far the platform's clock is ahead of ours, as the `Date` headers of its answers tell (RFC 9110, 6.6.1).
 *
 * Times of its log are by its clock, and gaps by ours. Where ours was set meanwhile, both differences count.
 */
export class PlatformClock {
  #first: number | undefined;
  #least: number | undefined;
  #most: number | undefined;

  /** @param nowMs when the answer was read, epoch milliseconds by our clock */
  learn(date: string | undefined, nowMs: number): void {
    const said = date === undefined ? Number.NaN : Date.parse(date);
    if (Number.isNaN(said)) return;
    const apart = said - nowMs;
    const ahead = Math.abs(apart) <= UNCERTAIN_MS ? 0 : apart;
    this.#first ??= ahead;
    this.#least = Math.min(this.#least ?? ahead, ahead);
    this.#most = Math.max(this.#most ?? ahead, ahead);
  }

  /** Milliseconds, negative where it is behind; all 0 where nothing is known. */
  get ahead(): { readonly first: number; readonly least: number; readonly most: number } {
    return { first: this.#first ?? 0, least: this.#least ?? 0, most: this.#most ?? 0 };
  }
}
