import { systemClock } from "../../../base/clock.js";
import type { Failure, InboxRecord, StepResult } from "../../../index.js";
import type { Io } from "../../terminal/io.js";
import { table } from "../../terminal/table.js";

/** Rows with a common alignment; more would have to be held in memory. */
const BATCH_ROWS = 1000;

const isoOf = (ms: number) => new Date(ms).toISOString();

/** The lease of a running record; `undefined` if the inbox does not provide it. */
export interface RecordLease {
  /** The worker: process id and host. */
  readonly owner: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

export function leaseOf(record: InboxRecord & { readonly lease?: RecordLease | undefined }) {
  return record.state === "running" ? record.lease : undefined;
}

/** `claimed by 4711@host until 2026-01-31T10:00:00.000Z`, or that the lease has expired. */
export function leaseText({ owner, until }: RecordLease, nowMs: number): string {
  if (until > nowMs) return `claimed by ${owner} until ${isoOf(until)}`;
  return `the lease of ${owner} expired at ${isoOf(until)}; the next worker claims it`;
}

/** A record as JSON: times in ISO 8601, without its body and without the stacks of its failures. */
export function recordJson(record: InboxRecord): Record<string, unknown> {
  const lease = leaseOf(record);
  return {
    id: record.id,
    state: record.state,
    triggerName: record.triggerName,
    source: record.source,
    provider: record.origin.provider,
    receivedAt: isoOf(record.receivedAt),
    ...(record.state === "waiting" && { dueAt: isoOf(record.dueAt) }),
    ...(lease !== undefined && { lease: { owner: lease.owner, until: isoOf(lease.until) } }),
    ...(record.settledAt !== undefined && { settledAt: isoOf(record.settledAt) }),
    attempts: record.attempts,
    ...(record.orderKey !== undefined && { orderKey: record.orderKey }),
    done: record.done,
    failures: record.failures.map(failureJson),
    bodyBytes: bufferOf(record.body).length,
  };
}

function failureJson({ stack: _, ...failure }: Failure): Record<string, unknown> {
  return { ...failure, at: isoOf(failure.at) };
}

/** A record as JSON with stacks and body; a binary body is in Base64. */
export function fullRecordJson(record: InboxRecord): Record<string, unknown> {
  const text = bodyText(record.body);
  return {
    ...recordJson(record),
    origin: record.origin,
    failures: record.failures.map((failure) => ({ ...failure, at: isoOf(failure.at) })),
    ...(record.steps !== undefined && { steps: record.steps.map(stepJson) }),
    ...(text === undefined ? { bodyBase64: bufferOf(record.body).toString("base64") } : { body: text }),
  };
}

function stepJson({ at, result, ...step }: StepResult): Record<string, unknown> {
  return { ...step, at: isoOf(at), ...(result !== undefined && { result: JSON.parse(result) }) };
}

export function bufferOf(body: Uint8Array | string): Buffer {
  return typeof body === "string"
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.length);
}

/** A body as text; `undefined` if its bytes are not UTF-8. */
export function bodyText(body: Uint8Array | string): string | undefined {
  if (typeof body === "string") return body;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** The last column of the table, by state. */
function detailOf(record: InboxRecord): string {
  const { state, failures, dueAt, done } = record;
  const lease = leaseOf(record);
  const last = failures.at(-1);
  const error = last === undefined ? "" : `${last.callback ?? "before any callback"}: ${last.message}`;
  if (state === "dead") return error;
  if (lease !== undefined) {
    const claim = leaseText(lease, systemClock.now());
    return error === "" ? claim : `${claim}; ${error}`;
  }
  if (state === "waiting" && dueAt > systemClock.now()) return `retry at ${isoOf(dueAt)}; ${error}`;
  return state === "done" ? done.join(", ") : error;
}

/** Prints records as JSON Lines or as a table. @returns their number */
export async function printRecords(
  io: Io,
  records: AsyncIterable<InboxRecord>,
  json: boolean,
): Promise<number> {
  let count = 0;
  let rows: string[][] = [];
  let heading = true;
  const flush = async () => {
    if (rows.length === 0) return;
    const lines = table(columnsFor(io), rows, io.width, io.out.dim);
    for (const line of heading ? lines : lines.slice(1)) await io.line(line);
    heading = false;
    rows = [];
  };
  for await (const record of records) {
    count += 1;
    if (json) {
      await io.record(recordJson(record));
      continue;
    }
    rows.push([
      isoOf(record.receivedAt),
      record.id,
      record.triggerName,
      record.state,
      String(record.attempts),
      detailOf(record),
    ]);
    if (rows.length === BATCH_ROWS) await flush();
  }
  await flush();
  return count;
}

function columnsFor({ out }: Io) {
  const colors = {
    dead: out.red,
    done: out.green,
    running: out.cyan,
    waiting: out.yellow,
    unmatched: out.magenta,
  };
  const paint = (text: string) => {
    const state = text.trimEnd();
    return state in colors ? colors[state as keyof typeof colors](text) : text;
  };
  return [
    { heading: "RECEIVED", paint: out.dim },
    { heading: "ID" },
    { heading: "TRIGGER", paint: out.bold },
    { heading: "STATE", paint },
    { heading: "ATTEMPTS" },
    { heading: "CALLBACKS DONE, LEASE, OR LAST ERROR" },
  ];
}
