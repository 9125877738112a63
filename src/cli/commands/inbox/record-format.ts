import type { Failure, InboxRecord } from "../../../index.js";
import type { Io } from "../../terminal/io.js";
import { table } from "../../terminal/table.js";

/** So many rows share one alignment; more of them would have to be held until the last is known. */
const ROWS_AT_ONCE = 1000;

const isoOf = (ms: number) => new Date(ms).toISOString();

/** Who holds a running record, and until when; `undefined` where the inbox does not tell. */
export interface RecordLease {
  /** The worker: host, process id. */
  readonly owner: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

export function leaseOf(record: InboxRecord & { readonly lease?: RecordLease | undefined }) {
  return record.state === "running" ? record.lease : undefined;
}

/** `held by worker@host until 2026-01-31T10:00:00.000Z`, or that another worker may have it now. */
export function leaseText({ owner, until }: RecordLease, nowMs: number): string {
  if (until > nowMs) return `held by ${owner} until ${isoOf(until)}`;
  return `was held by ${owner}, whose lease ran out at ${isoOf(until)}; the next worker takes it`;
}

/** A record as JSON: times as text, without its body and without the stacks of its failures. */
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
    bodyBytes: bytesOf(record.body).length,
  };
}

function failureJson({ stack: _, ...failure }: Failure): Record<string, unknown> {
  return { ...failure, at: isoOf(failure.at) };
}

/** The same with everything: the body as text, or in base64 where it is none. */
export function wholeRecordJson(record: InboxRecord): Record<string, unknown> {
  const text = textOf(record.body);
  return {
    ...recordJson(record),
    origin: record.origin,
    failures: record.failures.map((failure) => ({ ...failure, at: isoOf(failure.at) })),
    ...(text === undefined ? { bodyBase64: bytesOf(record.body).toString("base64") } : { body: text }),
  };
}

export function bytesOf(body: Uint8Array | string): Buffer {
  return typeof body === "string"
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.length);
}

/** A body as text; `undefined` where its bytes are no UTF-8. */
export function textOf(body: Uint8Array | string): string | undefined {
  if (typeof body === "string") return body;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** What a person wants to know of a record beside its state. */
function detailOf(record: InboxRecord): string {
  const { state, failures, dueAt, done } = record;
  const lease = leaseOf(record);
  const last = failures.at(-1);
  const why = last === undefined ? "" : `${last.callback ?? "before any callback"}: ${last.message}`;
  if (state === "dead") return why;
  if (lease !== undefined) {
    const held = leaseText(lease, Date.now());
    return why === "" ? held : `${held}; ${why}`;
  }
  if (state === "waiting" && dueAt > Date.now()) return `again at ${isoOf(dueAt)}; ${why}`;
  return state === "done" ? done.join(", ") : why;
}

/** Prints records: lines of JSON, or a table. @returns how many there were */
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
    if (rows.length === ROWS_AT_ONCE) await flush();
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
    { heading: "CALLBACKS DONE, HOLDER, OR LAST ERROR" },
  ];
}
