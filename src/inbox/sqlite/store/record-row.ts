import { hash } from "node:crypto";
import { sourceOf } from "../../../model/delivery.js";
import type { Failure, InboxRecord, RecordState, StepResult, Tries } from "../../contract.js";
import { unpackOrigin } from "../packed-origin.js";

/**
 * Where a record stands, as the file has it. `waiting` is three states here, so that what can be claimed is
 * found without looking at what cannot: the number of records that wait for something never slows a claim.
 * The order matters: up to RUNNING is unfinished. The SQL of this folder has the numbers written out, because
 * SQLite uses a partial index only where the query has its condition word by word.
 */
export const READY = 0;
/** Its time has not come. */
export const DELAYED = 1;
/** An earlier record of its order key is unfinished, or one of its key runs. */
export const BEHIND = 2;
export const RUNNING = 3;
export const DONE = 4;
export const DEAD = 5;
/** Its identity is remembered; nothing else is left. */
export const DROPPED = 6;
/** No callback of the process that held it asked for it; it is left for other processes. */
export const UNMATCHED = 7;

const names: readonly (RecordState | undefined)[] = [
  "waiting",
  "waiting",
  "waiting",
  "running",
  "done",
  "dead",
  undefined,
  "unmatched",
];

/** The contract's name of a state; `undefined` for one that it does not know. */
export function stateName(state: number): RecordState | undefined {
  return names[state];
}

/** Whether a record of this state waits or runs. */
export function isPendingState(state: number | undefined): boolean {
  return state !== undefined && state <= RUNNING;
}

/**
 * Text as it can be stored. SQLite's text is UTF-8, which cannot say half a surrogate pair, and JSON can
 * (`"\ud800"`): two ids that differ in nothing else would become one. Such text is stored as UTF-16 bytes.
 * So is text with a NUL, where the SQLite of Node 22 stops reading.
 */
export function toColumn(text: string): string | Uint8Array {
  return text.isWellFormed() && !text.includes("\0") ? text : Buffer.from(text, "utf16le");
}

/** The other way. */
export function fromColumn(value: string | Uint8Array): string {
  return typeof value === "string"
    ? value
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("utf16le");
}

/**
 * A number for an index that stands for a text: smaller than the text, and as cheap to compare. Equal texts
 * have equal numbers; a match of numbers still compares the text.
 */
export function hash64(text: string): bigint {
  return hash("sha256", text, "buffer").readBigInt64BE(0);
}

/** The same in 48 bits, which a JavaScript number holds: for what is read back. */
export function hash48(text: string): number {
  return hash("sha256", text, "buffer").readUIntBE(0, 6);
}

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
  readonly origin_facts: string;
  readonly origin_shape: string | null;
  readonly body_is_text: number;
  readonly body: string | Uint8Array;
  readonly body_bytes: number;
  readonly extras: number;
  readonly crashes: number;
  readonly tries: string | null;
  readonly lease_until: number | null;
  /** JSON; `null` for none. */
  readonly steps: string | null;
  /** Of the process that holds it. */
  readonly owner: string | Uint8Array | null;
}

/** Everything of a record; to be followed by a condition on `r`. */
export const recordColumns = `
  SELECT r.seq, r.state, r.order_hash, r.received_at, r.due_at, r.attempts, r.settled_at, r.trigger_name,
    r.source, r.done, r.failures, r.body_bytes, r.extras, r.crashes, r.tries, r.lease_until,
    c.id, c.order_key, c.origin_facts, c.body_is_text, c.body,
    iif(r.extras & 4, (SELECT '[' || group_concat(step) || ']' FROM
      (SELECT step FROM steps WHERE seq = r.seq ORDER BY place)), NULL) AS steps,
    iif(r.lease_owner IS NULL, NULL, (SELECT name FROM owners WHERE id = r.lease_owner)) AS owner,
    iif(c.shape_id IS NULL, NULL, (SELECT shape FROM origin_shapes WHERE id = c.shape_id)) AS origin_shape
  FROM records r JOIN contents c ON c.seq = r.seq`;

/** What a reader gets to see of a row. */
export function recordOf(row: RecordRow): InboxRecord {
  return {
    id: fromColumn(row.id),
    triggerName: fromColumn(row.trigger_name),
    source: sourceOf(row.source),
    origin: unpackOrigin(row.origin_shape, row.origin_facts),
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
    ...(row.steps === null ? {} : { steps: JSON.parse(row.steps) as StepResult[] }),
    dueAt: row.due_at,
    settledAt: row.settled_at ?? undefined,
    ...(row.owner === null || row.lease_until === null
      ? {}
      : { lease: { owner: fromColumn(row.owner), until: row.lease_until } }),
  };
}

/** About how much memory a row's record takes, in bytes. */
export function sizeOf(row: RecordRow): number {
  return Math.max(row.body.length, row.body_bytes) + row.failures.length + (row.steps?.length ?? 0) + 500;
}
