import { useCallback, useEffect, useRef, useState } from "react";
import { systemClock } from "../../../../base/clock.js";
import { api } from "../api.js";
import { isExpression } from "../event-expression.js";
import { errorMessage } from "../hooks.js";
import type { ListedRecord, OverviewResponse, RecordsResponse } from "../types.js";

const PAGE = 200;
const TYPING_DELAY_MS = 150;
const OVERVIEW_INTERVAL_MS = 3_000;

/** The state of the inbox, read again every three seconds; the last hundred of them make the charts. */
export function useOverview() {
  const [history, setHistory] = useState<readonly OverviewResponse[]>([]);
  const [error, setError] = useState<string>();
  const reload = useCallback(async () => {
    try {
      const next = await api<OverviewResponse>("GET", "overview");
      setHistory((known) => [...known.slice(-99), next]);
      setError(undefined);
    } catch (thrown) {
      setError(errorMessage(thrown));
    }
  }, []);
  useEffect(() => {
    void reload();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void reload();
    }, OVERVIEW_INTERVAL_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return { overview: history.at(-1), history, error, reload };
}

interface Found {
  readonly query: string;
  readonly rows: readonly ListedRecord[];
  readonly next: string | null;
  readonly searched: number;
  readonly searchedTo: number | null;
}

/** The records that match, newest first, part by part. */
export function useRecords(state: string, text: string, rangeMs: string) {
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [round, setRound] = useState(0);
  const isLoading = useRef(false);
  const query = queryOf(state, text, rangeMs);
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(
      async () => {
        setBusy(true);
        try {
          const part = await api<RecordsResponse>("GET", `records?limit=${PAGE}${query}${sinceOf(rangeMs)}`);
          if (!isCurrent) return;
          setFound({ query, ...part });
          setError(undefined);
        } catch (thrown) {
          if (isCurrent) setError(errorMessage(thrown));
        }
        if (isCurrent) setBusy(false);
      },
      round === 0 && text === "" ? 0 : TYPING_DELAY_MS,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [query, rangeMs, round]);
  const more = useCallback(async () => {
    if (found === undefined || found.next === null || isLoading.current) return;
    isLoading.current = true;
    setBusy(true);
    try {
      const part = await api<RecordsResponse>("GET", `records?limit=${PAGE}&cursor=${found.next}`);
      setFound((known) =>
        known?.next !== found.next
          ? known
          : {
              ...part,
              query: known.query,
              rows: [...known.rows, ...part.rows],
              searched: known.searched + part.searched,
              searchedTo: part.searchedTo ?? known.searchedTo,
            },
      );
    } catch {
      // The search was closed meanwhile: it begins again.
      setRound((count) => count + 1);
    }
    isLoading.current = false;
    setBusy(false);
  }, [found]);
  useEffect(() => {
    // A part ends after a time, too: a slow inbox fills the first screen with several.
    if (text === "" && found !== undefined && found.next !== null && found.rows.length < PAGE) void more();
  }, [found, more, text]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  return { found: found?.query === query ? found : undefined, error, busy, more, reload };
}

function queryOf(state: string, text: string, rangeMs: string): string {
  const trimmed = text.trim();
  const search =
    trimmed === "" ? "" : `&${isExpression(trimmed) ? "where" : "words"}=${encodeURIComponent(trimmed)}`;
  return `${state === "" ? "" : `&state=${state}`}${search}${rangeMs === "" ? "" : `&range=${rangeMs}`}`;
}

function sinceOf(rangeMs: string): string {
  return rangeMs === "" ? "" : `&since=${systemClock.now() - Number(rangeMs)}`;
}
