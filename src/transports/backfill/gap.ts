/** A span in which events may have been missed. */
export interface Gap {
  /** Epoch milliseconds. */
  readonly from: number;
  /** Epoch milliseconds, not before `from`. */
  readonly to: number;
  /** Why it opened, as a sentence. */
  readonly detail: string;
  /**
   * When the last event before the gap was received, epoch milliseconds. If the log has nothing as old, it does not
   * reach back to the gap: without this, a forgotten log and an empty one look the same.
   */
  readonly lastEventAt?: number | undefined;
}

/** Makes a gap that never ends before it begins, even if the machine's clock was set back meanwhile. */
export function gapOf(from: number, to: number, detail: string): Gap {
  return { from: Math.min(from, to), to, detail };
}

/** The span that covers both, with the detail of the first. What was received before the earlier one counts. */
export function mergeGaps(one: Gap, other: Gap): Gap {
  const { lastEventAt } = one.from <= other.from ? one : other;
  return {
    from: Math.min(one.from, other.from),
    to: Math.max(one.to, other.to),
    detail: one.detail,
    ...(lastEventAt !== undefined && { lastEventAt }),
  };
}

/** The smallest of the numbers that are defined. */
export function least(...numbers: readonly (number | undefined)[]): number | undefined {
  let smallest: number | undefined;
  for (const number of numbers) {
    if (number !== undefined && (smallest === undefined || number < smallest)) smallest = number;
  }
  return smallest;
}
