import { plain } from "./sanitize.js";

/** One column: its heading, and how to paint a cell. */
export interface Column {
  readonly heading: string;
  readonly paint?: (text: string) => string;
}

/** The last column is worth showing beside the others from this many characters on. */
const LEAST_ROOM = 10;

/**
 * Lines with aligned columns. The last column is cut off at the width; the others are never cut, because they hold
 * the names and ids that people copy. Where they leave no room, each row is a block with a line for each cell.
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
  const room = width - before;
  if (room < LEAST_ROOM) return blocks(columns, clean, width, dim);
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

/** For a narrow terminal: the first cell as it is, the others indented below it, a blank line between rows. */
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
      const room = Math.max(LEAST_ROOM, width - label.length);
      return [`${dim(label)}${paint(at === last ? shorten(cell, room) : cell)}`];
    });
    return number === 0 ? cells : ["", ...cells];
  });
}

/** Text cut off at so many characters, with a sign that it was. */
export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1))}…`;
}
