/** Median, least and most of a list. */
export function spread(values, digits = 2) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median: round(median, digits), min: round(sorted[0], digits), max: round(sorted.at(-1), digits) };
}

export function round(value, digits = 2) {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** The value below which `part` of a sorted list lies. */
export function quantile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/** Nanoseconds to read: from 1.3 ns to 13 s. */
export function duration(nanos) {
  for (const [unit, size] of [
    ["s", 1e9],
    ["ms", 1e6],
    ["µs", 1e3],
  ]) {
    if (nanos >= size) return `${Number((nanos / size).toPrecision(3))} ${unit}`;
  }
  return `${round(nanos, 1)} ns`;
}
