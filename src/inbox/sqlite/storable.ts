import { EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import type { ContentMatch } from "../../model/content-match.js";
import {
  type Entry,
  type Failure,
  MAX_FAILURES,
  type Outcome,
  type StepResult,
  type Tries,
} from "../contract.js";
import type { OriginPacker, PackedOrigin } from "./packed-origin.js";
import type { StorableEntry, StorableOutcome } from "./thread-protocol.js";

/**
 * What callbacks and senders made, in forms that can always travel to the thread and be stored. An outcome that could
 * not be stored would leave its record running for ever.
 */

/** Of one failure, in UTF-16 units. */
const MAX_MESSAGE = 4096;
const MAX_STACK = 16_384;
const MAX_NAME = 1024;

/** @throws EarshotError ERR_INBOX_RECORD where this entry can never be stored */
export function storableEntry(entry: Entry, path: string, origins: OriginPacker): StorableEntry {
  const { id, keys, content, triggerName, source, body, receivedAt, orderKey } = entry;
  const packed = packedOrigin(entry, origins);
  const wrong = wrongOf(entry) ?? (packed === undefined ? "origin" : undefined);
  if (wrong !== undefined || packed === undefined) {
    throw new EarshotError(
      "ERR_INBOX_RECORD",
      `The inbox ${path} cannot store this record: its \`${wrong}\` is not of the type that an entry has.`,
    );
  }
  const { shape, facts: origin } = packed;
  const facts: StorableEntry = { id, triggerName, source, origin, body, receivedAt, orderKey };
  if (shape !== undefined) facts.originShape = shape;
  if (keys !== undefined && keys.length > 0) facts.keys = keys;
  if (content !== undefined) facts.content = storableContent(content);
  if (entry.redelivers === true) facts.redelivers = true;
  if (entry.dueAt !== undefined) facts.dueAt = Math.floor(entry.dueAt);
  return facts;
}

function storableContent({ hashes, channel, hasId, at, since, until }: ContentMatch): ContentMatch {
  return { hashes, channel, hasId, at, since, until };
}

/** The first member that is not what the contract says. */
function wrongOf({ id, keys, content, triggerName, source, body, receivedAt, dueAt, orderKey }: Entry) {
  if (typeof id !== "string") return "id";
  if (typeof triggerName !== "string") return "triggerName";
  if (typeof source !== "string") return "source";
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return "body";
  if (!Number.isFinite(receivedAt)) return "receivedAt";
  if (dueAt !== undefined && !Number.isFinite(dueAt)) return "dueAt";
  if (orderKey !== undefined && typeof orderKey !== "string") return "orderKey";
  if (keys !== undefined && !areTexts(keys)) return "keys";
  if (content === undefined) return undefined;
  const { hashes, channel, at, since, until } = content;
  if (!areTexts(hashes) || typeof channel !== "string" || !Number.isFinite(at)) return "content";
  return Number.isNaN(since) || Number.isNaN(until) ? "content" : undefined;
}

function areTexts(values: readonly unknown[]): boolean {
  return Array.isArray(values) && values.every((value) => typeof value === "string");
}

/** @param nowMs when to run again where the outcome says no time */
export function storableOutcome(outcome: Outcome, nowMs: number): StorableOutcome {
  const dueAt: unknown = outcome.state === "retry" ? outcome.dueAt : nowMs;
  return {
    state: outcome.state,
    dueAt: typeof dueAt === "number" && Number.isFinite(dueAt) ? dueAt : nowMs,
    done: outcome.done.length === 0 ? "[]" : JSON.stringify(outcome.done.map(textOf)),
    failures: outcome.failures.length === 0 ? [] : outcome.failures.slice(-MAX_FAILURES).map(storableFailure),
    tries: triesOf(outcome.tries, outcome.state === "unmatched"),
    counted: outcome.state === "retry" && outcome.isUncounted === true ? 0 : 1,
    doneKeys: (outcome.doneKeys ?? []).map(({ key, until }) => ({
      key: textOf(key),
      until: numberOf(until),
    })),
  };
}

/** A step of plain values. */
export function storableStep({ callback, name, at, result }: StepResult): StepResult {
  return {
    callback: textOf(callback),
    name: textOf(name),
    at: numberOf(at),
    ...(result === undefined ? {} : { result: textOf(result) }),
  };
}

/** A failure of plain, bounded values. */
export function storableFailure({ callback, attempt, at, message, stack }: Failure): Failure {
  return {
    callback: callback === undefined ? undefined : cut(textOf(callback), MAX_NAME),
    attempt: numberOf(attempt),
    at: numberOf(at),
    message: cut(textOf(message), MAX_MESSAGE),
    ...(stack === undefined ? {} : { stack: cut(textOf(stack), MAX_STACK) }),
  };
}

/** @param isKept whether the record keeps what it has where this is `null` */
function triesOf(tries: Tries | undefined, isKept: boolean): string | null {
  if (tries === undefined || tries === null) return null;
  const known = Object.entries(tries);
  if (known.length === 0) return isKept ? "{}" : null;
  // Not an assignment by name: a callback can be called `__proto__`.
  return JSON.stringify(Object.fromEntries(known.map(([name, count]) => [name, numberOf(count)])));
}

/** `undefined` where the origin has no JSON. */
function packedOrigin({ origin }: Entry, origins: OriginPacker): PackedOrigin | undefined {
  try {
    const packed = origins.pack(origin);
    return typeof packed.facts === "string" ? packed : undefined;
  } catch {
    return undefined;
  }
}

/** The text of any value; a value of a user's may throw where it is read. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return messageOf(value);
  } catch {
    return "(a value that has no text)";
  }
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
