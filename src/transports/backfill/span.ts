/** A span in which events may have been missed, epoch milliseconds. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  /**
   * When an event of the channel was heard for the last time before the gap. A log that has nothing as old does
   * not reach back to the gap: without this, a log that forgot and one with nothing to tell look the same.
   */
  readonly heardAt?: number | undefined;
}

/** A gap on its way to being filled. */
export interface Span extends Gap {
  /** Where the gap began: a second look reads its end alone. */
  readonly openedAt: number;
  readonly look: "first" | "second";
}

/** Puts a span among others of its kind, as one with those that it would read again. */
export function addSpan(spans: Span[], span: Span, overlapMs: number): void {
  let whole = span;
  for (let index = spans.length - 1; index >= 0; index -= 1) {
    const other = spans[index];
    if (other === undefined || other.look !== span.look) continue;
    if (other.from - overlapMs > whole.to + overlapMs || whole.from - overlapMs > other.to + overlapMs)
      continue;
    spans.splice(index, 1);
    whole = {
      from: Math.min(whole.from, other.from),
      to: Math.max(whole.to, other.to),
      heardAt: least(whole.heardAt, other.heardAt),
      openedAt: Math.min(whole.openedAt, other.openedAt),
      look: span.look,
    };
  }
  spans.push(whole);
  spans.sort((a, b) => a.from - b.from);
}

/** The smallest of the numbers that are there. */
export function least(...numbers: readonly (number | undefined)[]): number | undefined {
  let smallest: number | undefined;
  for (const number of numbers) {
    if (number !== undefined && (smallest === undefined || number < smallest)) smallest = number;
  }
  return smallest;
}
