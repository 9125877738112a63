import { asError } from "../base/as-error.js";
import type { Clock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { handle } from "../base/foreign-promise.js";
import type { ListenerEvent } from "../base/listener-events.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { type Callback, type CoalesceSettings, throwing } from "../callbacks/callback.js";
import type { AppNames } from "../decode/app-names.js";
import { decodeRecord } from "../decode/index.js";
import { sha256Hex } from "../decode/sha256.js";
import { isKept, memberBody, readBatch, type StoredBatch, type StoredMember } from "../inbox/batch.js";
import type { Claimed, Inbox, InboxRecord } from "../inbox/contract.js";
import type { BatchJoin, BatchPart } from "../model/batch.js";
import type { TriggerEvent } from "../model/event.js";
import { readKey } from "./entry.js";
import { inTime } from "./in-time.js";

/** What joining a batch works with. */
export interface JoinTools {
  readonly inbox: Pick<Inbox, "join">;
  readonly clock: Clock;
  readonly send: (event: ListenerEvent) => void;
}

/** Whether an event is in a batch of a callback. */
export type Joining =
  | { readonly state: "joined"; readonly key: string; readonly join: BatchJoin }
  /** The inbox could not say. */
  | { readonly state: "wait" }
  | { readonly state: "failed"; readonly error: unknown };

/** Adds an event to the open batch of a callback. Never throws, and never rejects. */
export function joinBatch(
  callback: Callback,
  coalesce: CoalesceSettings,
  event: TriggerEvent,
  claimed: Claimed,
  { inbox, clock, send }: JoinTools,
): MaybePromise<Joining> {
  const { name } = callback;
  const failed = (error: unknown): Joining => {
    handle(error);
    return { state: "failed", error };
  };
  const join = (): MaybePromise<Joining> => {
    const key = batchKey(name, coalesce, event) ?? "";
    const { quietMs, maxWaitMs, maxEvents, maxBytes, keep } = coalesce;
    const part: BatchPart = {
      callback: name,
      key,
      // Of one length, whatever the user's key is. Callbacks have their own batches.
      group: sha256Hex(JSON.stringify([name, key])),
      limits: { quietMs, maxWaitMs, maxEvents, maxBytes, keep },
    };
    const onError = (thrown: unknown): Joining => {
      send({ type: "inbox.error", error: asError(thrown) });
      return { state: "wait" };
    };
    try {
      const joining = inbox.join(claimed, part);
      const onJoin = (joined: BatchJoin): Joining => ({ state: "joined", key, join: joined });
      return joining instanceof Promise ? joining.then(onJoin, onError) : onJoin(joining);
    } catch (thrown) {
      return onError(thrown);
    }
  };
  try {
    // An event that does not match the schema fails by itself, and not the batch.
    const prepared = coalesce.prepare?.(event);
    return prepared instanceof Promise ? inTime(prepared, callback, clock).then(join).catch(failed) : join();
  } catch (error) {
    return failed(error);
  }
}

/**
 * The key of the batch that an event belongs to; `undefined` for none.
 *
 * @throws EarshotError ERR_CALLBACK, and what the user's function throws
 */
export function batchKey(name: string, { key }: CoalesceSettings, event: TriggerEvent): string | undefined {
  const read = readKey(key?.(event));
  if (read === undefined) return undefined;
  if ("text" in read) return read.text;
  throw new EarshotError(
    "ERR_CALLBACK",
    `\`coalesce.key\` of the callback "${name}" returned ${read.odd}; it returns a string or a number, or undefined for an event without a key.`,
  );
}

/** The callback that runs for a batch, as one for a single event. */
export interface BatchRun {
  /** Absent where this process has no such callback. */
  readonly callback: Callback | undefined;
  /** Whether there is nothing to run. */
  readonly isEmpty: boolean;
}

/** What a batch's record is to run. */
export function batchRun(
  record: InboxRecord,
  stored: StoredBatch,
  callbacks: ReadonlyMap<string, Callback>,
  apps: AppNames,
  clock: Clock,
): MaybePromise<BatchRun> {
  const { members = [] } = stored;
  const kept = members.filter(isKept);
  const callback = callbacks.get(stored.callback);
  if (kept.length === 0 || callback?.coalesce === undefined) {
    return { callback: undefined, isEmpty: kept.length === 0 };
  }
  const { coalesce } = callback;
  const plain = { ...callback, coalesce: undefined };
  const run = (events: readonly TriggerEvent[]): BatchRun => ({
    callback: forBatch(plain, coalesce, record, stored, events),
    isEmpty: false,
  });
  const failed = (thrown: unknown): BatchRun => ({ callback: throwing(plain, thrown), isEmpty: false });
  try {
    const events = kept.map((member) =>
      chain(decoded(member, record, apps), (event) => coalesce.prepare?.(event) ?? event),
    ) as MaybePromise<TriggerEvent>[];
    const arePlain = (all: readonly MaybePromise<TriggerEvent>[]): all is readonly TriggerEvent[] =>
      !all.some((event) => event instanceof Promise);
    return arePlain(events) ? run(events) : inTime(Promise.all(events), callback, clock).then(run, failed);
  } catch (thrown) {
    return failed(thrown);
  }
}

/** Whether a callback here is for a batch. */
export function hasBatchCallback(record: InboxRecord, callbacks: ReadonlyMap<string, Callback>): boolean {
  return callbacks.has(readBatch(record.body)?.callback ?? "");
}

function forBatch(
  callback: Callback,
  coalesce: CoalesceSettings,
  { id }: InboxRecord,
  { key, members = [] }: StoredBatch,
  events: readonly TriggerEvent[],
): Callback {
  const { once } = callback;
  const batch = Object.freeze({
    id,
    key: key === "" ? undefined : key,
    events: Object.freeze(events) as readonly [TriggerEvent, ...TriggerEvent[]],
    latest: events.at(-1) as TriggerEvent,
    superseded: members.length - events.length,
  });
  return {
    ...callback,
    once: once && { ...once, key: () => once.key(batch as never) },
    handler: (_event, context) => coalesce.handler(batch, context),
  };
}

function decoded(member: StoredMember, record: InboxRecord, apps: AppNames): MaybePromise<TriggerEvent> {
  const { id, origin, receivedAt } = member;
  const source = record.source === "replay" ? "replay" : member.source;
  return apps.named(decodeRecord({ id, origin, receivedAt, source, body: memberBody(member) }, apps), origin);
}
