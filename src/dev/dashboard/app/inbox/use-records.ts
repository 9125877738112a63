import { useCallback, useEffect, useRef, useState } from "react";
import { systemClock } from "../../../../base/clock.js";
import { api } from "../api.js";
import { isExpression } from "../event-expression.js";
import { errorMessage } from "../hooks.js";
import type { ListedRecord, OverviewResponse, RecordsResponse } from "../types.js";

const PAGE = 200;
/** Rows that fill a screen. */
const SCREEN = 40;
/** Matches in each part: with fewer, a search goes on only when it is told to. */
const DENSE = 20;
/** A search for something rare goes on by itself for so many parts. */
const MAX_PARTS = 8;
/** Shorter than between two keys: a search that another key makes out of date is aborted. */
const TYPING_DELAY_MS = 50;
const OVERVIEW_INTERVAL_MS = 1_000;
/** Five minutes of charts. */
const MAX_HISTORY = 300;

/** The state of the inbox, read again every second; the last ones make the charts. */
export function useOverview() {
  const [history, setHistory] = useState<readonly OverviewResponse[]>([]);
  const [error, setError] = useState<string>();
  const reload = useCallback(async () => {
    try {
      const next = await api<OverviewResponse>("GET", "overview");
      setHistory((known) => [...known.slice(1 - MAX_HISTORY), next]);
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
  const overview = history.at(-1);
  return { overview, history, error, reload, change: useChanges(JSON.stringify(overview?.counts)) };
}

/** How often a value has changed since the first one. */
function useChanges(value: string | undefined): number {
  const [noted, setNoted] = useState({ value, count: 0 });
  if (value !== noted.value) setNoted({ value, count: noted.value === undefined ? 0 : noted.count + 1 });
  return noted.count;
}

interface Found {
  readonly query: string;
  readonly rows: readonly ListedRecord[];
  readonly next: string | null;
  readonly searched: number;
  readonly searchedTo: number | null;
  readonly parts: number;
}

/**
 * The records that match, newest first, part by part.
 *
 * @param change another number whenever the inbox has changed: without a text, what is new comes to the top
 */
export function useRecords(state: string, text: string, rangeMs: string, change = 0) {
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [round, setRound] = useState(0);
  const isLoading = useRef(false);
  const latest = useRef(found);
  latest.current = found;
  const query = queryOf(state, text, rangeMs);
  useEffect(() => {
    let isCurrent = true;
    const abort = new AbortController();
    const timer = setTimeout(
      async () => {
        setBusy(true);
        try {
          // A screen of what is searched for is there sooner; more follows when the list is scrolled.
          const limit = text === "" ? PAGE : SCREEN;
          const path = `records?limit=${limit}${query}${sinceOf(rangeMs)}`;
          const part = await api<RecordsResponse>("GET", path, undefined, abort.signal);
          if (!isCurrent) return;
          setFound({ query, ...part, parts: 1 });
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
      abort.abort();
    };
  }, [query, rangeMs, round]);
  const more = useCallback(async () => {
    if (found === undefined || found.query !== query || found.next === null || isLoading.current) return;
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
              parts: known.parts + 1,
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
  }, [found, query]);
  useEffect(() => {
    if (change === 0 || text !== "") return;
    let isCurrent = true;
    const path = `records?limit=${PAGE}&once=1${query}${sinceOf(rangeMs)}`;
    api<RecordsResponse>("GET", path).then(
      (part) => {
        const known = latest.current;
        if (!isCurrent || known?.query !== query) return;
        const merged = withNewest(known, part);
        if (merged === undefined) setRound((count) => count + 1);
        else setFound(merged);
      },
      // The overview reports a server that does not respond.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [change, query, rangeMs, text]);
  useEffect(() => {
    // A part ends after a time, too: a slow inbox fills the first screen with several.
    if (found === undefined || found.query !== query || found.next === null) return;
    const isShort = found.rows.length < (text === "" ? PAGE : SCREEN);
    if (isShort && (text === "" || found.parts < MAX_PARTS)) void more();
  }, [found, more, text, query]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  // What was found before stays in sight until the answer is there: a list that comes and goes flickers.
  return {
    ...{ found, error, busy, more, reload },
    isStale: found !== undefined && found.query !== query,
    /** Whether so much matches that the next part is worth while without being told to. */
    isDense: found !== undefined && found.rows.length >= DENSE * found.parts,
  };
}

/** The newest records as they are now, before those that were read earlier; undefined if records between are unread. */
function withNewest(known: Found, { rows, next, searched, searchedTo }: RecordsResponse): Found | undefined {
  if (next === null) return { ...known, rows, next: null, searched, searchedTo };
  const last = rows.at(-1);
  const place = known.rows.findIndex(({ id }) => id === last?.id);
  if (place < 0) return undefined;
  return { ...known, rows: [...rows, ...known.rows.slice(place + 1)] };
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
