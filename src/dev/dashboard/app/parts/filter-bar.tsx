import type { ReactNode } from "react";
import { timeRanges } from "../event-expression.js";

/** Above a list of events: words or an expression, a status, a time range, and how many match. */
export function FilterBar(props: {
  readonly text: string;
  readonly onText: (text: string) => void;
  /** What is wrong with the text. */
  readonly error: string | undefined;
  /** `Status` of an event, `State` of a record. */
  readonly statusLabel: "Status" | "State";
  readonly statuses: readonly string[];
  /** "" for all. It is in the location, so that it can be linked to. */
  readonly status: string;
  readonly rangeMs: string;
  readonly onRange: (rangeMs: string) => void;
  readonly count: string;
  /** Buttons before the count. */
  readonly children: ReactNode;
}) {
  const { text, error, statusLabel, statuses, status, rangeMs, count } = props;
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
            aria-describedby={error === undefined ? undefined : "filter-error"}
            placeholder={'Filter by words, or an expression: starred_by = "ada"'}
            onChange={({ target }) => props.onText(target.value)}
          />
        </label>
        <label>
          <span className="hidden">{statusLabel}</span>
          <select
            value={status}
            onChange={({ target }) => {
              location.hash = listLocation(target.value);
            }}
          >
            <option value="">{statusLabel === "Status" ? "All statuses" : "All states"}</option>
            {statuses.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          <span className="hidden">Time range</span>
          <select value={rangeMs} onChange={({ target }) => props.onRange(target.value)}>
            {timeRanges.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {props.children}
        <p className="muted" role="status">
          {count}
        </p>
      </div>
      {error !== undefined && (
        <p className="note bad" role="alert" id="filter-error">
          {error}
        </p>
      )}
    </>
  );
}

/** The location of the list of all events, or of those in one status. */
export function listLocation(status: string): string {
  return status === "" ? "#/events" : `#/status/${status}`;
}
