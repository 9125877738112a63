import { useCallback, useState } from "react";
import { countText } from "../format.js";
import { CopyButton } from "../parts/copy-button.js";
import { Empty } from "../parts/empty.js";
import { EventList, type ListRow } from "../parts/event-list.js";
import { FilterBar, listLocation } from "../parts/filter-bar.js";
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

const idOf = ({ id }: ListedRecord) => id;
const receivedAtOf = ({ receivedAt }: ListedRecord) => receivedAt;

/** The records of the inbox, newest first; more of them are read when the end of the list is in sight. */
export function InboxEvents(props: {
  readonly state: string;
  readonly states: readonly string[];
  readonly chosen: string | undefined;
  readonly tab: string | undefined;
  readonly isReadOnly: boolean;
  readonly total: number;
  /** Another number whenever the inbox has changed. */
  readonly changes: number;
  readonly onChange: () => void;
}) {
  const { state, states, chosen, tab, isReadOnly, total, changes, onChange } = props;
  const [text, setText] = useState("");
  const [rangeMs, setRangeMs] = useState("");
  const { found, isStale, isDense, error, busy, more, reload } = useRecords(state, text, rangeMs, changes);
  const base = listLocation(state);
  const hrefOf = useCallback((id: string) => `${base}/${encodeURIComponent(id)}`, [base]);
  const rows = found?.rows ?? [];
  const isSearch = text.trim() !== "";
  const isLoading = found === undefined && error === undefined;
  const emptyTitle =
    isLoading || (isStale && error === undefined)
      ? "Loading…"
      : total === 0
        ? "No events yet"
        : "No matching events";
  return (
    <>
      <FilterBar
        {...{ text, error, rangeMs }}
        statusLabel="State"
        statuses={states}
        status={state}
        onText={setText}
        onRange={setRangeMs}
        count={
          isStale && error === undefined
            ? "Searching…"
            : `${countText(rows.length, "event")}${(found?.next ?? null) === null ? "" : " so far"}`
        }
      >
        <button type="button" className="quiet" onClick={reload}>
          Refresh
        </button>
      </FilterBar>
      {isSearch && !isStale && found !== undefined && found.next !== null && (
        <p className="muted searched">
          Searched {countText(found.searched, "record")}
          {found.searchedTo !== null && `, back to ${new Date(found.searchedTo).toLocaleString()}`}.{" "}
          <button type="button" className="quiet" disabled={busy} onClick={() => void more()}>
            Search further
          </button>
        </p>
      )}
      <div className={chosen === undefined ? "events" : "events with-detail"}>
        <section className="card flush" aria-label="Events" aria-busy={isStale}>
          {rows.length === 0 ? (
            <Empty title={emptyTitle}>
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
              idOf={idOf}
              atOf={receivedAtOf}
              chosen={chosen}
              hrefOf={hrefOf}
              onEnd={isSearch && !isDense ? undefined : more}
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
            listed={rows}
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
