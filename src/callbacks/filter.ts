import { EarshotError } from "../base/errors.js";
import { nearest } from "../base/suggest.js";
import type { TriggerEvent } from "../model/event.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import type { TriggerName } from "../model/triggers.js";

type OneOrMany<T> = T | readonly T[];

/**
 * Which events a callback wants. All members that are given must hold; in a list, one of it must.
 * Names and ids are compared without regard to case.
 */
export interface EventFilter {
  readonly triggerName?: OneOrMany<TriggerName> | undefined;
  readonly appName?: OneOrMany<string> | undefined;
  /** Who sent it: `composio` for the platform's own events, else the provider of a route: `github`, `stripe`. */
  readonly provider?: OneOrMany<string> | undefined;
  /** The listener's route that took it: `/webhooks/github`. */
  readonly route?: OneOrMany<string> | undefined;
  /** The trigger instance, by either of the names that the platform has for one. */
  readonly triggerId?: OneOrMany<string> | undefined;
  /** The connected account. */
  readonly connectionId?: OneOrMany<string> | undefined;
  /** The auth config. */
  readonly integrationId?: OneOrMany<string> | undefined;
  /** The user. */
  readonly entityId?: OneOrMany<string> | undefined;
  /**
   * A part of the payload: every member named here must be there and equal, at any depth. Arrays are compared
   * whole.
   */
  readonly payload?: JsonObject | undefined;
  /** Anything else. A predicate that throws counts as a failed run of the callback, so the event is not lost. */
  readonly where?: ((event: TriggerEvent) => boolean) | undefined;
}

/** The members of a filter that name something. */
export const idKeys = [
  "triggerName",
  "appName",
  "provider",
  "route",
  "triggerId",
  "connectionId",
  "integrationId",
  "entityId",
] as const;
export type IdKey = (typeof idKeys)[number];

const keys = [...idKeys, "payload", "where"] as const;

/** A filter that has been checked: lists for single values, names folded to one case. */
export interface ParsedFilter {
  /** Folded values for each name given. */
  readonly ids: ReadonlyMap<IdKey, readonly string[]>;
  readonly payload: JsonObject | undefined;
  readonly where: ((event: TriggerEvent) => boolean) | undefined;
}

/** How names are compared. */
export function fold(name: string): string {
  return name.toUpperCase();
}

/** @throws EarshotError ERR_FILTER, naming the member that is wrong and the nearest one that exists */
export function parseFilter(wanted: unknown): ParsedFilter {
  // By far the commonest, without looking for what else there could be: a third of the time.
  if (typeof wanted === "string" && wanted !== "") {
    return { ids: new Map([["triggerName", [fold(wanted)]]]), payload: undefined, where: undefined };
  }
  if (typeof wanted === "string" || Array.isArray(wanted)) return parseFilter({ triggerName: wanted });
  // A regular expression, a Map or a date has no keys of its own: as a filter it would match every event.
  if (!isJsonObject(wanted) || !isPlain(wanted)) {
    throw new EarshotError("ERR_FILTER", `A filter is a trigger name or an object, not ${describe(wanted)}.`);
  }
  const ids = new Map<IdKey, readonly string[]>();
  for (const key of Object.keys(wanted)) {
    if (!(keys as readonly string[]).includes(key)) {
      const near = nearest(key, keys);
      const offer = near === undefined ? "" : ` Did you mean \`${near}\`?`;
      throw new EarshotError(
        "ERR_FILTER",
        `A filter has no key \`${key}\`.${offer} The keys are ${keys.join(", ")}.`,
      );
    }
  }
  for (const key of idKeys) {
    const value = wanted[key];
    if (value !== undefined) ids.set(key, namesOf(key, value));
  }
  const { payload, where } = wanted;
  if (payload !== undefined && !isJsonObject(payload)) {
    throw new EarshotError(
      "ERR_FILTER",
      `\`payload\` is an object with a part of the payload, not ${describe(payload)}.`,
    );
  }
  if (payload !== undefined) checkPart(payload, "payload", []);
  if (where !== undefined && typeof where !== "function") {
    throw new EarshotError(
      "ERR_FILTER",
      `\`where\` is a function from an event to a boolean, not ${describe(where)}.`,
    );
  }
  return { ids, payload, where: where as ParsedFilter["where"] };
}

/** Levels of a part of the payload. */
const MOST_LEVELS = 100;

/** What is not JSON equals nothing that an event can have, so its callback would never run. */
function checkPart(value: unknown, path: string, above: readonly unknown[]): void {
  if (value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value)) return;
  if (above.includes(value)) throw notJson(path, "an object that contains itself");
  if (above.length === MOST_LEVELS) throw notJson(path, `more than ${MOST_LEVELS} levels deep`);
  const inside = [...above, value];
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkPart(item, `${path}[${index}]`, inside);
  } else if (isJsonObject(value) && isPlain(value)) {
    for (const [name, member] of Object.entries(value)) checkPart(member, `${path}.${name}`, inside);
  } else throw notJson(path, describe(value));
}

function notJson(path: string, what: string): EarshotError {
  return new EarshotError(
    "ERR_FILTER",
    `\`${path}\` is ${what}, and a part of the payload is JSON. For any other test there is \`where\`.`,
  );
}

/** Not a regular expression, a date, a Map or the like. */
function isPlain(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object Object]";
}

function namesOf(key: IdKey, value: unknown): readonly string[] {
  const names = [value].flat();
  if (names.length === 0) {
    throw new EarshotError(
      "ERR_FILTER",
      `\`${key}\` is an empty list: it would match nothing. Leave it out to match all.`,
    );
  }
  for (const name of names) {
    if (typeof name !== "string" || name === "") {
      throw new EarshotError(
        "ERR_FILTER",
        `\`${key}\` is a non-empty string or a list of them, not ${describe(name)}.`,
      );
    }
  }
  const folded = (names as string[]).map(fold);
  return [...new Set(key === "route" ? folded.map(withoutEndingSlash) : folded)];
}

/** As the listener's routes are: a path with a slash at its end is the same route. */
function withoutEndingSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value === "") return "an empty string";
  if (typeof value === "number") return String(value);
  if (typeof value === "object" && !Array.isArray(value)) {
    return `a value of the kind ${Object.prototype.toString.call(value).slice(8, -1)}`;
  }
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}

/** A filter as a short text: what a callback without a name is called. The same filter always gives the same. */
export function nameOfFilter(filter: ParsedFilter): string {
  const parts = [...filter.ids].map(([key, names]) =>
    key === "triggerName" ? names.join("|") : `${key}=${names.join("|")}`,
  );
  if (filter.payload !== undefined) parts.push(`payload=${JSON.stringify(filter.payload)}`);
  if (filter.where !== undefined) parts.push("where");
  return parts.length === 0 ? "*" : parts.join(" ");
}
