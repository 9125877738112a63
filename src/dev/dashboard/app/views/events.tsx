import { useMemo, useState, useSyncExternalStore } from "react";
import { events } from "../event-store.js";
import { countText } from "../format.js";
import { statuses } from "../parts/badge.js";
import { Empty } from "../parts/empty.js";
import { EventList } from "../parts/event-list.js";
import type { EventRow } from "../types.js";
import { EventDetails } from "./event-details.js";
import { GetStarted } from "./get-started.js";

/** Newest first. */
function matchingRows(rows: readonly EventRow[], filter: string, status: string): EventRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found: EventRow[] = [];
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
    if (row === undefined) continue;
    if (status !== "" && events.statusOf(row) !== status) continue;
    if (words.length > 0) {
      const text = `${row.triggerName} ${row.appName} ${row.id} ${row.userId} ${row.triggerId}`.toLowerCase();
      if (!words.every((word) => text.includes(word))) continue;
    }
    found.push(row);
  }
  return found;
}

/** The event log, live. */
export function Events({ chosen }: { readonly chosen: string | undefined }) {
  const version = useSyncExternalStore(events.subscribe, events.snapshot);
  const [filter, setFilter] = useState("");
  const [status, setStatus] = useState("");
  const [paused, setPaused] = useState<{ readonly rows: readonly EventRow[]; readonly version: number }>();
  const rows = paused?.rows ?? events.rows;
  const shown = useMemo(
    () => matchingRows(rows, filter, status),
    [rows, filter, status, paused === undefined ? version : 0],
  );
  if (events.loaded && events.rows.length === 0 && chosen === undefined) {
    return (
      <section className="card" aria-label="Get started">
        <GetStarted />
      </section>
    );
  }
  const missed = paused === undefined ? 0 : events.rows.length - paused.rows.length;
  return (
    <>
      <div className="bar">
        <label>
          <span className="hidden">Filter events</span>
          <input
            type="search"
            value={filter}
            placeholder="Filter by trigger, app, user, id…"
            onChange={({ target }) => setFilter(target.value)}
          />
        </label>
        <label>
          <span className="hidden">Status</span>
          <select value={status} onChange={({ target }) => setStatus(target.value)}>
            <option value="">All statuses</option>
            {statuses.map((name) => (
              <option key={name}>{name}</option>
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
      <div className={chosen === undefined ? "events" : "events with-detail"}>
        <section className="card flush" aria-label="Events">
          {shown.length === 0 ? (
            <Empty title={events.loaded ? "No matching events" : "Loading…"} />
          ) : (
            <EventList rows={shown} chosen={chosen} />
          )}
        </section>
        {chosen !== undefined && <EventDetails key={chosen} id={chosen} />}
      </div>
    </>
  );
}
