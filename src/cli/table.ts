import { plain } from "./plain.js";

/** One column: its heading, and how to paint a cell. */
export interface Column {
  readonly heading: string;
  readonly paint?: (text: string) => string;
}

/**
 * Lines with aligned columns. The last column is cut off at the width; the others are never cut, because they hold
 * the names and ids that people copy.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  dim: (text: string) => string,
): string[] {
  const clean = rows.map((row) => columns.map((_, at) => plain(row[at] ?? "")));
  const last = columns.length - 1;
  const widths = columns.map(({ heading }, at) =>
    Math.max(heading.length, ...clean.map((row) => row[at]?.length ?? 0)),
  );
  const before = widths.slice(0, last).reduce((sum, size) => sum + size + 2, 0);
  const room = Math.max(10, width - before);
  const lineOf = (cells: readonly string[], paint: (text: string, at: number) => string): string =>
    cells
      .map((cell, at) => {
        const text = at === last ? shorten(cell, room) : cell.padEnd(widths[at] ?? 0);
        return paint(text, at);
      })
      .join("  ")
      .trimEnd();
  return [
    lineOf(
      columns.map(({ heading }) => heading),
      dim,
    ),
    ...clean.map((row) => lineOf(row, (text, at) => columns[at]?.paint?.(text) ?? text)),
  ];
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
