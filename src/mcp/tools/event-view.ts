import { messageOf } from "../../base/message-of.js";
import type { AppNames } from "../../decode/app-names.js";
import { decodeRecord } from "../../decode/index.js";
import type { InboxRecord } from "../../inbox/contract.js";
import { isOwnRecord } from "../../inbox/own-event.js";
import type { TriggerEvent } from "../../model/event.js";
import type { FencedItem } from "./fence.js";

/** A record with its event, decoded when it is first needed. */
export class EventView {
  readonly record: InboxRecord;
  readonly #apps: AppNames;
  #decoded: { readonly event: TriggerEvent } | { readonly problem: string } | undefined;

  constructor(record: InboxRecord, apps: AppNames) {
    this.record = record;
    this.#apps = apps;
  }

  /** `undefined` where the bytes cannot be decoded. */
  get event(): TriggerEvent | undefined {
    const decoded = this.#decode();
    return "event" in decoded ? decoded.event : undefined;
  }

  /** Why the bytes cannot be decoded. */
  get problem(): string | undefined {
    const decoded = this.#decode();
    return "problem" in decoded ? decoded.problem : undefined;
  }

  /** The body as text; bytes that are not UTF-8 become replacement characters. */
  get text(): string {
    const { body } = this.record;
    return typeof body === "string" ? body : new TextDecoder().decode(body);
  }

  #decode() {
    if (this.#decoded === undefined) {
      try {
        this.#decoded = { event: this.record.event ?? decodeRecord(this.record, this.#apps) };
      } catch (thrown) {
        this.#decoded = { problem: messageOf(thrown) };
      }
    }
    return this.#decoded;
  }
}

/** Whether a record is an event: an inbox also has records of the listener's own. */
export const isEvent = (record: InboxRecord): boolean => !isOwnRecord(record);

const iso = (ms: number) => new Date(ms).toISOString();

/** An event in a list: what identifies it, and its payload. */
export function listItem(view: EventView, fields: readonly string[] | undefined): FencedItem {
  const { record, event, problem } = view;
  const last = record.failures.at(-1);
  return {
    facts: {
      id: record.id,
      trigger: record.triggerName,
      provider: record.origin.provider,
      state: record.state,
      receivedAt: iso(record.receivedAt),
      signed: record.origin.signed,
      ...(record.attempts > 0 && { attempts: record.attempts }),
      ...(last !== undefined && { lastFailure: failureFacts(last) }),
      ...(problem !== undefined && { undecodable: problem }),
    },
    payload: event === undefined ? view.text : chosen(event.payload, fields),
  };
}

/** An event with all that its record has. */
export function fullItem(view: EventView, fields: readonly string[] | undefined): FencedItem {
  const { record, event, problem } = view;
  const { origin } = record;
  return {
    facts: {
      id: record.id,
      trigger: record.triggerName,
      app: event?.appName,
      provider: origin.provider,
      route: origin.route,
      signed: origin.signed,
      source: record.source,
      state: record.state,
      receivedAt: iso(record.receivedAt),
      happenedAt: event?.timestamp,
      dueAt: record.state === "waiting" ? iso(record.dueAt) : undefined,
      settledAt: record.settledAt === undefined ? undefined : iso(record.settledAt),
      triggerId: event?.triggerId,
      connectedAccountId: event?.connectionId,
      entityId: event?.entityId,
      attempts: record.attempts,
      crashes: record.crashes,
      callbacksDone: record.done,
      failures: record.failures.map(failureFacts),
      steps: record.steps?.map(({ callback, name, at }) => ({ callback, name, at: iso(at) })),
      bodyBytes: Buffer.byteLength(record.body),
      undecodable: problem,
    },
    payload: event === undefined ? view.text : chosen(event.payload, fields),
  };
}

function failureFacts({ callback, attempt, at, message }: InboxRecord["failures"][number]) {
  return { callback, attempt, at: iso(at), message };
}

/** The members at the paths, each under its path; without paths the whole payload. */
function chosen(payload: unknown, fields: readonly string[] | undefined): unknown {
  if (fields === undefined || fields.length === 0) return payload;
  const found: [string, unknown][] = [];
  for (const path of fields) {
    let value = payload;
    for (const name of path.split(".")) {
      value =
        typeof value === "object" && value !== null && Object.hasOwn(value, name)
          ? (value as Record<string, unknown>)[name]
          : undefined;
    }
    if (value !== undefined) found.push([path, value]);
  }
  return Object.fromEntries(found);
}
