import { useMemo, useState, useSyncExternalStore } from "react";
import { type ListFilter, matchingRows, useMatching } from "../event-filter.js";
import { events } from "../event-store.js";
import { countText } from "../format.js";
import { statuses } from "../parts/badge.js";
import { Empty } from "../parts/empty.js";
import { EventList, type ListRow } from "../parts/event-list.js";
import { FilterBar, listLocation } from "../parts/filter-bar.js";
import type { EventRow } from "../types.js";
import { EventDetails } from "./event-details.js";
import { GetStarted } from "./get-started.js";

function listRow(row: EventRow): ListRow {
  return { ...row, ...events.progressOf(row) };
}

/** The event log, live. */
export function Events(props: {
  readonly status: string;
  readonly chosen: string | undefined;
  readonly tab: string | undefined;
}) {
  const { status, chosen, tab } = props;
  const version = useSyncExternalStore(events.subscribe, events.snapshot);
  const [text, setText] = useState("");
  const [rangeMs, setRangeMs] = useState("");
  const [paused, setPaused] = useState<{ readonly rows: readonly EventRow[]; readonly version: number }>();
  const rows = paused?.rows ?? events.rows;
  const { numbers, error, isPending } = useMatching(text, version);
  const filter: ListFilter = { text, status, rangeMs };
  const shown = useMemo(
    () => matchingRows(rows, filter, numbers),
    [rows, text, status, rangeMs, numbers, paused === undefined ? version : 0],
  );
  if (events.loaded && events.rows.length === 0 && chosen === undefined) {
    return (
      <section className="card" aria-label="Get started">
        <GetStarted />
      </section>
    );
  }
  const base = listLocation(status);
  const missed = paused === undefined ? 0 : events.rows.length - paused.rows.length;
  return (
    <>
      <FilterBar
        {...{ text, error, status, statuses, rangeMs }}
        statusLabel="Status"
        onText={setText}
        onRange={setRangeMs}
        count={countText(shown.length, "event")}
      >
        <button
          type="button"
          className="quiet"
          aria-pressed={paused !== undefined}
          onClick={() => setPaused(paused === undefined ? { rows: [...events.rows], version } : undefined)}
        >
          {paused === undefined ? "Pause" : `Resume${missed > 0 ? ` (${missed} new)` : ""}`}
        </button>
      </FilterBar>
      <div className={chosen === undefined ? "events" : "events with-detail"}>
        <section className="card flush" aria-label="Events">
          {shown.length === 0 ? (
            <Empty title={events.loaded && !isPending ? "No matching events" : "Loading…"}>
              {events.loaded && !isPending && (
                <>
                  Words are looked for in the summary, trigger, app, user and ids. An expression compares
                  properties of the payload: <code>stars &gt;= 100 and action = "created"</code>
                </>
              )}
            </Empty>
          ) : (
            <EventList
              items={shown}
              // A new function each time: an event's progress changes, and its row does not.
              rowOf={(row) => listRow(row)}
              idOf={({ id }) => id}
              atOf={({ at }) => at}
              chosen={chosen}
              hrefOf={(id) => `${base}/${encodeURIComponent(id)}`}
            />
          )}
        </section>
        {chosen !== undefined && <EventDetails key={chosen} id={chosen} base={base} tab={tab} />}
      </div>
    </>
  );
}
