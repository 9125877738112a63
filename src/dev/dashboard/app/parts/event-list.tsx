import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { events } from "../event-store.js";
import { timeOfDay } from "../format.js";
import type { EventRow } from "../types.js";
import { StatusBadge } from "./badge.js";

const ROW_PX = 48;
const OVERSCAN_ROWS = 10;

/** A list of any length: only the visible rows are in the page. */
export function EventList({
  rows,
  chosen,
}: {
  readonly rows: readonly EventRow[];
  readonly chosen: string | undefined;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    const watch = new ResizeObserver(() => setHeight(current.clientHeight));
    watch.observe(current);
    return () => watch.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(top / ROW_PX) - OVERSCAN_ROWS);
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW_PX) + OVERSCAN_ROWS);
  const move = (press: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[press.key];
    if (step === undefined) return;
    press.preventDefault();
    const at = rows.findIndex(({ id }) => id === chosen);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    if (next === undefined || box.current === null) return;
    location.hash = `#/events/${encodeURIComponent(next.id)}`;
    const place = (at + step) * ROW_PX;
    if (place < box.current.scrollTop) box.current.scrollTop = place;
    if (place + ROW_PX > box.current.scrollTop + height) box.current.scrollTop = place + ROW_PX - height;
  };
  return (
    <div
      className="list"
      ref={box}
      tabIndex={0}
      role="group"
      aria-label="Events, newest first; arrow keys select the previous or the next"
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
      onKeyDown={move}
    >
      <ul style={{ height: rows.length * ROW_PX }}>
        {rows.slice(first, last).map((row, at) => (
          <li
            key={row.number}
            style={{ transform: `translateY(${(first + at) * ROW_PX}px)` }}
            aria-setsize={rows.length}
            aria-posinset={first + at + 1}
          >
            <a
              href={`#/events/${encodeURIComponent(row.id)}`}
              aria-current={row.id === chosen ? "true" : undefined}
            >
              <StatusBadge status={events.statusOf(row)} />
              <strong>{row.triggerName}</strong>
              <span className="muted mono id">{row.id}</span>
              <time className="muted mono">{timeOfDay(row.at)}</time>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
