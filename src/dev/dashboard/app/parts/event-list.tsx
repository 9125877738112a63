import {
  type KeyboardEvent,
  memo,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { flushSync } from "react-dom";
import { ageText, dateAndTime, durationText, timeOfDay } from "../format.js";
import { useNow } from "../hooks.js";
import { AppMark } from "./app-mark.js";
import { StatusBadge } from "./badge.js";

const ROW_PX = 46;
const OVERSCAN_ROWS = 10;
/** Rows below the visible ones at which more are asked for: some screens, so that scrolling does not wait. */
const PREFETCH_ROWS = 60;
/** Rows of one second that are counted. */
const MAX_GROUP = 1_000;
/** Rows that can come in above between two draws. */
const MAX_MOVED = 10_000;

/** One event of a list. */
export interface ListRow {
  readonly id: string;
  readonly triggerName: string;
  readonly appName: string;
  readonly summary: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly status: string;
  readonly source: string | null;
  readonly callback: string | null;
  readonly otherCallbacks: number;
  readonly attempts: number;
  readonly durationMs: number | null;
}

interface ListProps<Item> {
  readonly items: readonly Item[];
  /** Another function whenever it may give another row for the same item: the list is drawn again then. */
  readonly rowOf: (item: Item) => ListRow;
  readonly idOf: (item: Item) => string;
  readonly atOf: (item: Item) => number;
  readonly chosen: string | undefined;
  readonly hrefOf: (id: string) => string;
  /** Called when the last rows are near. */
  readonly onEnd?: (() => void) | undefined;
}

/** A list of any length, newest first: only the visible rows are in the page. */
export const EventList = memo(function EventList<Item>(props: ListProps<Item>) {
  const { items, rowOf, idOf, atOf, chosen, hrefOf, onEnd } = props;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const now = useNow();
  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    const watch = new ResizeObserver(() => setHeight(current.clientHeight));
    watch.observe(current);
    return () => watch.disconnect();
  }, []);
  const anchor = useRef<{ readonly id: string; readonly index: number }>(undefined);
  useLayoutEffect(() => {
    const { current } = box;
    const known = anchor.current;
    // New rows come in above: what is being read stays where it is.
    if (current !== null && known !== undefined && current.scrollTop >= ROW_PX) {
      const index = movedTo(known);
      if (index > known.index) current.scrollTop += (index - known.index) * ROW_PX;
    }
    setAnchor();
  }, [items]);
  const movedTo = ({ id, index }: { readonly id: string; readonly index: number }): number => {
    const end = Math.min(items.length, index + MAX_MOVED);
    for (let at = index; at < end; at += 1) {
      const item = items[at];
      if (item !== undefined && idOf(item) === id) return at;
    }
    return index;
  };
  const setAnchor = () => {
    const index = Math.floor((box.current?.scrollTop ?? 0) / ROW_PX);
    const item = items[index];
    anchor.current = item === undefined ? undefined : { id: idOf(item), index };
  };
  const first = Math.max(0, Math.floor(top / ROW_PX) - OVERSCAN_ROWS);
  const last = Math.min(items.length, Math.ceil((top + height) / ROW_PX) + OVERSCAN_ROWS);
  useEffect(() => {
    if (last + PREFETCH_ROWS >= items.length) onEnd?.();
  }, [last, items.length, onEnd]);
  const move = (press: KeyboardEvent) => {
    if (press.key === "Enter" && chosen !== undefined && press.target === box.current) {
      document.querySelector<HTMLElement>(".detail [role=tab][aria-selected=true]")?.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[press.key];
    if (step === undefined) return;
    press.preventDefault();
    const at = items.findIndex((item) => idOf(item) === chosen);
    const place = Math.min(items.length - 1, Math.max(0, at + step));
    const next = items[place];
    if (next === undefined || box.current === null) return;
    location.hash = hrefOf(idOf(next));
    const y = place * ROW_PX;
    if (y < box.current.scrollTop) box.current.scrollTop = y;
    if (y + ROW_PX > box.current.scrollTop + height) box.current.scrollTop = y + ROW_PX - height;
  };
  const secondAt = (index: number) => {
    const item = items[index];
    return item === undefined ? -1 : Math.floor(atOf(item) / 1_000);
  };
  return (
    <div className="listing">
      <div className="columns-head" aria-hidden="true">
        <span>Time</span>
        <span>Event</span>
        <span>Status</span>
        <span className="wide">Source</span>
        <span className="wide">Callback</span>
        <span className="middle number">Attempts</span>
        <span className="middle number">Duration</span>
        <span className="wide number">Age</span>
      </div>
      <div
        className="list"
        ref={box}
        tabIndex={0}
        role="group"
        aria-label="Events, newest first; arrow keys select the previous or the next, Enter moves into it"
        onScroll={({ currentTarget }) => {
          // Drawn in the frame that scrolls: later, a part of the list would be empty for a moment.
          flushSync(() => setTop(currentTarget.scrollTop));
          setAnchor();
        }}
        onKeyDown={move}
      >
        <ul style={{ height: items.length * ROW_PX }}>
          {items.slice(first, last).map((item, offset) => {
            const index = first + offset;
            const opens = secondAt(index - 1) !== secondAt(index);
            const id = idOf(item);
            const row = rowOf(item);
            return (
              <li
                key={id}
                className={opens ? "opens" : ""}
                style={{ transform: `translateY(${index * ROW_PX}px)` }}
                aria-setsize={items.length}
                aria-posinset={index + 1}
              >
                <RowLink
                  row={row}
                  href={hrefOf(id)}
                  age={ageText(now - row.at)}
                  opens={opens}
                  count={opens ? groupSize(secondAt, index) : 1}
                  isChosen={id === chosen}
                />
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}) as <Item>(props: ListProps<Item>) => ReactNode;

interface RowProps {
  readonly row: ListRow;
  readonly href: string;
  readonly age: string;
  /** Whether it is the first of its second, and how many rows that second has. */
  readonly opens: boolean;
  readonly count: number;
  readonly isChosen: boolean;
}

/** A row is drawn again only when what it shows has changed: scrolling, the clock and a longer list draw few. */
const RowLink = memo(function RowLink({ row, href, age, opens, count, isChosen }: RowProps) {
  return (
    <a href={href} aria-current={isChosen ? "true" : undefined}>
      <Time at={row.at} opens={opens} count={count} />
      <EventCell row={row} />
      <StatusBadge status={row.status} />
      <span className="wide muted cell">{row.source ?? "–"}</span>
      <span className="wide mono cell" title={row.callback ?? undefined}>
        {row.callback ?? <span className="muted">–</span>}
        {row.otherCallbacks > 0 && <span className="muted"> +{row.otherCallbacks}</span>}
      </span>
      <span className={`middle number ${row.attempts > 1 ? "many" : "muted"}`}>
        {row.attempts === 0 ? "–" : row.attempts}
        <span className="hidden">{row.attempts === 1 ? " attempt" : " attempts"}</span>
      </span>
      <span className="middle number muted">
        {row.durationMs === null ? "–" : durationText(row.durationMs)}
      </span>
      <span className="wide number muted">{age}</span>
    </a>
  );
}, showsTheSame);

function showsTheSame({ row, ...rest }: RowProps, { row: nextRow, ...nextRest }: RowProps): boolean {
  return sameMembers(row, nextRow) && sameMembers(rest, nextRest);
}

function sameMembers<Type extends object>(a: Type, b: Type): boolean {
  const names = Object.keys(a) as (keyof Type)[];
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
}

/** How many rows from this one on are of the same second. */
function groupSize(secondAt: (index: number) => number, index: number): number {
  const second = secondAt(index);
  let size = 1;
  while (size < MAX_GROUP && secondAt(index + size) === second) size += 1;
  return size;
}

/** In full for the first row of a second, with the number of its rows. */
function Time({
  at,
  opens,
  count,
}: {
  readonly at: number;
  readonly opens: boolean;
  readonly count: number;
}) {
  const time = timeOfDay(at);
  return (
    <time className="mono" dateTime={new Date(at).toISOString()} title={dateAndTime(at)}>
      <span className={opens ? "" : "hidden"}>{time.slice(0, 8)}</span>
      {!opens && <span className="muted">{time.slice(8)}</span>}
      {count > 1 && <span className="group-size muted">×{count}</span>}
    </time>
  );
}

function EventCell({ row }: { readonly row: ListRow }) {
  return (
    <span className="event-cell">
      <AppMark name={row.appName} />
      <span className="texts">
        <strong title={row.summary}>{row.summary === "" ? row.triggerName : row.summary}</strong>
        <span className="muted">
          {row.appName} · {triggerText(row)} · <span className="mono id">{row.id}</span>
        </span>
      </span>
    </span>
  );
}

/** `STAR_ADDED_EVENT` of `GITHUB_STAR_ADDED_EVENT`: the app stands beside it. */
function triggerText({ triggerName, appName }: ListRow): string {
  const prefix = `${appName.toUpperCase()}_`;
  return triggerName.toUpperCase().startsWith(prefix) ? triggerName.slice(prefix.length) : triggerName;
}
