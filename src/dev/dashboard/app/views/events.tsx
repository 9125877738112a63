import { useMemo, useState, useSyncExternalStore } from "react";
import { timeRanges } from "../event-expression.js";
import { type ListFilter, matchingRows, useMatching } from "../event-filter.js";
import { events } from "../event-store.js";
import { countText } from "../format.js";
import { statuses } from "../parts/badge.js";
import { Empty } from "../parts/empty.js";
import { EventList, type ListRow } from "../parts/event-list.js";
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
  const base = status === "" ? "#/events" : `#/status/${status}`;
  const missed = paused === undefined ? 0 : events.rows.length - paused.rows.length;
  return (
    <>
      <div className="bar">
        <label>
          <span className="hidden">Filter events</span>
          <input
            type="search"
            id="filter"
            className="mono"
            value={text}
            aria-invalid={error !== undefined}
            aria-describedby={error === undefined ? undefined : "filter-error"}
            placeholder={'Filter by words, or an expression: starred_by = "ada"'}
            onChange={({ target }) => setText(target.value)}
          />
        </label>
        <label>
          <span className="hidden">Status</span>
          <select
            value={status}
            onChange={({ target }) => {
              location.hash = target.value === "" ? "#/events" : `#/status/${target.value}`;
            }}
          >
            <option value="">All statuses</option>
            {statuses.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          <span className="hidden">Time range</span>
          <select value={rangeMs} onChange={({ target }) => setRangeMs(target.value)}>
            {timeRanges.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className="quiet"
          aria-pressed={paused !== undefined}
          onClick={() => setPaused(paused === undefined ? { rows: [...events.rows], version } : undefined)}
        >
          {paused === undefined ? "Pause" : `Resume${missed > 0 ? ` (${missed} new)` : ""}`}
        </button>
        <p className="muted" role="status">
          {countText(shown.length, "event")}
        </p>
      </div>
      {error !== undefined && (
        <p className="note bad" role="alert" id="filter-error">
          {error}
        </p>
      )}
      <div className={chosen === undefined ? "events" : "events with-detail"}>
        <section className="card flush" aria-label="Events">
          {shown.length === 0 ? (
            <Empty title={events.loaded && !isPending ? "No matching events" : "Loading…"}>
              {events.loaded && !isPending && (
                <>
                  Words are looked for in the summary, trigger, app, user and ids. An expression compares
                  members of the payload: <code>stars &gt;= 100 and action = "created"</code>
                </>
              )}
            </Empty>
          ) : (
            <EventList
              items={shown}
              rowOf={listRow}
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
