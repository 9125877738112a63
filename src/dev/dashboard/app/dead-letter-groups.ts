/** A dead-lettered event, from an inbox or from the local platform. */
export interface DeadLetterRow {
  readonly id: string;
  readonly triggerName: string;
  readonly summary: string;
  readonly callback: string | null;
  readonly error: string;
  readonly attempts: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Dead letters with the same callback and error, but for numbers and ids in it. */
export interface DeadLetterGroup {
  readonly key: string;
  readonly callback: string | null;
  /** The newest error of the group. */
  readonly error: string;
  readonly rows: readonly DeadLetterRow[];
}

/** An error without what differs from event to event: numbers, ids, texts in quotes. */
export function errorPattern(message: string): string {
  return message
    .slice(0, 400)
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`|“[^”]*”/g, "…")
    .replaceAll(/\b(?=[\w-]*\d)[\w-]{6,}\b/g, "#")
    .replaceAll(/\d+/g, "#");
}

/** The largest group first. */
export function groupDeadLetters(rows: readonly DeadLetterRow[]): readonly DeadLetterGroup[] {
  const groups = new Map<string, DeadLetterRow[]>();
  for (const row of rows) {
    const key = `${row.callback ?? ""} ${errorPattern(row.error)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups]
    .map(([key, found]) => ({
      ...{ key, rows: found },
      callback: found[0]?.callback ?? null,
      error: found[0]?.error ?? "",
    }))
    .sort((a, b) => b.rows.length - a.rows.length);
}
