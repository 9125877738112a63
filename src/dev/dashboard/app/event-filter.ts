import { useEffect, useMemo, useRef, useState } from "react";
import { systemClock } from "../../../base/clock.js";
import { api } from "./api.js";
import { isExpression } from "./event-expression.js";
import { events } from "./event-store.js";
import { errorMessage } from "./hooks.js";
import type { EventRow, MatchingResponse } from "./types.js";

const TYPING_DELAY_MS = 150;

export interface ListFilter {
  readonly text: string;
  readonly status: string;
  readonly rangeMs: string;
}

/** Newest first. @param matching the numbers that an expression selects; undefined without one */
export function matchingRows(
  rows: readonly EventRow[],
  { text, status, rangeMs }: ListFilter,
  matching: ReadonlySet<number> | undefined,
): EventRow[] {
  const words = isExpression(text) ? [] : text.toLowerCase().split(/\s+/).filter(Boolean);
  const since = rangeMs === "" ? 0 : systemClock.now() - Number(rangeMs);
  const found: EventRow[] = [];
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
    if (row === undefined) continue;
    if (row.at < since) break;
    if (status !== "" && events.statusOf(row) !== status) continue;
    if (matching !== undefined && !matching.has(row.number)) continue;
    if (words.length > 0) {
      const text = [row.triggerName, row.appName, row.id, row.userId, row.triggerId, row.summary]
        .join(" ")
        .toLowerCase();
      if (!words.every((word) => text.includes(word))) continue;
    }
    found.push(row);
  }
  return found;
}

interface Matching {
  readonly where: string;
  readonly numbers: ReadonlySet<number>;
  readonly last: number;
}

/** The numbers of the events that an expression selects, extended as new events arrive. */
export function useMatching(text: string, version: number) {
  const [matching, setMatching] = useState<Matching>();
  const [error, setError] = useState<string>();
  const latest = useRef<Matching | undefined>(undefined);
  latest.current = matching;
  const where = isExpression(text) ? text.trim() : "";
  useEffect(() => {
    setError(undefined);
    if (where === "") return setMatching(undefined);
    let isCurrent = true;
    const known = latest.current?.where === where ? latest.current : undefined;
    const newest = events.rows.at(-1)?.number ?? 0;
    if (known !== undefined && known.last >= newest) return;
    const timer = setTimeout(async () => {
      try {
        const after = known === undefined ? "" : `&after=${known.last}`;
        const found = await api<MatchingResponse>(
          "GET",
          `matching?where=${encodeURIComponent(where)}${after}`,
        );
        if (!isCurrent) return;
        const numbers = new Set([...(known?.numbers ?? []), ...found.numbers]);
        setMatching({ where, numbers, last: found.last });
      } catch (thrown) {
        if (isCurrent) setError(errorMessage(thrown));
      }
    }, TYPING_DELAY_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [where, where === "" ? 0 : version]);
  const numbers = useMemo(
    () => (where === "" ? undefined : matching?.where === where ? matching.numbers : new Set<number>()),
    [where, matching],
  );
  return { numbers, error, isPending: where !== "" && matching?.where !== where && error === undefined };
}
