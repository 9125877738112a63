import { sanitize } from "./sanitize.js";

/** One column: its heading, and the color of its cells. */
export interface Column {
  readonly heading: string;
  readonly paint?: (text: string) => string;
}

/** Narrowest last column, characters. Below it, each row becomes a block. */
const MIN_LAST_WIDTH = 10;

/**
 * Formats rows as aligned columns. The last column is cut off at the width. The others are never cut, because users
 * copy names and ids from them. Without space for the last column, each row is a block with a line for each cell.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  dim: (text: string) => string,
): string[] {
  const clean = rows.map((row) => columns.map((_, at) => sanitize(row[at] ?? "")));
  const last = columns.length - 1;
  const widths = columns.map(({ heading }, at) =>
    Math.max(heading.length, ...clean.map((row) => row[at]?.length ?? 0)),
  );
  const others = widths.slice(0, last).reduce((sum, size) => sum + size + 2, 0);
  const room = width - others;
  if (room < MIN_LAST_WIDTH) return blocks(columns, clean, width, dim);
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

/** For a narrow terminal: the first cell, the others indented below it, a blank line between rows. */
function blocks(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  dim: (text: string) => string,
): string[] {
  const last = columns.length - 1;
  return rows.flatMap((row, number) => {
    const cells = row.flatMap((cell, at) => {
      if (cell.trim() === "") return [];
      const { heading = "", paint = String } = columns[at] ?? {};
      if (at === 0) return [paint(cell)];
      const label = heading === "" ? "  " : `  ${heading.trim().toLowerCase()} `;
      const room = Math.max(MIN_LAST_WIDTH, width - label.length);
      return [`${dim(label)}${paint(at === last ? shorten(cell, room) : cell)}`];
    });
    return number === 0 ? cells : ["", ...cells];
  });
}

/** Cuts text off at a number of characters, with an ellipsis. */
export function shorten(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, Math.max(0, maxLength - 1))}…`;
}
