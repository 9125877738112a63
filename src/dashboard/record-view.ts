import { systemClock } from "../base/clock.js";
import { eventSummary } from "../catalog/summary.js";
import { AppNames } from "../decode/app-names.js";
import { decodeRecord } from "../decode/index.js";
import type { InboxRecord } from "../inbox/contract.js";
import type { ListedRecord, RecordAnswer } from "../protocol/dashboard.js";

/** Characters of a body, and of a failure's message in a row. */
const MAX_BODY = 100_000;
const MAX_ERROR = 400;

/** What is read from the bytes of a record. */
interface ReadRecord {
  readonly payload: unknown;
  readonly appName: string;
  readonly headers: Readonly<Record<string, unknown>> | null;
}

/** Reads records for the page. No record is too odd: what cannot be decoded is shown as its text. */
export class RecordReader {
  readonly #apps = new AppNames({ clock: systemClock, platform: undefined });

  payloadOf(record: InboxRecord): unknown {
    return this.#read(record).payload;
  }

  row(record: InboxRecord): ListedRecord {
    return this.#row(record, this.#read(record));
  }

  full(record: InboxRecord): RecordAnswer {
    const read = this.#read(record);
    const { origin, failures, steps = [] } = record;
    return {
      row: this.#row(record, read),
      payload: read.payload,
      signed: origin.signed,
      route: origin.route ?? null,
      orderKey: record.orderKey ?? null,
      dueAt: record.dueAt,
      done: record.done,
      failures: failures.map(({ callback, attempt, at, message, stack }) => ({
        ...{ callback: callback ?? null, attempt, at, message, stack: stack ?? null },
      })),
      steps: steps.map(({ callback, name, at, result }) => ({ callback, name, at, result: result ?? null })),
      headers: read.headers,
      body: textOf(record.body).slice(0, MAX_BODY),
    };
  }

  #read(record: InboxRecord): ReadRecord {
    try {
      const event = decodeRecord(record, this.#apps);
      return {
        payload: event.payload,
        appName: event.appName,
        headers: event.request?.headers ?? null,
      };
    } catch {
      return { payload: jsonOf(record.body), appName: record.origin.provider, headers: null };
    }
  }

  #row(record: InboxRecord, { payload, appName }: ReadRecord): ListedRecord {
    const { id, triggerName, state, source, origin, attempts, done, failures, receivedAt, settledAt } =
      record;
    const failure = failures.at(-1);
    const names = new Set([...done, ...failures.flatMap(({ callback }) => callback ?? [])]);
    const isFailing = state !== "done" && failure !== undefined;
    return {
      ...{ id, triggerName, appName, state, source, attempts, receivedAt },
      provider: origin.provider,
      summary: eventSummary(triggerName, payload),
      callback: (isFailing ? failure.callback : done.at(-1)) ?? null,
      otherCallbacks: Math.max(0, names.size - 1),
      settledAt: settledAt ?? null,
      error: failure?.message.slice(0, MAX_ERROR) ?? null,
    };
  }
}

function jsonOf(body: Uint8Array | string): unknown {
  const text = textOf(body);
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, MAX_BODY);
  }
}

function textOf(body: Uint8Array | string): string {
  return typeof body === "string" ? body : new TextDecoder().decode(body);
}
