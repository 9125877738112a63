import { sourceOf } from "../../../model/delivery.js";
import type { Origin } from "../../../model/verified.js";
import type { Failure, InboxRecord, Tries } from "../../contract.js";
import { stateName } from "./states.js";
import { fromColumn } from "./text.js";

/** A record as a query of {@link recordColumns} returns it. */
export interface RecordRow {
  readonly seq: number;
  readonly state: number;
  readonly order_hash: number | null;
  readonly received_at: number;
  readonly due_at: number;
  readonly attempts: number;
  readonly settled_at: number | null;
  readonly trigger_name: string | Uint8Array;
  readonly source: string;
  readonly done: string;
  readonly failures: string;
  readonly id: string | Uint8Array;
  readonly order_key: string | Uint8Array | null;
  readonly origin: string;
  readonly body_is_text: number;
  readonly body: string | Uint8Array;
  readonly body_bytes: number;
  readonly crashes: number;
  readonly tries: string | null;
  readonly lease_until: number | null;
  /** Of the process that holds it. */
  readonly owner: string | Uint8Array | null;
}

/** Everything of a record; to be followed by a condition on `r`. */
export const recordColumns = `
  SELECT r.seq, r.state, r.order_hash, r.received_at, r.due_at, r.attempts, r.settled_at, r.trigger_name,
    r.source, r.done, r.failures, r.body_bytes, r.crashes, r.tries, r.lease_until,
    c.id, c.order_key, c.origin, c.body_is_text, c.body,
    iif(r.lease_owner IS NULL, NULL, (SELECT name FROM owners WHERE id = r.lease_owner)) AS owner
  FROM records r JOIN contents c ON c.seq = r.seq`;

/** What a reader gets to see of a row. */
export function recordOf(row: RecordRow): InboxRecord {
  return {
    id: fromColumn(row.id),
    triggerName: fromColumn(row.trigger_name),
    source: sourceOf(row.source),
    origin: JSON.parse(row.origin) as Origin,
    body: row.body_is_text === 1 ? fromColumn(row.body) : row.body,
    receivedAt: row.received_at,
    orderKey: row.order_key === null ? undefined : fromColumn(row.order_key),
    event: undefined,
    // Dropped records are in no query of recordColumns.
    state: stateName(row.state) ?? "done",
    attempts: row.attempts,
    crashes: row.crashes,
    done: JSON.parse(row.done) as string[],
    tries: row.tries === null ? {} : (JSON.parse(row.tries) as Tries),
    failures: JSON.parse(row.failures) as Failure[],
    dueAt: row.due_at,
    settledAt: row.settled_at ?? undefined,
    ...(row.owner === null || row.lease_until === null
      ? {}
      : { lease: { owner: fromColumn(row.owner), until: row.lease_until } }),
  };
}

/** About how much memory a row's record takes, in bytes. */
export function sizeOf(row: RecordRow): number {
  return row.body.length + row.failures.length + 500;
}
