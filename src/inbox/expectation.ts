import { isJsonObject } from "../model/json.js";
import type { Inbox, InboxRecord } from "./contract.js";
import { ExpectationChanges } from "./expectation-changes.js";

/** An expectation, as it is stored. */
export interface StoredExpectation {
  readonly id: string;
  /** The name of its handler. */
  readonly handler: string;
  /** A filter as `expect()` takes it, without functions. */
  readonly filter: unknown;
  /** JSON; absent for `undefined`. */
  readonly data?: string | undefined;
  /** Its time limit, epoch milliseconds. */
  readonly dueAt: number;
  /** The id of the event whose handler has succeeded: once that is recorded, it is open no more. */
  readonly fulfilledBy?: string | undefined;
}

/** The trigger name of the record that waits for the time limit. */
export const expectationTrigger = "EARSHOT_EXPECTATION";

/** Begins the ids of their records, and the names of the values that have the open ones. */
const PREFIX = "expectation:";

/** The id of the record that waits for the time limit; also the name of the value. */
export function expectationKey(id: string): string {
  return PREFIX + id;
}

/** Whether a callback has the name of an expectation. */
export function isExpectationName(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** The other way, for the record's id. */
export function expectationId(key: string): string {
  return key.slice(PREFIX.length);
}

/** Whether a record is the time limit of an expectation. Events of senders have another source, whatever their name. */
export function isExpectation({ triggerName, origin }: InboxRecord): boolean {
  return triggerName === expectationTrigger && origin.provider === "earshot" && origin.route === undefined;
}

/** @returns `undefined` for a text that is no expectation */
export function readExpectation(value: string): StoredExpectation | undefined {
  try {
    const read: unknown = JSON.parse(value);
    if (!isJsonObject(read)) return undefined;
    const { id, handler, dueAt, data } = read;
    const isSound = typeof id === "string" && typeof handler === "string" && typeof dueAt === "number";
    return isSound && (data === undefined || typeof data === "string")
      ? (read as unknown as StoredExpectation)
      : undefined;
  } catch {
    return undefined;
  }
}

/** An open expectation, as it is listed. */
export interface Expectation {
  readonly id: string;
  /** The name of its handler. */
  readonly handler: string;
  readonly filter: unknown;
  /** What `expect()` was given. */
  readonly data: unknown;
  readonly timeoutAt: Date;
}

/** The open expectations of an inbox, in no order. */
export async function listExpectations(inbox: Inbox): Promise<readonly Expectation[]> {
  const values = await openExpectations(inbox);
  return [...values.values()].flatMap((value) => {
    const stored = readExpectation(value);
    if (stored === undefined || stored.fulfilledBy !== undefined) return [];
    const { id, handler, filter, data, dueAt } = stored;
    return [
      {
        id,
        handler,
        filter,
        data: data === undefined ? undefined : JSON.parse(data),
        timeoutAt: new Date(dueAt),
      },
    ];
  });
}

/** The values of the open expectations, by id. */
export async function openExpectations(inbox: Inbox): Promise<ReadonlyMap<string, string>> {
  const all = await inbox.listMetadata(PREFIX);
  return new Map(all.map(([name, value]) => [name.slice(PREFIX.length), value]));
}

/**
 * Cancels an expectation: neither an event nor its time limit runs its handler. An event that runs at this moment may.
 *
 * @returns whether it was open
 */
export async function cancelExpectation(
  inbox: Inbox,
  id: string,
  changes: ExpectationChanges = new ExpectationChanges(inbox),
): Promise<boolean> {
  const key = expectationKey(id);
  const wasOpen = (await inbox.readMetadata(key)) !== undefined;
  await inbox.deleteMetadata(key);
  await changes.tell(id);
  await inbox.drop({ ids: [key], state: ["waiting", "unmatched"] });
  return wasOpen;
}
