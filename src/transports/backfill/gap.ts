/** A span in which events may have been missed. */
export interface Gap {
  /** Epoch milliseconds. */
  readonly from: number;
  /** Epoch milliseconds, not before `from`. */
  readonly to: number;
  /** Why, as a sentence. */
  readonly detail: string;
}

/** A gap that never ends before it begins, even where the machine's clock was set back meanwhile. */
export function gapOf(from: number, to: number, detail: string): Gap {
  return { from: Math.min(from, to), to, detail };
}

/** The span that covers both, told in the words of the first. */
export function mergeGaps(one: Gap, other: Gap): Gap {
  return { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to), detail: one.detail };
}
