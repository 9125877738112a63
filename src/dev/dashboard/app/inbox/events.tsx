import { useState } from "react";
import { timeRanges } from "../event-expression.js";
import { countText } from "../format.js";
import { CopyButton } from "../parts/copy-button.js";
import { Empty } from "../parts/empty.js";
import { EventList, type ListRow } from "../parts/event-list.js";
import type { ListedRecord } from "../types.js";
import { RecordDetails } from "./record.js";
import { useRecords } from "./use-records.js";

export function listRow(row: ListedRecord): ListRow {
  const { receivedAt, settledAt } = row;
  return {
    ...row,
    at: receivedAt,
    status: row.state,
    durationMs: settledAt === null ? null : Math.max(0, settledAt - receivedAt),
  };
}

/** The records of the inbox, newest first; more of them are read when the end of the list is in sight. */
export function InboxEvents(props: {
  readonly state: string;
  readonly states: readonly string[];
  readonly chosen: string | undefined;
  readonly tab: string | undefined;
  readonly isReadOnly: boolean;
  readonly total: number;
  readonly onChange: () => void;
}) {
  const { state, states, chosen, tab, isReadOnly, total, onChange } = props;
  const [text, setText] = useState("");
  const [rangeMs, setRangeMs] = useState("");
  const { found, error, busy, more, reload } = useRecords(state, text, rangeMs);
  const base = state === "" ? "#/events" : `#/status/${state}`;
  const rows = found?.rows ?? [];
  const isSearch = text.trim() !== "";
  return (
    <>
      <div className="bar">
        <label>
          <span className="hidden">Filter events</span>
          <input
            type="search"
            className="mono"
            value={text}
            aria-invalid={error !== undefined}
            placeholder={'Filter by words, or an expression: starred_by = "ada"'}
            onChange={({ target }) => setText(target.value)}
          />
        </label>
        <label>
          <span className="hidden">State</span>
          <select
            value={state}
            onChange={({ target }) => {
              location.hash = target.value === "" ? "#/events" : `#/status/${target.value}`;
            }}
          >
            <option value="">All states</option>
            {states.map((name) => (
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
        <button type="button" className="quiet" onClick={reload}>
          Refresh
        </button>
        <p className="muted" role="status">
          {countText(rows.length, "event")}
          {found?.next !== null && found !== undefined ? " so far" : ""}
        </p>
      </div>
      {error !== undefined && (
        <p className="note bad" role="alert">
          {error}
        </p>
      )}
      {isSearch && found !== undefined && found.next !== null && (
        <p className="muted searched">
          Searched {countText(found.searched, "record")}
          {found.searchedTo !== null && `, back to ${new Date(found.searchedTo).toLocaleString()}`}.{" "}
          <button type="button" className="quiet" disabled={busy} onClick={() => void more()}>
            Search further
          </button>
        </p>
      )}
      <div className={chosen === undefined ? "events" : "events with-detail"}>
        <section className="card flush" aria-label="Events">
          {rows.length === 0 ? (
            <Empty title={found === undefined && error === undefined ? "Loading…" : "No matching events"}>
              {total === 0 && found !== undefined && (
                <>
                  The inbox is empty. Send it a signed webhook:{" "}
                  <pre>earshot sign github --url http://127.0.0.1:8000/</pre>
                  <CopyButton label="Copy" text={() => "earshot sign github --url http://127.0.0.1:8000/"} />
                </>
              )}
            </Empty>
          ) : (
            <EventList
              items={rows}
              rowOf={listRow}
              idOf={({ id }) => id}
              atOf={({ receivedAt }) => receivedAt}
              chosen={chosen}
              hrefOf={(id) => `${base}/${encodeURIComponent(id)}`}
              onEnd={isSearch ? undefined : () => void more()}
            />
          )}
        </section>
        {chosen !== undefined && (
          <RecordDetails
            key={chosen}
            id={chosen}
            base={base}
            tab={tab}
            isReadOnly={isReadOnly}
            onChange={() => {
              onChange();
              reload();
            }}
          />
        )}
      </div>
    </>
  );
}
