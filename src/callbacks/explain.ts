import { EarshotError } from "../base/errors.js";
import { handle, ignore } from "../base/foreign-promise.js";
import { plainText } from "../base/plain-text.js";
import type { TriggerEvent } from "../model/event.js";
import { isJsonObject } from "../model/json.js";
import type { Callback, CoalesceSettings } from "./callback.js";
import { type FilterField, filterFields } from "./filter.js";
import { filterToText } from "./filter-to-text.js";
import { compilePattern } from "./pattern.js";
import type { PayloadFilter } from "./payload-filter.js";
import { compilePredicate, PLATFORM } from "./predicate.js";

/** A condition of a filter that an event does not meet. */
export interface UnmetClause {
  /** `triggerName`, `payload`, `where` or another member of a filter. */
  readonly member: string;
  /** The condition: `issue.state = "open"`. */
  readonly clause: string;
  /** What the event has in its place, in short; `undefined` where there is nothing, or no one place. */
  readonly found: string | undefined;
}

/** What `listener.explain` says of one callback. */
export interface CallbackExplanation {
  /** The callback's name. */
  readonly callback: string;
  /** Whether it would take the event. */
  readonly matches: boolean;
  /** Why not; empty where it would. */
  readonly unmet: readonly UnmetClause[];
  /** The key of the batch that it would join; absent where the callback gets no batches, or the key cannot be read. */
  readonly batchKey?: string | undefined;
}

/** Characters of a found value. */
const MAX_FOUND = 200;

/**
 * The conditions of a payload's filter that a payload does not meet.
 *
 * @throws EarshotError ERR_FILTER where the filter is wrong
 */
export function explainPayload(filter: PayloadFilter, payload: unknown): readonly UnmetClause[] {
  if (compilePattern(filter, "payload")(payload)) return [];
  const unmet = conjuncts(filter).filter((one) => !compilePattern(one, "payload")(payload));
  // Of a list, each condition may hold for another element.
  return (unmet.length === 0 ? [filter] : unmet).map((one) => ({
    member: "payload",
    clause: filterToText(one as PayloadFilter),
    found: shown(valueIn(payload, one)),
  }));
}

/**
 * What each callback's filter says of an event.
 *
 * @param platformOnly see `compilePredicate`
 * @throws EarshotError ERR_OPTION where it is no event
 */
export function explainCallbacks(
  callbacks: readonly Callback[],
  event: TriggerEvent,
  platformOnly: boolean,
): CallbackExplanation[] {
  if (!isJsonObject(event) || !isJsonObject(event.origin) || !isJsonObject(event.metadata)) {
    throw new EarshotError("ERR_OPTION", "explain() takes an event, as a callback receives it.");
  }
  return callbacks.map(({ name, filter, coalesce }) => {
    const unmet: UnmetClause[] = [];
    for (const [field, values] of filter.fields) {
      const only = { ...filter, fields: new Map([[field, values]]), testPayload: undefined };
      if (compilePredicate(only, undefined, false)?.(event) === false) {
        unmet.push({
          member: field,
          clause: clauseOf(field, values),
          found: filterFields[field].value(event),
        });
      }
    }
    const senders = { ...filter, testPayload: undefined };
    if (unmet.length === 0 && compilePredicate(senders, undefined, platformOnly)?.(event) === false) {
      unmet.push({ member: "provider", clause: `provider = "${PLATFORM}"`, found: event.origin.provider });
    }
    if (filter.payload !== undefined && filter.testPayload?.(event.payload) === false) {
      unmet.push(...explainPayload(filter.payload, event.payload));
    }
    if (unmet.length === 0 && !meets(filter.where, event)) {
      unmet.push({ member: "where", clause: "where(event)", found: undefined });
    }
    const explained = { callback: name, matches: unmet.length === 0, unmet };
    if (coalesce === undefined || unmet.length > 0) return explained;
    return { ...explained, batchKey: shownKey(coalesce, event) };
  });
}

function clauseOf(field: FilterField, values: readonly string[]): string {
  const [only] = values;
  return values.length === 1
    ? `${field} = ${JSON.stringify(only)}`
    : `${field} in [${values.map((value) => JSON.stringify(value)).join(", ")}]`;
}

/** One that throws, or returns a promise, takes the event: its callback fails. */
function meets(where: ((event: TriggerEvent) => unknown) | undefined, event: TriggerEvent): boolean {
  try {
    const result = where === undefined || where(event);
    if (typeof result === "object" && result !== null) ignore(result);
    return Boolean(result);
  } catch (thrown) {
    handle(thrown);
    return true;
  }
}

function shownKey({ key }: CoalesceSettings, event: TriggerEvent): string | undefined {
  try {
    const read: unknown = key?.(event);
    if (typeof read === "object" && read !== null) ignore(read);
    if (read === undefined || read === null) return "";
    return ["string", "number", "bigint"].includes(typeof read) ? String(read) : undefined;
  } catch (thrown) {
    handle(thrown);
    return undefined;
  }
}

/** The conditions that must all hold, each as a pattern for the whole payload. */
function conjuncts(pattern: unknown): unknown[] {
  if (!isJsonObject(pattern) || Object.keys(pattern).length === 0) return [pattern];
  return Object.entries(pattern).flatMap(([key, operand]) => {
    if (key === "$and") return (operand as readonly unknown[]).flatMap(conjuncts);
    if (isOperator(key)) return [{ [key]: operand }];
    return conjuncts(operand).map((inner) => ({ [key]: inner }));
  });
}

/** What stands where a condition with one path looks. */
function valueIn(value: unknown, pattern: unknown): unknown {
  if (!isJsonObject(pattern)) return value;
  const [key, ...more] = Object.keys(pattern);
  if (key === undefined || more.length > 0 || isOperator(key)) return value;
  const name = key.replace(/^\$\$/, "$");
  if (typeof value !== "object" || value === null) return undefined;
  // Of a list, the elements are shown.
  if (!Object.hasOwn(value, name)) return Array.isArray(value) ? value : undefined;
  return valueIn((value as Record<string, unknown>)[name], pattern[key]);
}

function isOperator(key: string): boolean {
  return key.startsWith("$") && !key.startsWith("$$");
}

function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  try {
    return plainText(JSON.stringify(value) ?? String(value), MAX_FOUND);
  } catch {
    return `a ${typeof value}`;
  }
}
